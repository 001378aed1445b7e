// SPDX-License-Identifier: MIT
#include "config/outline.h"

#include <string>

#include "support/catch.h"

namespace psbc::config {
namespace {

std::string keys(std::string_view text) {
  std::string out;
  for (const Outline::Key& key : outline(text, 8).keys) {
    for (const Outline::Part& part : key.path) {
      out += &part == &key.path.front() ? "" : ".";
      out += part.name;
      out += part.element == 0 ? "" : "#" + std::to_string(part.element);
    }
    out += ' ';
  }
  return out;
}

TEST_CASE("the scanner finds keys and nothing that only looks like one") {
  CHECK(keys("a = 1\nb.c = 2\n") == "a b.c ");
  CHECK(keys("[t]\na = 1\n[ t . u ]\nb = 2\n") == "t t.a t.u t.u.b ");
  CHECK(keys("a = \"b = 1\" # c = 2\nd = 'e = \\'\n") == "a d ");
  CHECK(keys("a = \"\"\"\nb = 1\n\"\" c = 2 \\\"\"\"\"\nd = 3") == "a d ");
  CHECK(keys("a = '''\nb = 1'''''\nd = 3") == "a d ");
  CHECK(keys("a = [ # x = 1 ]\n  \"b]\", [1, 2],\n]\nc = 1") == "a c ");
  CHECK(keys("a = { b = 1, c = { d = 2 } }\ne = 3") == "a a.b a.c a.c.d e ");
  CHECK(keys("\"a.b\".'c' = 1\r\nd = 1979-05-27 07:32:00\r\ne = 1") == "a.b.c d e ");
}

TEST_CASE("keys of different elements of an array are different") {
  CHECK(keys("[[x]]\ny = 1\n[[x]]\ny = 2\n[x.z]\n") == "x#1 x#1.y x#2 x#2.y x#2.z ");
  CHECK(keys("a = [{ b = 1 }, { b = 2 }]") == "a a.#1.b a.#2.b ");
}

TEST_CASE("the scanner knows what a text that breaks off left open") {
  const auto open = [](std::string_view text) {
    std::string kinds;
    for (const Outline::Open& bracket : outline(text, 8).open) kinds += bracket.kind;
    return kinds;
  };
  CHECK(open("a = 1") == "");
  CHECK(open("a = \"x") == "\"");
  CHECK(open("a = \"x\\\"") == "\"");
  CHECK(open("a = '''x''") == "m");
  CHECK(open("a = [\"x\", ") == "[");
  CHECK(open("a = [{ b = \"\"\"") == "[{M");
  CHECK(open("[a") == "[");
}

TEST_CASE("strings and comments are where more than ASCII may stand") {
  const std::string text =
      "# é\n\"ä\" = 'ö' # ü\n[ \"x\" ] # y\na = [ # z\n \"\"\"w\"\"\" ]\nö = 1\nb = \"open";
  std::string found;
  for (const Outline::Range& range : outline(text, 8).texts)
    found += text.substr(range.begin, range.end - range.begin) + "|";
  CHECK(found == "# é|\"ä\"|'ö'|# ü|\"x\"|# y|# z|\"\"\"w\"\"\"|");
}

TEST_CASE("depth is bounded before anything recurses over it") {
  std::string deep = "a";
  for (int i = 0; i < 30000; ++i) deep += ".a";
  CHECK(outline(deep + " = 1", 8).too_deep);
  CHECK(outline("[" + deep + "]", 8).too_deep);
  CHECK(outline("a = " + std::string(60000, '['), 8).too_deep);
  CHECK_FALSE(outline("a.b.c.d.e.f.g.h = 1", 8).too_deep);
  CHECK(outline("[a.b.c.d]\ne.f.g.h.i = 1", 8).too_deep);
  CHECK(outline("a = [[[[[[[[1]]]]]]]]", 8).too_deep);
  CHECK_FALSE(outline("a = [[[[[[[1]]]]]]]", 8).too_deep);
}

} // namespace
} // namespace psbc::config
