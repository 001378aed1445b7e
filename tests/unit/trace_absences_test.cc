// SPDX-License-Identifier: MIT
#include "trace/absences.h"

#include <algorithm>

#include "support/catch.h"
#include "support/memory_fs.h"

using namespace psbc;
using base::AbsPath;
using trace::Fact;
using trace::FactKind;

namespace {

Fact gone(const char* path) { return {FactKind::kind, path, "", "absent"}; }
Fact listed(const char* path) { return {FactKind::among, path, "a/b", "none"}; }

/// Finds a name in any case, as vfat does, and lists it as it was made.
struct FoldingFs : test::MemoryFs {
  base::Kind kind(const AbsPath& path) override {
    const auto all = names(path.parent());
    const auto lower = [](std::string text) {
      std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      return text;
    };
    const bool found = all && std::any_of(all->begin(), all->end(), [&](const std::string& name) { return lower(name) == lower(std::string(path.name())); });
    return found ? base::Kind::file : base::Kind::absent;
  }
};

} // namespace

TEST_CASE("one look at a directory that is listed anyway proves what is absent in it") {
  test::MemoryFs fs;
  fs.file("/home/u/.vimrc").file("/home/u/.zshrc").directory("/etc/zsh");
  const trace::Facts facts = {listed("/home/u"), gone("/home/u/.vim"), gone("/home/u/.vim/after"), gone("/home/u/.zshrc"), gone("/etc/zshenv")};
  trace::Absences absences(facts, fs);
  CHECK(absences.hold(facts[1]));
  const auto asked = fs.asked();
  CHECK(std::count(asked.begin(), asked.end(), "names /home/u") == 1);

  SECTION("and what would be below it") {
    fs.forget();
    CHECK(absences.hold(facts[2]));
    CHECK(fs.asked().empty());
  }
  SECTION("what is elsewhere is asked for, and what would be below it is not") {
    fs.forget();
    CHECK(absences.hold(gone("/etc/zshenv")));
    CHECK(absences.hold(gone("/etc/zshenv/x")));
    CHECK(fs.asked() == std::vector<std::string>{"kind /etc/zshenv"});
    CHECK_FALSE(absences.hold(gone("/etc/zsh")));
  }
  SECTION("but nothing about what appeared, or about what is there") {
    CHECK_FALSE(absences.hold(gone("/home/u/.zshrc")));
    CHECK_FALSE(absences.hold({FactKind::kind, "/home/u/.vim", "", "directory"}));
    CHECK_FALSE(absences.hold({FactKind::ownership, "/home/u/.vim", "", "absent"}));
  }
}

TEST_CASE("where the case of names is folded, or a directory cannot be read, a listing proves nothing") {
  FoldingFs folding;
  folding.file("/home/u/.VIMRC");
  const trace::Facts facts = {listed("/home/u")};
  trace::Absences folded(facts, folding);
  CHECK_FALSE(folded.hold(gone("/home/u/.vimrc")));
  folding.forget();
  CHECK(folded.hold(gone("/home/u/.inputrc")));
  CHECK(folding.asked().size() == 1);

  test::MemoryFs closed;
  closed.directory("/home/u").unreadable("/home/u");
  trace::Absences unreadable(facts, closed);
  CHECK(unreadable.hold(gone("/home/u/.vimrc")));
  CHECK(closed.asked().back() == "kind /home/u/.vimrc");
}
