// SPDX-License-Identifier: MIT
#include "runtime/refused_line.h"

#include <fcntl.h>

#include <charconv>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

namespace psbc::runtime {
namespace {

constexpr std::size_t max_profile = 8U << 20U;
constexpr int patience_ms = 10'000;

} // namespace

std::string blamed_line(std::string_view printed, std::string_view profile) {
  constexpr std::string_view before = "Error: line ";
  const std::size_t at = printed.find(before);
  if (at == std::string_view::npos) return {};
  printed.remove_prefix(at + before.size());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(printed.data(), printed.data() + printed.size(), number);
  if (error != std::errc() || !std::string_view(end, printed.data() + printed.size()).starts_with(" in ")) return {};
  const auto lines = base::split(profile, '\n');
  if (number == 0 || number > lines.size()) return {};
  return "line " + std::to_string(number) + " of its profile: `" + base::escape(lines[number - 1]) + "`";
}

std::string refused_line(const base::AbsPath& firejail, const base::AbsPath& profile) {
  const base::Fd file(open(profile.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return {};
  const auto text = base::read_all(file.get(), max_profile, profile.string());
  // Descriptor 3 is asked for by the profile. Nothing of the project runs, sandboxed or not.
  const auto answer = base::capture({"/bin/sh", "-c", "cd /; exec \"$0\" \"$@\" 2>&1 3</dev/null", firejail.string(), "--quiet",
                                     "--profile=" + profile.string(), "/bin/true"},
                                    {{"PATH", "/usr/bin:/bin"}}, patience_ms);
  return text && answer && answer->status != 0 ? blamed_line(answer->out, *text) : "";
}

} // namespace psbc::runtime
