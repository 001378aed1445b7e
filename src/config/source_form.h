// SPDX-License-Identifier: MIT
// The short forms of a token's source in the user's own file, one row each: `pass:hf/readonly` instead of
// ["pass", "show", "hf/readonly"]. What each means as words is here, so that a mistake has a place in the file;
// how it is read is runtime's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace psbc::config {

/// Where the token is, and so what the words of a row are.
enum class SourceReader : std::uint8_t {
  variable, // one word: the name of a variable of the host
  file,     // one word: a path, "~/x" or "/x"
  stored,   // no word or one: the name under which `hf auth login` stored a token
  ask,      // no word: the terminal
  command,  // argv
};

/// What of the output is the token.
enum class SourceOutput : std::uint8_t {
  whole,      // all of it, without the line break at its end
  first_line, // by the program's convention
  assignment, // the value of the line NAME=value, with the token's own name
};

struct SourceForm {
  std::string_view prefix; // with its `:`
  std::string_view shape;  // how it is written, for people
  SourceReader reader;
  SourceOutput output = SourceOutput::whole;
  bool terminal = false;           // may ask there: not two at a time
  std::string_view install{};      // what to type when there is no such program
  std::string_view hint{};         // what to type when it failed; may be empty
  /// False when `rest`, what follows the prefix, is not as `shape` says.
  bool (*words)(std::string_view rest, std::vector<std::string>& words);
};

/// In the order in which messages list them.
std::span<const SourceForm> source_forms();
/// The row that `text` begins with; nullptr when none.
const SourceForm* source_form(std::string_view text);

inline constexpr std::string_view command_source = "command"; // one of the user's own words
/// What a row is called, without what it is about: "pass", "op".
std::string_view kind_of(const SourceForm& form);
/// Those of all rows, and of a command.
std::vector<std::string> source_kinds();

} // namespace psbc::config
