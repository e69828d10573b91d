// Result: a value or the one error that kept it from being made.
// Owner:   the caller; both sides are plain values.
// Thread:  any.   Blocks: never.
// Fails:   asking the wrong side is a programming error, and ends the program.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace leat {

// What went wrong, in the words a user reads, and the class that decides the exit status.
struct Error {
  enum class Kind : unsigned char {
    usage,     // the command line, an expression on it included: exit 2
    config,    // a file we were given: exit 78
    no_input,  // a source cannot be opened: exit 66
    io,        // a read or write failed after that: exit 74
    data,      // bytes that are not what they should be: exit 65 under --strict
    internal,  // a bug: exit 70
  };
  Kind kind = Kind::internal;
  std::string text;  // one line, no full stop, position first where there is one
  std::string hint;  // what to do about it; may be empty
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }
  Error& error() { return std::get<1>(state_); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

// Done: the Result of an action that makes nothing.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}

  explicit operator bool() const { return !failed_; }
  const Error& error() const { return assert(failed_), error_; }

 private:
  Error error_;
  bool failed_ = false;
};
using Done = Result<void>;

}  // namespace leat
