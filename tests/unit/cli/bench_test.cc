// The figures of leat bench, by hand arithmetic.
#include "cli/bench.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

using namespace std::chrono_literals;

// 1000 records of 100 bytes in a second: 100 ms to read, 300 ms for the fields, 200 ms for the stage, 50 ms to write a tenth of them.
BenchRound round_of(Duration elapsed) {
  BenchRound round;
  round.ledger.read = 1000;
  round.ledger.bytes_in = 100'000;
  round.ledger.absorbed = 1000;
  round.profile.rows = {{"source", "source", "read", 1000, 1000, 100'000, 100ms, {}},
                        {"filter", "filter", "fields", 1000, 1000, 100'000, 300ms, "and of map"},
                        {"filter", "filter", "stage", 1000, 100, 100'000, 200ms, {}},
                        {"sink", "sink", "write", 100, 100, 10'000, 50ms, {}}};
  round.profile.engine = 10ms;
  round.profile.waiting = 340ms;
  round.elapsed = elapsed;
  round.cpu = elapsed / 2;
  round.memory = 8 << 20;
  return round;
}

TEST(Bench, TheTable) {
  EXPECT_EQ(bench_text({round_of(1s)}),
            "id                   work             in          out  ns/record      MB/s   share\n"
            "source               read           1000         1000   100000.0         1  10.0 %\n"
            "filter               fields         1000         1000   300000.0         0  30.0 %  and of map\n"
            "filter               stage          1000          100   200000.0         0  20.0 %\n"
            "sink                 write           100          100   500000.0         0   5.0 %\n"
            "engine                                                                       1.0 %\n"
            "waiting for input                                                           34.0 %\n"
            "1000 records, 97.7 KiB in 1.000 s: 1000 records/s, 97.7 KiB/s\n"
            "CPU 0.500 s, 50 % of one core; peak memory 8.0 MiB\n");
}

TEST(Bench, OfSeveralRoundsTheOneOfMedianTime) {
  const std::string text = bench_text({round_of(3s), round_of(1s), round_of(2s)});
  EXPECT_NE(text.find("in 2.000 s: 500 records/s"), text.npos) << text;
  EXPECT_NE(text.find("the round of median time; 3 took 1.000 s to 3.000 s\n"), text.npos) << text;
}

TEST(Bench, AsJson) {
  const std::string json = bench_json({round_of(3s), round_of(1s), round_of(2s)});
  EXPECT_EQ(json.substr(0, json.find('}') + 1),
            R"({"work":[{"id":"source","kind":"source","work":"read","in":1000,"out":1000,"bytes":100000,"seconds":0.100000000,)"
            R"("ns_per_record":100000.000,"bytes_per_second":1000000,"share":0.100000})");
  EXPECT_EQ(json.substr(json.find("],\"engine") + 2),
            R"("engine_seconds":0.010000000,"waiting_for_input_seconds":0.340000000,"waiting_for_a_turn_seconds":0.000000000,)"
            R"("records":1000,"bytes":100000,"seconds":2.000000000,"records_per_second":500,"bytes_per_second":50000,)"
            R"("cpu_seconds":1.000000,"peak_memory_bytes":8388608,"balanced":true,"rounds":[3.000000000,1.000000000,2.000000000]})"
            "\n");
}

// Nothing came: nothing is divided by.
TEST(Bench, NothingCame) {
  BenchRound empty;
  empty.profile.rows = {{"source", "source", "read", 0, 0, 0, Duration(), {}}};
  EXPECT_NE(bench_text({empty}).find("0 records, 0 B in 0.000 s: 0 records/s"), std::string::npos) << bench_text({empty});
}

}  // namespace
}  // namespace leat
