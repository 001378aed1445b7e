// SPDX-License-Identifier: MIT
#include "base/guards.h"

#include "base/guards_tables.h"
#include "base/text.h"

namespace psbc::base {
namespace {

std::string_view text_of(tables::GuardText ref) { return {tables::guard_text + ref.at, ref.size}; }

} // namespace

std::vector<std::string_view> Guard::paths() const { return split(joined_paths, '\n'); }

std::size_t guard_count() { return tables::guard_row_count; }

Guard guard(std::size_t index) {
  const tables::GuardRow& row = tables::guard_rows[index];
  return {.index = index,
          .name = text_of(row.name),
          .tool = text_of(row.tool),
          .when = text_of(row.when),
          .source = text_of(row.source),
          .risk = text_of(row.risk),
          .text = text_of(row.text),
          .where = static_cast<Guard::Where>(row.where),
          .guarding = static_cast<Guard::Class>(row.guarding),
          .absent = static_cast<Guard::Absent>(row.absent),
          .may_open = row.may_open != 0,
          .joined_paths = text_of(row.paths)};
}

std::optional<Guard> find_guard(std::string_view name) {
  for (std::size_t i = 0; i < guard_count(); ++i)
    if (text_of(tables::guard_rows[i].name) == name) return guard(i);
  return {};
}

} // namespace psbc::base
