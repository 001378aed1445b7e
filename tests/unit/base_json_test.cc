// SPDX-License-Identifier: MIT
#include "base/json.h"

#include "support/catch.h"

using namespace psbc::base;

namespace {

std::string at(std::string_view text, std::vector<std::string_view> path) {
  const auto found = json_scalars(text, path);
  if (!found) return "nothing";
  std::string out;
  for (const auto& each : *found) out += (out.empty() ? "" : "|") + each;
  return out;
}

} // namespace

TEST_CASE("the scalars below a member are found, and nothing else") {
  const auto doc = R"( {"auth": {"accessToken": {"displayName": "a\"role\": \"write", "role" : "read", "n": [1, {"x": true}, "y"]}}, "role": "no"} )";
  CHECK(at(doc, {"auth", "accessToken", "role"}) == "read");
  CHECK(at(doc, {"auth", "accessToken", "n"}) == "1|true|y");
  CHECK(at(doc, {"role"}) == "no");
  CHECK(at(doc, {"accessToken"}) == "nothing");
  CHECK(at(doc, {"auth", "accessToken", "n", "x"}) == "nothing"); // inside of a list is no member
  CHECK(at(R"({"a": "\u0041\n\u00fc\/"})", {"a"}) == "A\n\xc3\xbc/");
  CHECK(at(R"({"a": [], "b": {}})", {"a"}) == "");
  CHECK(at(R"({"a": 1, "a": 2})", {"a"}) == "2");
  CHECK(at("[1,2]", {}) == "1|2");
}

TEST_CASE("what is no JSON has no members, and no text hangs or overflows the reader") {
  for (const std::string_view bad : {"", "{", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":1", "{\"a\":1,}", "{a:1}", "{\"a\":1} x", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}",
                                     "{\"a\":\"\n\"}", "{\"a\":tru}", "[1,]", "<html>"})
    CHECK(at(bad, {"a"}) == "nothing");
  CHECK(at(std::string(100000, '['), {}) == "nothing");
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "{\"a\":";
  CHECK(at(deep, {"a"}) == "nothing");
}

TEST_CASE("any text can be written") {
  CHECK(json_text("a\"b\\c\n\x7f\xff\xc3\xbc") == "\"a\\\"b\\\\c\\u000a\\u007f\\ufffd\xc3\xbc\"");
  CHECK(json_text("\xc2\x9b \xe2\x80\xae \xf3\xa0\x81\x81") == R"("\u009b \u202e \udb40\udc41")");
  for (const std::string_view text : {"", "x", "\"", "\\", "\t", "\xe2\x82\xac"}) CHECK(at("[" + json_text(text) + "]", {}) == text);
}
