// SPDX-License-Identifier: MIT
#include "trust/capabilities.h"

#include <functional>

#include "config/load.h"
#include "config/schema.h"
#include "support/catch.h"
#include "support/memory_fs.h"

using namespace psbc;
using base::AbsPath;
using trust::Capabilities;

namespace {

/// The machine of a developer, and the sets of files on it.
struct Scene {
  test::MemoryFs fs;
  policy::Places places{.home = AbsPath::literal("/home/u"),
                        .state = AbsPath::literal("/home/u/.local/state/psbc"),
                        .data = AbsPath::literal("/home/u/.local/share/psbc"),
                        .config = AbsPath::literal("/home/u/.config/psbc"),
                        .envs = AbsPath::literal("/home/u/envs"),
                        .temporary = AbsPath::literal("/tmp/psbc-1000"),
                        .runtime = AbsPath::literal("/run/user/1000")};
  Scene() { fs.directory("/home/u/code/lab").directory("/home/u/data/a").link("/home/u/linked", "data").file("/home/u/code/.git"); }

  Capabilities of(const std::string& text) {
    const diag::SourceFile source(".python-sandbox.toml", !text.starts_with("name =") ? "name = \"lab\"\n" + text : text);
    diag::Diagnostics diagnostics;
    const auto tree = config::load_project_tree(source, diagnostics);
    CAPTURE(source.text());
    REQUIRE(tree);
    return trust::capabilities({.file = *tree, .places = places, .root = AbsPath::literal("/home/u/code/lab"), .fs = fs});
  }
  /// The steps from one file to another, as they are shown; empty: nothing to ask.
  std::string steps(const std::string& from, const std::string& to) {
    std::string out;
    for (const trust::Step& step : trust::widening(of(from), of(to))) out += trust::shown(step, places.home) + "\n";
    return out;
  }
};

} // namespace

TEST_CASE("what grants nothing new asks nothing") {
  Scene s;
  struct Row { const char *from, *to; };
  const Row rows[] = {
      {"readonly = [\"~/data\"]", "# why\nreadonly = [\n  \"~/data\",\n]\nschema = 1"},
      {"readonly = [\"~/data\", \"/opt/x\"]", "readonly = [\"/opt/x\", \"/home/u/data/\"]"},
      {"readonly = [\"~/data\", \"/opt/x\"]", "readonly = [\"/opt/x\"]"},
      {"readonly = [\"~/data\"]", "readonly = [\"~/data/a\"]"},
      {"readonly = [\"~/linked\"]", "readonly = [\"~/data/a\"]"},
      {"writable = [\"~/data\"]", "readonly = [\"~/data/a\"]"},
      {"writable = [\"~/data\"]", "writable = [\"~/data\"]\nreadonly = [\"~/data/a\"]"},
      {"readonly = [\"~/data\"]", "readonly = [\"~/data\", \"src\"]"},
      {"writable = [\"~/data\"]", "writable = [\"~/data/a\", \"./src\"]"},
      {"hidden = [\".env\"]", "hidden = [\"./.env\", \"secrets/\"]"},
      {"hidden = [\"secrets\"]", "hidden = [\"secrets/\"]"},
      {"", "[network]\naccess = \"full\""},
      {"", "[network]\naccess = \"none\""},
      {"[network]\naccess = \"ports\"\nconnect = [443, 80]", "[network]\naccess = \"ports\"\nconnect = [80]"},
      {"", "[network]\naccess = \"ports\"\nconnect = [443]"},
      {"", "[workspace]\ngit = \"none\""},
      {"[workspace]\ngit = \"commit\"", "[workspace]\ngit = \"read-only\""},
      {"[workspace]\nreadonly = [\".\"]", "[workspace]\nreadonly = [\"libs/x\"]"},
      {"tokens = [\"HF_TOKEN\"]", "tokens = [\"HF_TOKEN:read?\"]"},
      {"tokens = [\"A\", \"B?\"]", "tokens = [\"B\"]"},
      {"env.set = { A = \"1\", B = \"2\" }", "[env]\nset.B = \"2\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.from, row.to);
    CHECK(s.steps(row.from, row.to).empty());
  }
}

TEST_CASE("what grants more shows that alone, riskiest first") {
  Scene s;
  struct Row { const char *from, *to, *steps; };
  const Row rows[] = {
      {"readonly = [\"~/data/a\"]", "readonly = [\"~/data\"]", "+ read ~/data\n"},
      {"readonly = [\"~/data\"]", "readonly = [\"~/data\", \"~/data-secret\"]", "+ read ~/data-secret\n"},
      {"readonly = [\"~/data\"]", "writable = [\"~/data\"]", "+ write ~/data\n"},
      // Read-only in a place that is writable takes away, and to drop it grants.
      {"readonly = [\"src\"]", "", "+ write src\n"},
      {"readonly = [\"a\"]", "", "+ write a\n"},
      {"readonly = [\".\"]\nwritable = [\"a/b\"]", "writable = [\"a/b\"]", "+ write the project itself\n"},
      {"writable = [\"~/data\"]\nreadonly = [\"~/data/a\"]", "writable = [\"~/data\"]", "+ write ~/data/a\n"},
      {"readonly = [\"~/data/a\"]", "writable = [\"~/data\"]", "+ write ~/data\n"},
      {"readonly = [\"~/data\"]\nwritable = [\"~/data/a/b\"]", "writable = [\"~/data/a\"]", "+ write ~/data/a\n"},
      {"workspace.writable = [\"libs\"]\nworkspace.readonly = [\"libs/x\"]", "workspace.writable = [\"libs\"]",
       "+ write in the repository around it: ~/code/libs/x\n"},
      {"sockets = [\"/run/db\"]", "sockets = [\"/run/db/s\"]", "+ connect to /run/db/s\n"},
      {"hidden = [\".env\", \"secrets\"]", "hidden = [\".env\"]", "- hidden secrets\n"},
      {"tokens = [\"HF_TOKEN:read\"]", "tokens = [\"HF_TOKEN\"]", "+ token HF_TOKEN\n"},
      {"tokens = [\"HF_TOKEN\"]", "tokens = [\"HF_TOKEN_2:read\"]\nreadonly = [\"~/data\"]", "+ token HF_TOKEN_2:read\n+ read ~/data\n"},
      {"", "env.pass = [\"A\"]\nwritable = [\"~/data\"]", "+ write ~/data\n+ see the variable A\n"},
      {"env.set = { A = \"1\" }", "env.set = { A = \"2\" }", "+ set the variable A=2\n"},
      {"[network]\naccess = \"none\"", "", "+ network full\n"},
      {"[network]\naccess = \"none\"", "[network]\naccess = \"ports\"\nconnect = [443]", "+ network ports\n+ connect to port 443\n"},
      {"[workspace]\ngit = \"read-only\"", "[workspace]\ngit = \"commit\"", "+ git in the repository around it: commit\n"},
      {"name = \"lab\"", "name = \"other\"", "+ environment other\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.from, row.to);
    CHECK(s.steps(row.from, row.to) == row.steps);
  }
}

TEST_CASE("padding in a value is spelled out") {
  CHECK(trust::visible("a b") == "a b");
  CHECK(trust::visible("a" + std::string(300, ' ') + "b").find("  ") == std::string::npos);
  CHECK(trust::visible(" a  b ") == "\\u{20}a \\u{20}b\\u{20}");
  Scene s;
  CHECK(s.steps("", "env.set = { A = \"1   2\" }") == "+ set the variable A=1 \\u{20}\\u{20}2\n");
}

TEST_CASE("a link that leads elsewhere is another capability") {
  Scene s;
  const Capabilities before = s.of("readonly = [\"~/linked\"]");
  s.fs.remove("/home/u/linked").link("/home/u/linked", ".ssh");
  const auto steps = trust::widening(before, s.of("readonly = [\"~/linked\"]"));
  REQUIRE(steps.size() == 1);
  CHECK(trust::shown(steps.front(), s.places.home) == "+ read ~/.ssh");
}

TEST_CASE("so is an environment behind a link of the user's, and a repository whose top level is another one") {
  Scene s;
  const std::string text = "python.venv = \"~/linked\"\n[workspace]\nreadonly = [\"libs\"]\ngit = \"read-only\"\n";
  const Capabilities before = s.of(text);
  s.fs.remove("/home/u/linked").link("/home/u/linked", "other").remove("/home/u/code/.git").file("/home/u/.git");
  std::string steps;
  for (const trust::Step& step : trust::widening(before, s.of(text))) steps += trust::shown(step, s.places.home) + "\n";
  CHECK(steps == "+ read in the repository around it: ~/.git\n+ read in the repository around it: ~/libs\n+ write, as the environment: ~/other\n");
  // psbc's own link is not followed: it leads to where sessions write.
  const Capabilities own = s.of("python.venv = \"~/envs/lab\"");
  s.fs.link("/home/u/envs/lab", "/home/u/.local/share/psbc/sandboxes/x/envs/lab").link("/home/u/.local/share/psbc/sandboxes/x/envs/lab", "/home/u/.ssh");
  CHECK(s.of("python.venv = \"~/envs/lab\"") == own);
}

namespace {

void walk(const config::TableShape& table, const std::function<void(const config::KeyShape&)>& visit) {
  for (const config::KeyShape& key : table.keys) {
    if (key.kind == config::Kind::table) walk(*key.table, visit);
    else visit(key);
  }
}

} // namespace

TEST_CASE("each key of the schema is in the set, or is neutral") {
  Scene s;
  walk(config::shape_of(config::Which::project), [&](const config::KeyShape& key) {
    CAPTURE(std::string(key.path));
    const std::size_t dot = key.path.rfind('.');
    const std::string header = dot == std::string_view::npos ? "" : "[" + std::string(key.path.substr(0, dot)) + "]\n";
    std::string line(key.example);
    if (key.kind == config::Kind::choice) line = std::string(key.name) + " = \"" + std::string(key.words[key.fallback == 0 ? key.words.size() - 1 : 0]) + "\"";
    if (key.kind == config::Kind::rows)
      for (const config::KeyShape& inner : key.table->keys)
        if (inner.required) line += "\n" + std::string(inner.example);
    const std::string with = key.name == "name" ? "name = \"imagenet-lab\"\n" : header + line + "\n";
    const Capabilities before = s.of(""), after = s.of(with);
    const bool more = !trust::widening(before, after).empty(), less = !trust::widening(after, before).empty();
    switch (key.direction) {
      case config::Direction::neutral: CHECK((!more && !less)); break;
      case config::Direction::narrows: CHECK((!more && less)); break;
      case config::Direction::widens:
        // Ports are nothing beside the full network, and a choice may be the widest by default.
        CHECK((more || less || key.path.starts_with("network.")));
        break;
    }
    CHECK(trust::parse_capabilities(trust::serialise(after)) == after);
  });
}
