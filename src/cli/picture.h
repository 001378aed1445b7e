// SPDX-License-Identifier: MIT
// psbc explain --map and --html: all that a sandbox sees, on one screen, or as one page for the ticket of a reviewer.
#pragma once

#include <string>
#include <vector>

#include "cli/question.h"
#include "policy/map.h"

namespace psbc::cli {

struct PictureRow {
  std::string what;
  std::string because; // "where: reason"; may be empty
};

struct PictureSection {
  std::string title;
  std::vector<PictureRow> rows;
  std::vector<PictureRow> more{}; // of psbc's own: counted in a terminal, all of it on a page
  std::string of_more{};          // "variables that psbc sets for tools"
};

struct Picture {
  std::string name, root; // as they are shown
  std::string about = "what its sandbox sees, and which line says so";
  std::vector<PictureSection> first{}; // before the tree, on a page
  base::AbsPath home;
  policy::MapNode tree;   // points into the question's policy
  std::vector<PictureSection> sections;
};

/// Outlived by `question`.
Picture picture_of(const Question& question);

struct PictureStyle {
  bool color = false;
  bool ascii = false; // no box drawing, no symbols
};
std::string as_text(const Picture& picture, const PictureStyle& style);
/// One page: no network, no script, nothing that is not escaped.
std::string as_html(const Picture& picture);

/// `name` as the user typed it; what looks like a token is masked. Nothing there is touched when it fails.
base::Status write_page(const Context& context, const std::string& name, const Picture& picture);

/// What both call it: "read-only", and what else a person wants to know of the node.
std::string word_of(const policy::MapNode& node);
std::string because_of(const policy::MapNode& node);
/// How many nodes from `first` on are psbc's own and alike: many of them are drawn as one.
std::size_t alike_from(const std::vector<policy::MapNode>& nodes, std::size_t first);
/// Of so many: "etc, opt ... work", and what they are.
std::string names_of(const std::vector<policy::MapNode>& nodes, std::size_t first, std::size_t count);
std::string because_of_many(const policy::MapNode& first, std::size_t count);

} // namespace psbc::cli
