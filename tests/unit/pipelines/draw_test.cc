#include "pipelines/draw.h"

#include <gtest/gtest.h>

#include "pipelines/read_pipeline.h"
#include "tests/support/fake_stages.h"
#include "tests/support/outside.h"

namespace leat {
namespace {

PipelineSpec pipeline() {
  fake::World world;
  world.variables.values = {{"OUT", "secret"}};
  const auto outside = world.outside();
  return load_pipeline(
             "chains:\n- {from: a, stages: [{filter: '.a == \"x|\\y\"'}], to: '${OUT}', dlq: dead}\n- {from: 'stage:filter.reject', "
             "stages: [unbatch]}\n",
             "p", outside, {}, fake::catalog())
      .spec;
}

TEST(Draw, Text) {
  EXPECT_EQ(draw_text(pipeline()),
            "from a\n"
            "filter     <- from a    .a == \"x|\\y\"\n"
            "to ${OUT}  <- filter\n"
            "unbatch    <- filter.reject\n"
            "to -       <- unbatch\n"
            "dlq dead   <- from a.err, filter.err, to ${OUT}.err, unbatch.err, to -.err\n");
}

TEST(Draw, Dot) {
  const std::string dot = draw_dot(pipeline());
  EXPECT_NE(dot.find("  n1 [shape=box, label=\"filter\\n.a == \\\"x|\\\\y\\\"\"];\n"), dot.npos) << dot;
  EXPECT_NE(dot.find("  n0 -> n1;\n"), dot.npos);
  EXPECT_NE(dot.find("  n1 -> n3 [label=\"reject\"];\n"), dot.npos);
  EXPECT_EQ(dot.find("secret"), dot.npos);
}

TEST(Draw, Mermaid) {
  const std::string mermaid = draw_mermaid(pipeline());
  EXPECT_NE(mermaid.find("  n1[\"filter<br/>.a == #quot;x#124;#92;y#quot;\"]\n"), mermaid.npos) << mermaid;
  EXPECT_NE(mermaid.find("  n1 -->|\"reject\"| n3\n"), mermaid.npos);
}

}  // namespace
}  // namespace leat
