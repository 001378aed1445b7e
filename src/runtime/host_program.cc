// SPDX-License-Identifier: MIT
#include "runtime/host_program.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/fs.h"
#include "base/text.h"

namespace psbc::runtime {
namespace {

constexpr const char* planted_hint = "use a program that lies outside of the project and its environment";

bool is_program(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(path.c_str(), X_OK) == 0;
}

} // namespace

HostPrograms::HostPrograms(const base::Env& host, std::vector<std::string> writable) : writable_(std::move(writable)) {
  std::string joined;
  const std::string path = host.get("PATH").value_or("/usr/local/bin:/usr/bin:/bin");
  for (const std::string_view entry : base::split(path, ':')) {
    std::string directory(entry);
    if (!directory.starts_with('/') || is_writable(directory)) continue; // a relative one is the current directory's
    joined += (joined.empty() ? "" : ":") + directory;
    path_.push_back(std::move(directory));
  }
  for (const auto& [name, value] : host.all()) {
    const bool is_own = name == "PATH" || name == "PWD" || name == "OLDPWD";
    // PYTHONPATH, VIRTUAL_ENV, LD_LIBRARY_PATH and what nobody thought of: by the place that they lead to.
    if (is_own || leads_inside(value)) continue;
    std::string& entry = environment_.emplace_back();
    entry.reserve(name.size() + 1 + value.size()); // grows nowhere: no part of a value is left behind
    entry.append(name).append("=").append(value);
  }
  environment_.push_back("PATH=" + joined);
}

HostPrograms::~HostPrograms() {
  for (std::string& entry : environment_) explicit_bzero(entry.data(), entry.size());
}

bool HostPrograms::is_writable(const std::string& path) const {
  const auto real = base::real_path(path);
  return real && std::any_of(writable_.begin(), writable_.end(), [&](const std::string& directory) {
           const auto parent = base::AbsPath::parse(directory);
           return parent && real->is_under(*parent);
         });
}

bool HostPrograms::leads_inside(std::string_view value) const {
  // Each path in it, whatever is around it: `/a b:/c`, `-I/path`, `--require /path`, `file:/path`.
  for (std::size_t at = value.find('/'); at != std::string_view::npos; at = value.find('/', at + 1))
    for (const char* const ends : {":", " :;,'\""})
      if (is_writable(std::string(value.substr(at, value.find_first_of(ends, at) - at)))) return true;
  return false;
}

base::Status HostPrograms::judge_words(const std::vector<std::string>& words) const {
  for (const std::string& word : words)
    if (word.starts_with('/') && is_writable(word))
      return base::Error{.operation = "run a command with", .object = word, .code = EPERM, .cause = "code inside the sandbox can change that file", .hint = planted_hint};
  return base::ok();
}

base::Result<std::string> HostPrograms::find(const std::string& name) const {
  const base::Error missing{.operation = "run", .object = name, .code = ENOENT, .cause = "there is no such program", .hint = {}};
  const base::Error planted{.operation = "run", .object = name, .code = EPERM, .cause = "code inside the sandbox can change that file",
                            .hint = planted_hint};
  if (name.starts_with('/')) {
    if (!is_program(name)) return missing;
    return is_writable(name) ? base::Result<std::string>(planted) : base::Result<std::string>(name);
  }
  if (name.find('/') != std::string::npos)
    return base::Error{.operation = "run", .object = name, .code = EINVAL, .cause = "the path is relative", .hint = "write it from `~/` or `/`"};
  bool skipped = false;
  for (const std::string& directory : path_) {
    const std::string candidate = directory + "/" + name;
    if (!is_program(candidate)) continue;
    if (!is_writable(candidate)) return candidate;
    skipped = true;
  }
  return skipped ? planted : missing;
}

} // namespace psbc::runtime
