// SPDX-License-Identifier: MIT
#include "runtime/abstract_sockets.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "base/file.h"
#include "base/landlock.h"
#include "base/text.h"

namespace psbc::runtime {
namespace {

struct Kind {
  std::string_view prefix; // behind the `@`
  std::string_view what;
};
constexpr std::string_view x_server = "the X server";
constexpr Kind kinds[] = {
    {"/tmp/.X11-unix/X", x_server},      {"/tmp/.ICE-unix/", "the session manager"},
    {"/tmp/dbus-", "a D-Bus"},                 {"/tmp/at-spi", "the accessibility bus"},
    {"/dbus-vfs-daemon/", "a D-Bus of gvfs"},
};
constexpr std::string_view ibus = "/ibus/dbus-"; // below some cache directory

const Kind* kind_of(std::string_view name) {
  static constexpr Kind input_method = {"", "the input method's bus"};
  for (const Kind& kind : kinds)
    if (name.starts_with(kind.prefix)) return &kind;
  return name.starts_with('/') && name.find(ibus) != std::string_view::npos ? &input_method : nullptr;
}

/// It does when the listener takes the connection, or has as many waiting as it allows.
bool answers(std::string_view name) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (name.size() + 1 > sizeof address.sun_path) return false;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const base::Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0 || errno == EAGAIN;
}

} // namespace

std::vector<ControlSocket> control_sockets(std::string_view proc_net_unix) {
  // Num: RefCount Protocol Flags Type St Inode Path
  constexpr std::size_t flags = 3, path = 7;
  constexpr std::string_view accepts_connections = "00010000"; // __SO_ACCEPTCON
  std::vector<ControlSocket> out;
  for (const std::string_view line : base::split(proc_net_unix, '\n')) {
    std::size_t field = 0, at = 0;
    bool listens = false;
    while (at < line.size() && field < path) {
      const std::size_t begin = line.find_first_not_of(' ', at);
      if (begin == std::string_view::npos) break;
      at = std::min(line.find(' ', begin), line.size());
      if (field++ == flags) listens = line.substr(begin, at - begin) == accepts_connections;
    }
    if (!listens || field < path || at + 1 >= line.size() || line[at + 1] != '@') continue;
    const std::string_view name = line.substr(at + 1);
    if (const Kind* kind = kind_of(name.substr(1))) out.push_back({.name = std::string(name), .what = kind->what});
  }
  return out;
}

base::Status refuse_control_sockets(const emit::EnterPlan& plan) {
  constexpr std::size_t limit = 16U << 20U; // bytes: some 100,000 sockets
  if (plan.accept_abstract || plan.network == config::NetworkAccess::none || base::landlock_version() >= base::landlock_with_scopes)
    return base::ok();
  const base::Fd file(open("/proc/net/unix", O_RDONLY | O_CLOEXEC));
  if (!file) return base::system_error("open", "/proc/net/unix");
  TRY_ASSIGN(const std::string text, base::read_all(file.get(), limit, "/proc/net/unix"));
  for (const ControlSocket& found : control_sockets(text))
    if (!(plan.x11 && found.what == x_server) && answers(std::string_view(found.name).substr(1)))
      return base::Error{.operation = "enter the sandbox",
                         .cause = std::string(found.what) + " answers at the abstract socket `" + base::escape(found.name) +
                                  "`, and this kernel cannot close it (Linux can since 6.12)",
                         .hint = "what runs inside could read what you type, or start programs outside. Choose: `access = \"none\"` below "
                                 "`[network]`; an X server that is started with `-nolisten local`; or, if you accept it, `accept_abstract = true` "
                                 "in ~/.config/psbc/config.toml"};
  return base::ok();
}

} // namespace psbc::runtime
