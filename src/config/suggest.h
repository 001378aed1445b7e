// SPDX-License-Identifier: MIT
// "Did you mean": from a key that does not exist to the one that was meant.
#pragma once

#include <string_view>

#include "config/shape.h"

namespace psbc::config {

struct Suggestion {
  const KeyShape* key = nullptr;
  const TableShape* table = nullptr; // where it belongs
};

/// `table` is where the unknown key stands. Sure things first: a known other name of a key here, the
/// exact name or other name of a key elsewhere, and only then what is spelt alike.
Suggestion suggest(std::string_view unknown, const TableShape& table, const TableShape& root);

} // namespace psbc::config
