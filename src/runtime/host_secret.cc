// SPDX-License-Identifier: MIT
#include "runtime/host_secret.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/file.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/text.h"
#include "runtime/source_process.h"

namespace psbc::runtime {
namespace {

using base::AbsPath;

std::string shown(const AbsPath& path, const emit::EnterPlan& plan) {
  const auto home = AbsPath::parse(plan.home);
  return "`" + base::escape(home ? display_path(path, *home) : path.string()) + "`";
}

/// Below one of `directories`; the deepest one wins elsewhere, so its length is the answer. 0 when below none.
std::size_t depth_in(const AbsPath& path, const std::vector<std::string>& directories) {
  std::size_t deepest = 0;
  for (const std::string& text : directories)
    if (const auto directory = AbsPath::parse(text); directory && path.is_under(*directory)) deepest = std::max(deepest, text.size());
  return deepest;
}

bool is_visible_inside(const AbsPath& path, const emit::EnterPlan& plan) {
  // What is hidden in a place that sessions write can come back under another name.
  if (depth_in(path, plan.writable) > 0) return true;
  if (depth_in(path, plan.read_only) > depth_in(path, plan.hidden)) return true;
  return depth_in(path, {"/bin", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/sbin", "/sys", "/usr"}) > 0;
}

HostSecret refused(std::string cause, std::string hint) { return {.cause = std::move(cause), .hint = std::move(hint)}; }

HostSecret refused(const base::Error& error) { return refused(base::describe(error), error.hint); }

/// The value of `key` in `[section]` of an INI file as Python's configparser writes it.
std::string_view ini_value(std::string_view text, const std::string& section, std::string_view key) {
  bool here = false;
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.starts_with('[')) here = line == "[" + section + "]";
    const std::size_t equals = line.find(" = ");
    if (here && equals != std::string_view::npos && line.substr(0, equals) == key) return line.substr(equals + 3);
  }
  return {};
}

} // namespace

HostSecret read_secret_file(const std::string& path, const emit::EnterPlan& plan) {
  const base::Fd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!file) return refused(base::system_error("read", path));
  struct stat status{};
  if (fstat(file.get(), &status) != 0) return refused(base::system_error("read", path));
  const auto canonical = base::real_path(path);
  if (!S_ISREG(status.st_mode) || !canonical)
    return refused("`" + base::escape(path) + "` is not a plain file", "name the file itself");
  if (is_visible_inside(*canonical, plan))
    return refused(shown(*canonical, plan) + " is visible inside, whether the token is granted or not",
                   "move it to a place that no sandbox sees, such as ~/.secrets, and name it there");
  HostSecret found{.bytes = base::Secret(max_secret + 1)};
  while (found.bytes.view().size() < found.bytes.capacity()) {
    const std::size_t have = found.bytes.view().size();
    const ssize_t size = read(file.get(), found.bytes.data() + have, found.bytes.capacity() - have);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return refused(base::system_error("read", path));
    if (size == 0) break;
    found.bytes.resize(have + static_cast<std::size_t>(size));
  }
  if ((status.st_mode & 0077) != 0)
    found.note = shown(*canonical, plan) + " can be read or changed by other users: chmod 600 " + base::escape(path);
  return found;
}

HostSecret read_stored_token(const base::Env& host, const emit::EnterPlan& plan, const std::string& name) {
  const std::string cache = host.get("XDG_CACHE_HOME").value_or(plan.home + "/.cache");
  const std::string home = host.get("HF_HOME").value_or(cache + "/huggingface");
  if (name.empty()) return read_secret_file(host.get("HF_TOKEN_PATH").value_or(home + "/token"), plan);
  const std::string path = host.get("HF_STORED_TOKENS_PATH").value_or(home + "/stored_tokens");
  HostSecret found = read_secret_file(path, plan);
  if (!found.cause.empty()) return found;
  const std::string_view value = ini_value(found.bytes.view(), name, "hf_token");
  if (value.empty()) return refused("no token is stored under the name `" + base::escape(name) + "`", "hf auth list shows the names");
  found.bytes = base::Secret::copy_of(value);
  return found;
}

} // namespace psbc::runtime
