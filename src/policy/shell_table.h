// SPDX-License-Identifier: MIT
// The shells that psbc knows: which files of the user's a shell reads, where psbc's own part comes in,
// and where its history is kept. One row per shell; lowering, emitting, `--print`, `--shell` and the
// default of `psbc enter` read the rows. Facts: bash(1) INVOCATION, zsh(1) STARTUP/SHUTDOWN FILES,
// fish "Configuration files"; docs/shells.md shows the table to users.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace psbc::policy {

/// A file that the shell finds inside under its usual name: psbc's own words, which read psbc's part.
struct StartFile {
  const char* path; // relative to HOME
  const char* text;
};

/// A file of the user's, copied when it holds no secret.
struct OwnFile {
  const char* path;   // relative to HOME, or to the shell's directory
  const char* inside; // where the copy is; nullptr: under its own name
};

/// A directory of the user's, exposed read-only.
struct OwnTree {
  const char* path;     // relative to HOME
  const char* variable; // or what this variable says in the shell's start-up file; nullptr: nothing does
  const char* text;     // files in it that are the user's own text and scanned; nullptr: only other people's code
};

/// The directory in which a shell keeps its files, when that is not HOME itself. Inside it is a directory
/// of the sandbox's own, so that the shell can write there: files are copies, directories are exposed.
struct OwnDirectory {
  const char* variable; // that moves it; read from `said_in`, else from the environment, else from `system`
  const char* said_in;  // relative to HOME; nullptr: from the environment alone
  std::array<const char*, 2> system; // the machine's own files that may set it for everybody
  const char* below;    // what is appended to the variable's value; "": nothing
  const char* fallback; // relative to HOME; nullptr: HOME, which is handled by `own`
  const char* text;     // files in its directories that are scanned
};

struct Shell {
  const char* id;       // the program, and the word after --shell and --print
  bool always;          // also where nothing shows that somebody uses it
  const char* artefact; // output of the build
  const char* text;     // template of psbc's part
  const char* part;     // where that is inside, relative to HOME
  const char* history;  // in the sandbox's root: HISTFILE, or the directory that stands for `data`
  const char* data;     // relative to HOME: a directory that is kept in the sandbox's root; nullptr: none
  bool fish_quotes;     // quoting of values: fish's, else that of POSIX shells
  std::array<const char*, 5> holes; // of the template
  std::array<StartFile, 5> starts;
  std::array<OwnFile, 12> own;
  OwnDirectory directory;
  std::array<OwnTree, 16> trees;
};

std::span<const Shell> shell_table();
/// nullptr when there is no row. `program` may be a path, or the `-zsh` of a login shell.
const Shell* find_shell(std::string_view program);
/// The ids of all rows, for people: "bash, zsh, fish".
std::string shell_names();

/// What all shells share: the prompt program starship.
std::span<const OwnFile> shared_shell_files();
std::span<const OwnTree> shared_shell_programs();

} // namespace psbc::policy
