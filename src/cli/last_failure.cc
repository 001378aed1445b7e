// SPDX-License-Identifier: MIT
#include "cli/last_failure.h"

#include <algorithm>
#include <charconv>

#include "base/fs.h"
#include "base/private_dir.h"
#include "base/text.h"

namespace psbc::cli {
namespace {

using base::AbsPath;

constexpr std::size_t most_paths = 20, record_limit = 128U << 10U;
constexpr const char* directory_name = "last";

/// What a word may name: itself, what is behind `=`, and what an option of one letter has right behind it.
std::vector<std::string_view> parts_of(std::string_view word) {
  std::vector<std::string_view> out = {word};
  if (const std::size_t equals = word.find('='); equals != std::string_view::npos) out.push_back(word.substr(equals + 1));
  if (word.size() > 2 && word[0] == '-' && word[1] != '-') out.push_back(word.substr(2));
  return out;
}

std::optional<AbsPath> path_of(std::string_view text, const AbsPath& cwd, const AbsPath& home) {
  // A word without a slash is seldom a path, and always one of the current directory, which is in the project.
  if (text.find('/') == std::string_view::npos) return std::nullopt;
  const std::string whole = text.starts_with('/') ? std::string(text) : text.starts_with("~/") ? home.string() + std::string(text.substr(1)) : cwd.string() + "/" + std::string(text);
  const auto real = base::real_path(whole);
  return real ? std::optional(*real) : std::nullopt;
}

} // namespace

void keep_last_failure(const policy::Places& places, const std::string& id, const AbsPath& project, const AbsPath& cwd, const std::vector<std::string>& command, int status) {
  std::vector<AbsPath> paths;
  for (const std::string& word : command)
    for (const std::string_view part : parts_of(word))
      if (const auto path = path_of(part, cwd, places.home); path && !path->is_under(project) && paths.size() < most_paths && std::find(paths.begin(), paths.end(), *path) == paths.end())
        paths.push_back(*path);
  const std::string& program = command.front();
  std::string record = std::to_string(status) + "\n" + base::escape(program.substr(program.rfind('/') + 1)) + "\n";
  for (const AbsPath& path : paths)
    if (path.string().find('\n') == std::string::npos) record += path.string() + "\n";
  const auto state = base::PrivateDir::make(places.state);
  const auto directory = state ? state->make(directory_name) : base::Result<base::PrivateDir>(state.error());
  if (directory) static_cast<void>(directory->replace(id, record));
}

std::optional<LastFailure> last_failure(const policy::Places& places, const std::string& id) {
  const auto directory = base::PrivateDir::open(places.state / directory_name);
  const auto record = directory ? directory->read(id, record_limit) : base::Result<base::PrivateDir::Content>(base::Error{});
  if (!record) return std::nullopt;
  const auto lines = base::split(record->bytes, '\n');
  LastFailure out;
  if (lines.size() < 3 || std::from_chars(lines[0].data(), lines[0].data() + lines[0].size(), out.status).ec != std::errc()) return std::nullopt;
  out.program = lines[1];
  for (std::size_t n = 2; n < lines.size(); ++n)
    if (auto path = AbsPath::parse(lines[n])) out.paths.push_back(std::move(*path));
  return out;
}

} // namespace psbc::cli
