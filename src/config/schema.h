// SPDX-License-Identifier: MIT
// The schemas as they are published (`psbc schema`), and as the tables that were made from them.
#pragma once

#include <cstdint>
#include <string_view>

#include "config/shape.h"

namespace psbc::config {

enum class Which : std::uint8_t { project, user, ceiling };

/// The JSON Schema, as text.
std::string_view schema_text(Which which);
const TableShape& shape_of(Which which);

} // namespace psbc::config
