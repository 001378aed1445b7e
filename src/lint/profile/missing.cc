// SPDX-License-Identifier: MIT
// What no line of a profile says. Each row was seen open in a sandbox of python-sandbox's template, with firejail's stock includes in it.
#include <algorithm>
#include <string>
#include <string_view>

#include "lint/look.h"
#include "lint/profile/profile.h"

namespace psbc::lint {

using base::AbsPath;
using diag::Code;

namespace {

bool whitelists_below(const Profile& profile, const AbsPath& directory) {
  return std::any_of(profile.lines.begin(), profile.lines.end(), [&](const ProfileLine& line) {
    return line.is_whitelist() && line.path && line.path->is_under(directory);
  });
}

/// A blacklist of it, or of a directory above.
bool hides(const Profile& profile, const AbsPath& path) {
  return std::any_of(profile.lines.begin(), profile.lines.end(), [&](const ProfileLine& line) { return line.is_blacklist() && line.path && path.is_under(*line.path); });
}

void privileges(const ProfileLook& look) {
  const Profile& profile = look.profile;
  const auto missing = [&](const char* line, const char* why) {
    look.add(Code::profile_privileges, look.top(), std::string("there is no `") + line + "`", {why}, {std::string("add: ") + line});
  };
  if (!profile.has("nonewprivs")) missing("nonewprivs", "a setuid program, as su or one with a hole, gives a session more than it had");
  if (!profile.has("caps.drop", "all") && !profile.has("caps")) missing("caps.drop all", "a program that gains capabilities keeps them");
  if (!profile.has("noroot")) missing("noroot", "the sandbox has a root, and with it the kernel's keyring of the user");
  const bool filters = profile.has("seccomp") || profile.has("seccomp.drop") || profile.has("seccomp.keep");
  if (!filters) missing("seccomp", "every system call of the kernel can be attacked, and the keyring of the user can be read");
  if (!profile.has("restrict-namespaces")) missing("restrict-namespaces", "a user namespace makes more of the kernel reachable (0.9.72 and later)");
  else if (!profile.has("seccomp.block-secondary")) missing("seccomp.block-secondary", "from 0.9.74 on `restrict-namespaces` does not see 32-bit system calls");
  const bool rings = std::any_of(profile.lines.begin(), profile.lines.end(), [](const ProfileLine& line) { return line.name.starts_with("seccomp") && line.argument.find("io_uring_setup") != std::string::npos; });
  if (profile.has("protocol") && !rings) missing("seccomp io_uring_setup", "io_uring makes sockets that `protocol` never sees (firejail #7058)");
}

void channels(const ProfileLook& look) {
  const Profile& profile = look.profile;
  const AbsPath tmp = AbsPath::literal("/tmp"), run = AbsPath::literal("/run"), bus = AbsPath::literal("/run/dbus"), x11 = AbsPath::literal("/tmp/.X11-unix"), shm = AbsPath::literal("/dev/shm");
  const auto open = [&](bool is_closed, const char* what, const char* why, const char* line) {
    if (!is_closed) look.add(Code::profile_open_channel, look.top(), what, {why, "firejail's own .inc files leave it as it is"}, {std::string("add: ") + line});
  };
  const bool no_runtime = hides(profile, profile_runtime()) || whitelists_below(profile, profile_runtime());
  const bool no_run = whitelists_below(profile, run);
  open(profile.has("dbus-user") || profile.has("nodbus") || no_runtime, "the session bus is reachable", "systemd of the user starts any command outside for whoever asks", "dbus-user none");
  open(profile.has("dbus-system") || hides(profile, bus) || no_run, "the system bus is reachable", "services of the host do what they are asked", "dbus-system none");
  open(no_runtime, "the sockets of /run/user are reachable", "keyrings, ssh and gpg agents, podman, Wayland, PulseAudio, editors: each does what it is asked", "blacklist ${RUNUSER}");
  open(no_run || (hides(profile, AbsPath::literal("/run/screen")) && hides(profile, AbsPath::literal("/run/containerd"))), "the sockets of /run are reachable", "screen, containerd and whatever else listens there", "whitelist /run/nothing");
  open(hides(profile, x11) || whitelists_below(profile, tmp), "the X server is reachable", "it reads every key that is typed, and types itself", "blacklist /tmp/.X11-unix");
  open(profile.has("private-tmp") || whitelists_below(profile, tmp), "/tmp is that of the host", "what other programs leave there can be read, and what is planted there is found", "private-tmp");
  open((profile.has("private-dev") && !profile.has("keep-dev-shm")) || hides(profile, shm), "/dev/shm is that of the host", "the shared memory of other programs can be read and written", "private-dev");
  open(profile.has("ipc-namespace"), "System V and POSIX queues are those of the host", "databases and desktops keep memory there", "ipc-namespace");
}

void home(const ProfileLook& look) {
  const bool closed = look.profile.has("private") || look.profile.has("private-home") || whitelists_below(look.profile, profile_home());
  if (!closed)
    look.add(Code::profile_exposes, look.top(), "the home directory is visible, but for what is hidden by name", {"a list of secrets is never complete; what a new tool keeps there is not on it"}, {"whitelist what is needed: then nothing else is there"});
}

} // namespace

void profile_missing_rules(const ProfileLook& look) {
  privileges(look);
  channels(look);
  home(look);
}

} // namespace psbc::lint
