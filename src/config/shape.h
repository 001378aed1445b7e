// SPDX-License-Identifier: MIT
// The shape of a file: which keys it may hold and what each may say. schema/gen_tables.py makes the
// tables from the JSON Schemas; validate and decode walk them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace psbc::config {

/// `x-psbc-format`: the rule that a string must keep. Each has a predicate in format.cc.
enum class Format : std::uint8_t { name, path, anchored_path, inner_path, pattern, variable, token, source, argument, text, host, fingerprint, signature_namespace, index_name, index_url, editor, rule, severity, source_kind, versions, digest, date };

/// `x-psbc-direction`: what a new value of the key may do to what was approved before. The words of a choice go from
/// the least that it grants to the most.
enum class Direction : std::uint8_t { neutral, narrows, widens };

enum class Kind : std::uint8_t {
  boolean,
  integer,
  string,
  choice,  // one of a few words
  strings, // an array of strings, each one once
  integers, // an array of integers, each one once
  words,   // a string, or an array of strings
  map,     // NAME = "text"
  table,
  tables,  // NAME = a table, all of one shape
  rows,    // an array of tables, all of one shape
};

struct TextShape {
  Format format = Format::text;
  std::string_view expects;   // human words for the rule
  std::size_t min_length = 0; // code points, as JSON Schema counts
  std::size_t max_length = 0; // 0: the format alone bounds it
};

struct TableShape;

struct KeyShape {
  std::string_view name;
  std::string_view path; // with the tables around it: "env.pass"
  Kind kind = Kind::string;
  bool required = false;
  TextShape text{};                        // of the string, of an array's items, of a map's values
  TextShape names{};                       // of a map's keys, or of those of tables
  std::int64_t least = 0, most = 0;        // of an array's integers
  TextShape items{};                       // of words, where they are an array
  std::size_t max_entries = 0;             // of an array, a map or tables
  std::span<const std::int64_t> allowed{}; // the integers that have a meaning
  std::span<const std::string_view> words{}; // of a choice
  std::size_t fallback = 0;                // of a choice: the index of the word that an absent key means
  std::uint8_t leaf = 0;                   // ProjectKey, UserKey, CeilingKey or that of a definition; means nothing for a table
  Direction direction = Direction::neutral;
  std::string_view grant;   // what `psbc trust` calls it: "read"; empty for a neutral key
  std::uint8_t risk = 0;    // 1 is shown first
  const TableShape* table = nullptr;
  std::string_view example; // one line of TOML, with the key
  std::string_view description;
  std::span<const std::string_view> aliases{}; // what people write instead
};

struct TableShape {
  std::string_view path; // empty for the root
  std::string_view description;
  std::span<const KeyShape> keys;
  bool is_row = false; // of a list of such tables

  /// The line above its keys.
  std::string header() const { return (is_row ? "[[" : "[") + std::string(path) + (is_row ? "]]" : "]"); }
  const KeyShape* find(std::string_view name) const {
    for (const KeyShape& key : keys)
      if (key.name == name) return &key;
    return nullptr;
  }
};

} // namespace psbc::config
