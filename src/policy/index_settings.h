// SPDX-License-Identifier: MIT
// The settings in which tools are told their package indexes, and what of such a file may be seen inside: all but its
// secrets. A file that stayed outside as a whole would make the tool inside ask the public index for the names of your
// own packages: dependency confusion (THREATS B14).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace psbc::policy {

struct CarriedSettings {
  std::string text;                       // what is inside
  std::vector<std::uint32_t> passwords{}; // lines, 1-based, from whose URLs a name or a password was taken
  std::vector<std::uint32_t> secrets{};   // lines with a secret that cannot be taken out: nothing may be carried
  std::vector<std::uint32_t> unclear{};   // lines that may say anything: nothing may be carried
};

enum class Syntax : std::uint8_t { ini, toml, yaml };

/// Keeps the settings that say where packages come from, and how tools speak with that place; all else, comments too,
/// is left out. Works on lines. `https://user:password@host` loses what stands before the host, a conda channel
/// `/t/TOKEN/` its token.
/// Without `indexes`, what names an index of pip, uv or pdm is left out as well.
CarriedSettings carry_settings(std::string_view text, Syntax syntax, bool indexes = true);

/// A line of such a text, without those that say nothing.
struct SettingLine {
  std::string_view text;
  std::string name;          // as tools compare names; empty for a header and a continued line
  bool is_continued = false; // belongs to the setting above
};
std::vector<SettingLine> setting_lines(std::string_view text, Syntax syntax);

/// The same for the value of a variable: one address or several. False when a secret is left in it.
bool carry_addresses(std::string_view value, std::string& carried);

} // namespace psbc::policy
