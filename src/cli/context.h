// SPDX-License-Identifier: MIT
// What every command gets, and the few ways in which commands speak. Data goes to stdout, everything
// else to stderr. What looks like a token of a known service is masked in both (base/token_forms.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/fs.h"
#include "cli/exit_code.h"
#include "diag/diagnostic.h"
#include "driver/project.h"
#include "policy/places.h"

namespace psbc::cli {

struct Context {
  base::RealFs fs;
  base::FirstLook first_look; // for finding the project and judging its build
  base::Env env;
  base::AbsPath cwd = base::AbsPath::literal("/"); // after -C
  bool quiet = false;
  /// How errors in a file are shown: by a hook in one line, which says who shows them all, and not again.
  enum class Errors : std::uint8_t { all, brief, none };
  Errors errors = Errors::all;
  bool color = false; // of stderr
};

void print(std::string_view text);                        // stdout
void say(const Context& context, std::string_view line);  // stderr, unless --quiet; a line break is added
/// "psbc: warning: ...", even with --quiet. `line_break` stands around it where a program has the terminal.
void warn(std::string_view text, std::string_view line_break = {});
void complain(const base::Error& error);                  // "psbc: error: cannot ...", then the hint
void complain(std::string_view message, std::string_view hint = {});
void show(const Context& context, const diag::Diagnostics& diagnostics);
/// 4 when it was the machine, 3 when it was what an organisation's policy allows, 2 when it was a file.
int status_of(const diag::Diagnostics& diagnostics);
/// True, and said, in a sandbox: "you are inside the sandbox `x`" and `why`.
bool refuse_inside(std::string_view why, std::string_view hint);
enum class Answer : std::uint8_t { yes, no, none };
/// Only a person at a terminal is asked, and not with --quiet, which hid what the question is about; silence approves nothing.
Answer ask(const Context& context, const char* question);

/// A line for each secret in the settings of git that are among these read-only paths; a few at most.
void say_remote_secrets(Context& context, const policy::Places& places, const std::vector<std::string>& read_only);

/// The project at or above `directory`, or the current one; says what is missing.
std::optional<driver::Project> project_here(Context& context, const std::string& directory, int& status);
std::optional<policy::Places> places_here(Context& context, int& status);
/// This program, canonical.
std::optional<base::AbsPath> self_here(Context& context, int& status);
/// `directory` as the user typed it, seen from the current directory.
std::optional<base::AbsPath> absolute(const Context& context, const std::string& directory);

} // namespace psbc::cli
