#include "stages/source/generate.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Generate, ARateIsANumberAndATime) {
  EXPECT_EQ(GenerateSource::every("100/s"), milliseconds(10));
  EXPECT_EQ(GenerateSource::every("5/m"), seconds(12));
  EXPECT_EQ(GenerateSource::every("3/10s"), Duration(seconds(10)) / 3);
  EXPECT_EQ(GenerateSource::every("1000000000/s"), Duration(1));
  for (const char* word :
       {"", "/", "5", "5/", "/s", "0/s", "-1/s", "1.5/s", "5/x", "5/0s", "2000000000/s", "5 / s", "18446744073709551616/s"})
    EXPECT_FALSE(GenerateSource::every(word)) << word;
}

TEST(Generate, WhatIsNoExpressionIsRefused) {
  for (const char* text : {"", ".n +", "$meta.x", "nothing()"}) EXPECT_FALSE(GenerateSource::make(text, {})) << text;
  EXPECT_TRUE(GenerateSource::make("{n, random}", {}));
}

}  // namespace
}  // namespace leat
