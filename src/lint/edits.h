// SPDX-License-Identifier: MIT
// Changes of a TOML text that leave comments, order and form of everything else as they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/value.h"
#include "diag/diagnostic.h"

namespace psbc::lint {

/// A list without one of its items.
diag::Edit without_item(const config::Value& list, std::size_t index);
/// A list of strings at the top of a valid file with one more at its end, or the key behind `name`.
diag::Edit with_item(const diag::SourceFile& source, const config::Value& tree, std::string_view key, const std::string& item);
/// A line, or lines, without a key and its value.
diag::Edit without_entry(const config::Entry& entry);
/// A line without the comment at its end, and the blanks before it.
diag::Edit without_comment(diag::Span comment);
/// A string in place of another one.
diag::Edit replaced(const diag::Span& span, const std::string& text);

/// The text with these edits, which must not overlap; nothing when they do.
std::optional<std::string> apply(const std::string& text, std::vector<diag::Edit> edits);

} // namespace psbc::lint
