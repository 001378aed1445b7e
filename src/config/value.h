// SPDX-License-Identifier: MIT
// A Value is one node of a parsed file with the bytes that it was written with. It exists so that no
// other file needs toml++, whose header costs three seconds of every unit that includes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.h"

namespace psbc::config {

enum class Type : std::uint8_t { string, integer, floating, boolean, date_time, array, table };

struct Entry;

struct Value {
  Type type = Type::table;
  diag::Span span; // of a table with a header: the header; of a dotted key's table: that part of the key
  std::string string;
  std::int64_t integer = 0;
  bool boolean = false;
  std::vector<Value> items;
  std::vector<Entry> entries; // in the order of the file

  const Entry* find(std::string_view key) const;
};

struct Entry {
  std::string key;
  diag::Span key_span;
  Value value;
};

inline const Entry* Value::find(std::string_view key) const {
  for (const Entry& entry : entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

} // namespace psbc::config
