// SPDX-License-Identifier: MIT
#include "runtime/jail_home.h"

#include "support/catch.h"

using psbc::runtime::with_block;

TEST_CASE("psbc's block stands first, and the rest of the file stays as it was") {
  const std::string first = with_block("", "[user]\n\tname = Dev");
  CHECK(first.find("name = Dev\n# <<< psbc\n") != std::string::npos);
  CHECK(first.substr(0, 10) == "# >>> psbc");
  const std::string edited = first + "[alias]\n\tst = status\nno newline";
  const std::string second = with_block(edited, "[user]\n\tname = Other\n");
  CHECK(second.find("Dev") == std::string::npos);
  CHECK(second.find("name = Other\n# <<< psbc\n[alias]\n\tst = status\nno newline") != std::string::npos);
}

TEST_CASE("writing the same block again changes nothing") {
  const std::string once = with_block("mine\n", "theirs\n");
  CHECK(with_block(once, "theirs\n") == once);
}

TEST_CASE("a block that was moved or doubled is replaced, one without its end costs no other line") {
  const std::string block = with_block("", "old\n");
  const std::string moved = with_block("mine\n" + block + "also mine\n" + block, "new\n");
  CHECK(moved.find("old") == std::string::npos);
  CHECK(moved.find("# <<< psbc\nmine\nalso mine\n") != std::string::npos);
  CHECK(with_block("a\n# >>> psbc\nb\n", "new\n").find("# <<< psbc\na\nb\n") != std::string::npos);
  CHECK(with_block("a\n# <<< psbc\nb\n", "new\n").find("# <<< psbc\na\nb\n") != std::string::npos);
}
