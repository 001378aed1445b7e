// SPDX-License-Identifier: MIT
// A tree against the tables of its schema: which keys, of which types, with which values.
#pragma once

#include "config/shape.h"
#include "config/value.h"

namespace psbc::config {

/// Reports all problems. Beyond a true result only known keys with values of the right type and
/// format exist, and every required one.
bool validate(const diag::SourceFile& source, const Value& root, const TableShape& shape,
              diag::Diagnostics& diagnostics);

} // namespace psbc::config
