// SPDX-License-Identifier: MIT
// What editors start inside with the interpreter of a shim, and where they keep it: one row for each place. docs/editors.md
// is this table. Nothing else of an editor is visible: not its other extensions, not its settings, no socket of it.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "base/fixed_text.h"
#include "config/config.h"

namespace psbc::policy {

struct EditorPlace {
  config::Editor editor;
  base::FixedText<40> base;    // relative to HOME, or absolute
  base::FixedText<48> pattern; // below it, as for base::Fs::glob
};
std::span<const EditorPlace> editor_places();

/// Variables by which an editor tells its helpers what to do.
struct EditorVariable {
  base::FixedText<32> name;
  base::FixedText<96> why;
};
std::span<const EditorVariable> editor_variables();

std::string_view name_of(config::Editor editor);

} // namespace psbc::policy
