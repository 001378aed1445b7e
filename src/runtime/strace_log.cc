// SPDX-License-Identifier: MIT
#include "runtime/strace_log.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"

namespace psbc::runtime {
namespace {

constexpr std::string_view errors[] = {"ENOENT", "EACCES", "EPERM", "EROFS", "ENOTDIR", "ECONNREFUSED"};
constexpr std::size_t most_calls = 10000;

/// A string as strace writes it, after its first quote; `text` begins behind it then.
std::optional<std::string> take_string(std::string_view& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '"') {
      text.remove_prefix(at + 1);
      return text.starts_with("...") ? std::nullopt : std::optional(out); // cut: no path then
    }
    if (c == '\\' && at + 1 < text.size()) {
      c = text[++at];
      constexpr std::string_view names = "nrtvf", means = "\n\r\t\v\f";
      if (const std::size_t found = names.find(c); found != std::string_view::npos) c = means[found];
      else if (c >= '0' && c <= '7') {
        unsigned value = 0;
        std::size_t digits = 0;
        for (; digits < 3 && at + digits < text.size() && text[at + digits] >= '0' && text[at + digits] <= '7'; ++digits) value = value * 8 + static_cast<unsigned>(text[at + digits] - '0');
        at += digits - 1;
        c = static_cast<char>(value);
      }
    }
    out += c;
  }
  return std::nullopt;
}

/// "/x" of `AT_FDCWD</x>, ` or `3</x>, ` right before a string.
std::string directory_before(std::string_view before) {
  if (!before.ends_with(", ")) return "";
  before.remove_suffix(2);
  if (!before.ends_with('>')) return "";
  const std::size_t begin = before.rfind('<');
  return begin == std::string_view::npos ? "" : std::string(before.substr(begin + 1, before.size() - begin - 2));
}

bool is_to_write(std::string_view call, std::string_view arguments) {
  if (call.starts_with("open") || call == "creat") return call == "creat" || arguments.find("O_WRONLY") != std::string_view::npos || arguments.find("O_RDWR") != std::string_view::npos || arguments.find("O_CREAT") != std::string_view::npos;
  if (call.starts_with("access") || call.starts_with("faccess")) return arguments.find("W_OK") != std::string_view::npos;
  for (const std::string_view name : {"mkdir", "rmdir", "unlink", "rename", "link", "symlink", "truncate", "chmod", "chown", "lchown", "fchmodat", "fchownat", "mknod", "utime", "futimes", "setxattr", "lsetxattr"})
    if (call.starts_with(name)) return true;
  return false;
}

} // namespace

std::vector<std::string> strace_arguments(const std::string& log) {
  return {"--follow-forks", "--seccomp-bpf", "--quiet=all", "--decode-fds=path", "--failed-only", "--trace=%file,connect", "--signal=none", "--string-limit=4096", "--output=" + log, "--"};
}

std::vector<FailedCall> read_strace(std::string_view log, std::string_view cwd) {
  std::vector<FailedCall> out;
  std::set<std::pair<std::string, bool>> seen;
  for (std::string_view line : base::split(log, '\n')) {
    const std::size_t failed = line.rfind(" = -1 ");
    if (failed == std::string_view::npos || out.size() >= most_calls) continue;
    const std::string_view error = line.substr(failed + 6, line.find(' ', failed + 6) - failed - 6);
    if (std::find(std::begin(errors), std::end(errors), error) == std::end(errors)) continue;
    line = line.substr(0, failed);
    const std::size_t number = line.find_first_not_of("0123456789 "); // "PID  call("
    const std::size_t open = line.find('(');
    if (number == std::string_view::npos || open == std::string_view::npos || open < number) continue;
    const std::string call(line.substr(number, open - number));
    const std::string_view arguments = line.substr(open + 1);
    const bool is_socket = call == "connect";
    if (is_socket && arguments.find("AF_UNIX") == std::string_view::npos) continue;
    std::string_view rest = arguments;
    for (std::size_t quote = 0; (quote = rest.find('"')) != std::string_view::npos;) {
      const std::string_view before = rest.substr(0, quote);
      if (is_socket && before.ends_with("sun_path=@")) break; // abstract
      rest.remove_prefix(quote + 1);
      auto path = take_string(rest);
      if (!path) break;
      if (!path->empty() && path->find('\0') == std::string::npos) {
        if (path->front() != '/') {
          const std::string directory = is_socket ? "" : directory_before(before);
          *path = (directory.empty() ? std::string(cwd) : directory) + "/" + *path;
        }
        const bool writes = !is_socket && is_to_write(call, arguments);
        if (seen.emplace(*path, writes).second) out.push_back({.path = std::move(*path), .call = call, .error = std::string(error), .writes = writes, .is_socket = is_socket});
      }
      if (is_socket || call.starts_with("exec") || call.starts_with("open") || call.starts_with("readlink")) break; // what follows is no path
    }
  }
  return out;
}

} // namespace psbc::runtime
