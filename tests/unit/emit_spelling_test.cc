// SPDX-License-Identifier: MIT
#include "emit/spelling.h"

#include <random>

#include "emit/glob.h"
#include "emit/lexer.h"
#include "support/catch.h"
#include "support/memory_fs.h"

using namespace psbc::emit;

namespace {
constexpr FirejailVersion v64{0, 9, 64}, v72{0, 9, 72}, head{0, 9, 81};

const char* directive_of(PathUse use) {
  switch (use) {
    case PathUse::whitelist: return "whitelist";
    case PathUse::blacklist: return "blacklist";
    case PathUse::read_only: return "read-only";
    case PathUse::private_cwd: return "private-cwd";
  }
  return "";
}
} // namespace

TEST_CASE("odd bytes are spelled so that firejail reads them") {
  struct Row { const char* path; const char* text; };
  const Row rows[] = {
      {"/a/plain-1.txt", "/a/plain-1.txt"}, {"/a/one space", "/a/one space"},     {"/a/ leading", "/a/ leading"},
      {"/a/two  spaces", "/a/two ?spaces"}, {"/a/trailing ", "/a/trailing?"},     {"/a/x \ty", "/a/x ?y"},
      {"/a/c#", "/a/c?"},                   {"/a/x,y", "/a/x?y"},                 {"/a/\"q\"", "/a/?q?"},
      {"/a/it's", "/a/it's"},               {"/a/x\ny", "/a/x?y"},                {"/a/x\ry", "/a/x?y"},
      {"/a/b\\c", "/a/b?c"},                {"/a/x[1]", "/a/x[[]1]"},             {"/a/*?", "/a/[*][?]"},
      {"/a/ü", "/a/ü"},                     {"/a/b..c", "/a/b.?c"},               {"/a/b...c", "/a/b.?.c"},
      {"/a/..b", "/a/.?b"},                 {"/a/$HOME${x}", "/a/$HOME$?x?"},     {"/a/~", "/a/~"},
      {"/a/(x)=@+:;", "/a/(x)=@+:?"},       {"/a   ", "/a ??"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    const Spelling spelling = spell(row.path, PathUse::blacklist, v72);
    CHECK(spelling.impossible.empty());
    CHECK(spelling.text == row.text);
    CHECK(spelling.is_glob == (std::string_view(row.path) != row.text));
  }
  CHECK(spell("/a/it's", PathUse::blacklist, v64).text == "/a/it?s");
  CHECK(spell("/a/it's|$`", PathUse::blacklist, head).text == "/a/it?s???");
}

TEST_CASE("what firejail cannot be told has a reason") {
  for (const auto use : {PathUse::whitelist, PathUse::private_cwd}) CHECK_FALSE(spell("/a/b..c", use, v72).impossible.empty());
  CHECK(spell("/a/b..c", PathUse::read_only, v72).impossible.empty());
  CHECK_FALSE(spell("/a/b..c", PathUse::read_only, v64).impossible.empty());
  for (const char* path : {"/a/b,c", "/a/b[c", "/a/b]c"}) CHECK_FALSE(spell(path, PathUse::private_cwd, v72).impossible.empty());
  CHECK_FALSE(spell("/a/b\nc", PathUse::whitelist, v64).impossible.empty());
  // A whitelist of `/a/??` exposed all of `/` on 0.9.64.4.
  for (const char* path : {"/a/#", "/a/<>", "/a/#/b", "/a/.#", "/a/#."}) {
    for (const auto use : {PathUse::whitelist, PathUse::read_only}) CHECK_FALSE(spell(path, use, v64).impossible.empty());
    CHECK(spell(path, PathUse::blacklist, v64).impossible.empty());
    CHECK(spell(path, PathUse::whitelist, v72).impossible.empty() == (std::string_view(path).find("..") == std::string_view::npos));
  }
  CHECK(spell("/a/#x", PathUse::whitelist, v64).text == "/a/?x");
  CHECK_FALSE(spell("/" + std::string(4000, '['), PathUse::blacklist, v72).impossible.empty());
}

TEST_CASE("every spelled path is read back as one line that matches it and no other spelling") {
  std::mt19937 random(1);
  const std::string alphabet = std::string("ab. #,;[]*?!\\\"'$~{}%\t\r\n\x01\x7f\xc3\xbc\xff") + "^&<>|`-_=";
  const auto byte = [&] { return alphabet[random() % alphabet.size()]; };
  for (int round = 0; round < 20000; ++round) {
    std::string path = "/w";
    for (std::size_t part = 1 + random() % 3; part > 0; --part) {
      path += '/';
      for (std::size_t size = 1 + random() % 6; size > 0; --size) path += byte();
    }
    const auto normal = psbc::base::AbsPath::parse(path);
    if (!normal || normal->components().size() < 2) continue;
    for (const FirejailVersion version : {v64, v72, head}) {
      for (const auto use : {PathUse::whitelist, PathUse::blacklist, PathUse::read_only, PathUse::private_cwd}) {
        const Spelling spelling = spell(normal->string(), use, version);
        if (!spelling.impossible.empty()) continue;
        const std::string line = std::string(directive_of(use)) + " " + spelling.text + "\n";
        const Lexed read = lex(line, version);
        const bool only_old_tops = version == v64 && use == PathUse::whitelist;
        const bool exact = read.lines.size() == 1 && read.lines[0].directive == directive_of(use) && read.lines[0].argument == spelling.text;
        if (!exact || (read.aborts && !only_old_tops) || !read.deaf.empty() || !glob_matches(spelling.text, normal->string())) {
          CAPTURE(line, normal->string());
          FAIL("not read back");
        }
      }
    }
  }
}

TEST_CASE("a spelling matches as firejail's glob does") {
  CHECK(glob_matches("/a/b?c", "/a/b,c"));
  CHECK_FALSE(glob_matches("/a/b?c", "/a/b/c"));
  CHECK_FALSE(glob_matches("/a/??", "/a/ü/x"));
  CHECK(glob_matches("/a/??", "/a/ü")); // bytes, in the C locale
  CHECK(glob_matches("/a/[[]x", "/a/[x"));
  CHECK(glob_matches("/a/?b", "/a/.b"));        // GLOB_PERIOD, in the last component
  CHECK_FALSE(glob_matches("/a/?b/c", "/a/.b/c")); // but not on the way
}

TEST_CASE("a pattern is counted in the real directory") {
  psbc::test::MemoryFs fs;
  fs.file("/h/a,b").file("/h/x,y/f").file("/h/x;y/g").file("/h/p,q/f").file("/h/p;q/f");
  CHECK(count_matches(fs, "/h/a?b") == 1);
  CHECK(count_matches(fs, "/h/z?z") == 0);
  CHECK(count_matches(fs, "/h/x?y") == 2);
  CHECK(count_matches(fs, "/h/x?y/f") == 1);
  CHECK(count_matches(fs, "/h/p?q/f") == 2);
  fs.unreadable("/locked");
  CHECK(count_matches(fs, "/locked/a?b") == 0);
}
