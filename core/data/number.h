// Number: the words of JSON numbers: reading, exact comparing, writing.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   whole() and read() answer false for text that is not of the form; the others expect a JSON number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace leat::number {

// A whole number written the shortest way (no -0, no exponent) that fits 64 bits.
bool whole(std::string_view text, int64_t& value);
double real(std::string_view text);  // rounded; past the range infinite
// Of two numbers by their decimal digits, of any length: negative, zero or positive.
int compare(std::string_view a, std::string_view b);
int compare(std::string_view a, int64_t b);
int compare(int64_t a, double b);  // b is not nan
// Appends the shortest text that reads back as the same double; nan is null, infinities the largest finite number.
void write(double value, std::string& out);
void write(int64_t value, std::string& out);
// Appends the one spelling of all numbers that compare() finds equal; of whole numbers of 64 bits it is write()'s.
void canonical(std::string_view text, std::string& out);
// The length of the JSON number that text begins with, 0 if it begins with none.
size_t length(std::string_view text);

}  // namespace leat::number
