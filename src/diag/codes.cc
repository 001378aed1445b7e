// SPDX-License-Identifier: MIT
#include "diag/codes.h"

#include <array>

namespace psbc::diag {
namespace {

struct Row {
  std::string_view id;
  std::string_view slug;
};

constexpr auto rows = std::to_array<Row>({
#define PSBC_CODE(id, name, slug) {#id, slug},
#include "diag/codes.def"
#undef PSBC_CODE
});

} // namespace

std::string_view id(Code code) { return rows.at(static_cast<std::size_t>(code)).id; }

std::string_view slug(Code code) { return rows.at(static_cast<std::size_t>(code)).slug; }

} // namespace psbc::diag
