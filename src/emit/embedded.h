// SPDX-License-Identifier: MIT
// What templates/embed.py puts into the binary.
#pragma once

#include <span>
#include <string_view>

namespace psbc::emit {

struct EmbeddedText {
  std::string_view name;
  std::string_view text;
};

std::span<const EmbeddedText> embedded_templates();

} // namespace psbc::emit
