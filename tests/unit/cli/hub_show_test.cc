#include "cli/hub_show.h"

#include <gtest/gtest.h>

#include "core/data/json.h"

namespace leat {
namespace {

std::string shown(std::string_view text) {
  Value report;
  json::Mistake mistake;
  EXPECT_TRUE(json::parse(text, json::Keep::copied, report, mistake)) << mistake.what;
  return as_lines(report);
}

TEST(HubShow, AnObjectIsALineForEachNameAndItsListsAreTables) {
  EXPECT_EQ(shown(R"({"in":12,"not_let_in":3,"histories":[{"name":"a","next":7},{"name":"long","next":10}],"none":[]})"),
            "in          12\n"
            "not let in  3\n"
            "\n"
            "histories\n"
            "name  next\n"
            "a     7\n"
            "long  10\n");
}

TEST(HubShow, AListIsATableWithWhatItsRowsHoldBelowThem) {
  EXPECT_EQ(shown(R"([{"name":"a","since":0,"subs":[{"pattern":"x.*","slow":false},{"pattern":"y","slow":true}]},{"name":"b","in":1}])"),
            "name  since                 in\n"
            "a     1970-01-01T00:00:00Z  -\n"
            "  pattern x.*  slow false\n"
            "  pattern y  slow true\n"
            "b     -                     1\n");
  EXPECT_EQ(shown("[]"), "");
}

TEST(HubShow, AnObjectInAnotherIsOneLine) {
  EXPECT_EQ(shown(R"({"ended":{},"times":{"count":2,"p50":0.5},"histories":[{"name":"a","sync_bytes":{"count":1,"mean":7}}]})"),
            "ended  -\n"
            "times  count 2, p50 0.5\n"
            "\n"
            "histories\n"
            "name\n"
            "a\n"
            "  sync bytes  count 1, mean 7\n");
}

TEST(HubShow, NothingThatAClientChoseReachesATerminalAsItIs) { EXPECT_EQ(shown(R"([{"name":"\u001b[31m\n"}])"), "name\n\\u001b[31m\\n\n"); }

}  // namespace
}  // namespace leat
