// SPDX-License-Identifier: MIT
// Questions about the sandbox of a project: its file, read once, the policy of that text, and what one line more would change.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/context.h"
#include "driver/compile.h"

namespace psbc::cli {

struct Question {
  Question(Context& asking, policy::Places where, driver::Project which, base::AbsPath self)
      : context(asking), places(std::move(where)), project(std::move(which)), input{.places = places, .project = project, .self = std::move(self), .fs = asking.fs, .env = asking.env} {}
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  Context& context;
  const policy::Places places;
  const driver::Project project;
  driver::CompileInput input; // refers to the two before
  driver::Sources sources{};  // of the policy's origins
  std::optional<policy::Policy> policy{};
  std::string text{};            // of the project's file
  trust::Capabilities granted{}; // by it

  std::string shown(const base::AbsPath& path) const { return base::escape(base::display_path(path, places.home)); }
};
/// Of the project here. Nothing, and said why, with the status to exit with.
std::unique_ptr<Question> open_question(Context& context, int& status);

/// What could be written to change it.
struct Change {
  std::string words{};               // "to read it"
  std::string key{}, entry{};        // of the file: "readonly", "~/data"
  std::string line{};                // as it is written there
  std::vector<std::string> grants{}; // as psbc trust shows them
  std::string refused{};             // why the build would not take it; empty: it would
};
/// The file with one entry more in a list at its top is compiled, and nothing is written.
Change what_if(const Question& question, std::string words, const std::string& key, const base::AbsPath& path);
/// The file with these entries more; nothing when it cannot be edited.
std::optional<std::string> with_entries(const std::string& text, const std::vector<Change>& changes);

} // namespace psbc::cli
