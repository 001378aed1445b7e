// SPDX-License-Identifier: MIT
#include "config/schema.h"

#include <functional>
#include <string>

#include "config/load.h"
#include "config/suggest.h"
#include "support/catch.h"

namespace psbc::config {
namespace {

void each_key(const TableShape& table, const std::function<void(const KeyShape&, const TableShape&)>& visit) {
  for (const KeyShape& key : table.keys) {
    visit(key, table);
    if (key.table != nullptr) each_key(*key.table, visit);
  }
}

TEST_CASE("the embedded schemas are the files that editors read") {
  for (const Which which : {Which::project, Which::user, Which::ceiling}) {
    CHECK(schema_text(which).starts_with("{\n"));
    CHECK(schema_text(which).ends_with("}\n"));
    CHECK(schema_text(which).find("http://json-schema.org/draft-07/schema#") != std::string_view::npos);
  }
  CHECK(schema_text(Which::project).find("\".python-sandbox.toml\"") != std::string_view::npos);
}

TEST_CASE("every key has words, an example and limits") {
  for (const Which which : {Which::project, Which::user, Which::ceiling}) {
    each_key(shape_of(which), [](const KeyShape& key, const TableShape&) {
      INFO(key.path);
      CHECK_FALSE(key.description.empty());
      CHECK_FALSE(key.example.empty());
      CHECK((key.kind == Kind::table || key.kind == Kind::tables || key.kind == Kind::rows) == (key.table != nullptr));
      if (key.kind == Kind::strings || key.kind == Kind::integers || key.kind == Kind::map) CHECK(key.max_entries == max_entries);
      if (key.kind == Kind::integer) CHECK_FALSE(key.allowed.empty());
    });
  }
}

TEST_CASE("the examples in the schemas load") {
  for (const Which which : {Which::project, Which::user, Which::ceiling}) {
    each_key(shape_of(which), [which](const KeyShape& key, const TableShape& table) {
      std::string text = which == Which::project && key.path != "name" ? "name = \"lab\"\n" : "";
      if (!table.path.empty()) text += table.header() + "\n";
      for (const KeyShape& other : table.keys)
        if (other.required && other.name != key.name && !table.path.empty()) text += std::string(other.example) + "\n";
      text += std::string(key.example) + "\n";
      // The first table of its kind is an example when it has what it must have.
      if (key.kind == Kind::tables || key.kind == Kind::rows)
        for (const KeyShape& other : key.table->keys)
          if (other.required) text += std::string(other.example) + "\n";
      INFO(text);
      const diag::SourceFile source("example.toml", text);
      diag::Diagnostics diagnostics;
      if (which == Which::project)
        CHECK(load_project(source, diagnostics));
      else if (which == Which::user)
        CHECK(load_user(source, diagnostics));
      else
        CHECK(load_ceiling(source, diagnostics));
    });
  }
}

TEST_CASE("every other name of a key leads to it") {
  for (const Which which : {Which::project, Which::user, Which::ceiling}) {
    const TableShape& root = shape_of(which);
    each_key(root, [&root](const KeyShape& key, const TableShape& table) {
      for (const std::string_view alias : key.aliases) {
        INFO(key.path << " " << alias);
        CHECK(suggest(alias, table, root).key == &key);
      }
    });
  }
}

TEST_CASE("a word that is near to nothing suggests nothing") {
  const TableShape& root = shape_of(Which::project);
  CHECK(suggest("colour", root, root).key == nullptr);
  CHECK(suggest(std::string(60000, 'n'), root, root).key == nullptr);
  CHECK(suggest("", root, root).key == nullptr);
}

} // namespace
} // namespace psbc::config
