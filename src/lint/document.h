// SPDX-License-Identifier: MIT
// A Document is a file as lint sees it: its text, its comments, which toml++ does not keep, and, where it is one that the
// schema allows, its values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/value.h"
#include "diag/diagnostic.h"

namespace psbc::lint {

struct Comment {
  diag::Span span;           // from `#` to the end of the line
  std::string_view text;     // behind `#`, without blanks around it
  std::uint32_t line = 1;
  bool is_alone = false;     // nothing but blanks before it
  bool is_header = false;    // alone, before the first key
};

struct Document {
  const diag::SourceFile& source;
  std::vector<Comment> comments{};
  std::optional<config::Value> tree{};
  std::optional<config::ProjectConfig> config{};
};

/// Without blanks at its ends; a view into `text` in any case.
std::string_view trimmed(std::string_view text);

/// Adds what is wrong with the text, or with what the schema says of it; then there is no tree.
Document read_document(const diag::SourceFile& source, diag::Diagnostics& diagnostics);

/// Where in the tree a byte is: "readonly[2]", "env.set.HOME"; empty where no value is.
std::string key_at(const config::Value& tree, std::uint32_t offset);

} // namespace psbc::lint
