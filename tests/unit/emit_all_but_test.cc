// SPDX-License-Identifier: MIT
#include "emit/all_but.h"

#include <random>

#include "base/glob.h"
#include "emit/glob.h"
#include "emit/lexer.h"
#include "support/catch.h"

using namespace psbc::emit;

namespace {

bool hidden(const std::vector<NamePattern>& patterns, const std::string& name) {
  for (const NamePattern& each : patterns)
    if (glob_matches("/run/" + each.prefix + each.glob, "/run/" + name)) return true;
  return false;
}

} // namespace

TEST_CASE("everything but what is kept is matched, and nothing that is kept") {
  for (const std::set<std::string>& keep : std::vector<std::set<std::string>>{
           {"firejail"}, {"firejail", "systemd"}, {"a", "ab", "abc"}, {".data"}, {"z", "Z", "9", "0", "A", "a"}, {"x-y", "x.y"}, {}}) {
    const auto patterns = all_but(keep);
    for (const std::string& name : keep) CHECK_FALSE(hidden(patterns, name));
    for (const char* name : {"f", "fi", "firejai", "firejail2", "firejail-x", "Firejail", ".firejail", "systemd", "system", "user", "b",
                             "abcd", ".x", ".data2", "-x", "~x", "+", "=", "@x", ":1", "_", "9x", "x-", "x-yz", "x.", "zz"}) {
      CAPTURE(name, keep.empty() ? "" : *keep.begin());
      CHECK(hidden(patterns, name) == !keep.contains(name));
    }
    for (const NamePattern& each : patterns) {
      const std::string line = "blacklist /run/" + each.prefix + each.glob;
      CAPTURE(line);
      for (const psbc::emit::FirejailVersion version : {FirejailVersion{0, 9, 64, 4}, FirejailVersion{0, 9, 81}}) {
        const auto read = lex(line + "\n", version);
        CHECK_FALSE(read.aborts);
        CHECK(read.lines.size() == 1);
      }
    }
  }
}

TEST_CASE("random names: kept or matched, never both and never neither") {
  std::mt19937 random(1); // NOLINT: the same names in every run
  const std::string letters = "abfirel.-_~+09AZz";
  const auto name = [&] {
    std::string out;
    for (std::size_t n = 1 + random() % 9; n > 0; --n) out += letters[random() % letters.size()];
    return out.starts_with("..") || out == "." ? "x" + out : out;
  };
  for (int round = 0; round < 200; ++round) {
    std::set<std::string> keep;
    for (std::size_t n = random() % 4; n > 0; --n) keep.insert(name());
    const auto patterns = all_but(keep);
    for (int each = 0; each < 50; ++each) {
      const std::string other = name();
      CAPTURE(other);
      CHECK(hidden(patterns, other) == !keep.contains(other));
    }
  }
}
