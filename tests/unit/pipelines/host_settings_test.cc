#include "pipelines/host_settings.h"

#include <gtest/gtest.h>

#include "pipelines/read_pipeline.h"
#include "tests/support/fake_stages.h"
#include "tests/support/outside.h"

namespace leat {
namespace {

fake::World world() {
  fake::World made;
  made.variables.values = {{"TOKEN", "s3cret"}};
  return made;
}

std::string said(const Problems& problems) {
  PipelineSpec file;
  file.file = "t";
  return to_error(file, problems).text;
}

TEST(HostSettings, ThePersonsFileComesBeforeTheHosts) {
  const auto made = world();
  const auto outside = made.outside();
  HostSettings settings;
  EXPECT_EQ(said(read_host_settings("color = \"never\"\n[limits]\nmem = \"1MB\"\n[hubs.a]\naddress = \"tcp://h:1\"\ntoken = \"${TOKEN}\"\n",
                                    outside, settings)),
            "");
  EXPECT_EQ(said(read_host_settings("[limits]\nmem = \"2MB\"\nthreads = 3\n[hubs.a]\naddress = \"x\"\n[hubs.b]\naddress = \"y\"\n", outside,
                                    settings)),
            "");
  EXPECT_EQ(settings.globals.text("mem"), "1MB");
  EXPECT_EQ(settings.globals.count("threads"), 3u);
  EXPECT_EQ(settings.hubs["a"].address, "tcp://h:1");
  EXPECT_EQ(settings.hubs["a"].token, "s3cret");
  EXPECT_EQ(settings.hubs["b"].address, "y");
}

TEST(HostSettings, FillsInWhatASpecLeavesOpen) {
  const auto made = world();
  const auto outside = made.outside();
  HostSettings settings;
  EXPECT_EQ(
      said(read_host_settings(
          "[limits]\nmem = \"1MB\"\ndrain = \"3s\"\n[ends.archive]\nurl = \"tcp://h:${TOKEN}\"\ntimeout = \"5s\"\nretry = {attempts = 3}\n",
          outside, settings)),
      "");
  Loaded loaded = load_pipeline("mem: 7MB\nfrom: '@archve'\nto: {url: '@archive', timeout: 1s}\n", "p", outside, {}, fake::catalog());
  apply(settings, loaded.spec, loaded.problems);
  EXPECT_EQ(to_error(loaded.spec, loaded.problems).text, "p:2:7: no end is named 'archve' in leat.toml (did you mean archive?)");
  EXPECT_EQ(loaded.spec.globals.text("mem"), "7MB");
  EXPECT_EQ(loaded.spec.globals.text("drain"), "3s");
  const EndSpec& to = loaded.spec.chains[0].to[0];
  EXPECT_EQ(to.url, "tcp://h:s3cret");
  EXPECT_EQ(to.written, "@archive");
  EXPECT_EQ(to.options.text("timeout"), "1s");
  EXPECT_EQ(to.options.pair("retry", "attempts"), "3");
}

TEST(HostSettings, MistakesHaveTheirPlace) {
  const auto made = world();
  const auto outside = made.outside();
  HostSettings settings;
  EXPECT_EQ(said(read_host_settings("colour = \"never\"\n", outside, settings)),
            "t:1:1: a settings file has no 'colour' (did you mean color?)");
  EXPECT_EQ(said(read_host_settings("color = \"mauve\"\n", outside, settings)),
            "t:1:9: color: wants one of auto, always, never, not 'mauve'");
  EXPECT_EQ(said(read_host_settings("[limits]\nin = \"csv\"\n", outside, settings)), "t:2:1: limits: limits has no 'in'");
  EXPECT_EQ(said(read_host_settings("[ends.a]\nurl = \"x\"\ncodec = \"csv\"\n", outside, settings)),
            "t:3:1: ends.a: an end has no 'codec'");
  EXPECT_EQ(said(read_host_settings("[hubs.a]\ntoken = \"plain\"\n", outside, settings)),
            "t:2:9: hubs.a.token: a credential is not written out here (use ${file:PATH} or ${VAR})\nt:1:7: hubs.a: wants an address");
  EXPECT_EQ(said(read_host_settings("[limits]\nmem = 2024-01-01\n", outside, settings)).substr(0, 44),
            "t:2:7: a date or time means nothing here\nt:2");
  EXPECT_EQ(said(read_host_settings("a = [\n", outside, settings)).substr(0, 2), "t:");
  EXPECT_EQ(said(read_host_settings("limits = 3\n", outside, settings)), "t:1:10: limits: wants a table, here is a single value");
}

}  // namespace
}  // namespace leat
