// SPDX-License-Identifier: MIT
// How schema/gen_guards.py writes schema/guards.toml: offsets into one text, without a pointer. Only for base/guards.cc.
#pragma once

#include <cstddef>
#include <cstdint>

namespace psbc::base::tables {

struct GuardText {
  std::uint16_t at;
  std::uint16_t size;
};

struct GuardRow {
  GuardText name, tool, when, source, risk, paths, text;
  std::uint8_t where, guarding, absent, may_open;
};

extern const char guard_text[];
extern const GuardRow guard_rows[];
extern const std::size_t guard_row_count;

} // namespace psbc::base::tables
