// SPDX-License-Identifier: MIT
#include "policy/control_sockets.h"

#include <algorithm>
#include <vector>

#include "base/glob.h"
#include "base/text.h"

namespace psbc::policy {
namespace {

constexpr std::string_view keys = "signs and decrypts with your keys", bus = "starts programs outside",
                           containers = "mounts any directory of this machine into a container",
                           display = "shows and types into your windows", sound = "records the microphone",
                           terminal = "types commands into your terminals", editor = "runs code in your editor",
                           vault = "hands out your passwords", session = "belongs to your session", system = "controls this machine";

// From the documentation and sources of the programs. By directory where all in it is of one kind.
constexpr ControlSocket table[] = {
    {"/nix/var/nix/daemon-socket", system},
    {"/run/acpid.socket", system},
    {"/run/avahi-daemon", system},
    {"/run/buildkit", containers},
    {"/run/containerd", containers},
    {"/run/crio", containers},
    {"/run/cups", system},
    {"/run/dbus", bus},
    {"/run/docker", containers},
    {"/run/docker.sock", containers},
    {"/run/incus", containers},
    {"/run/k3s", containers},
    {"/run/libvirt", containers},
    {"/run/lxd*", containers},
    {"/run/NetworkManager", system},
    {"/run/nscd", system},
    {"/run/pcscd", keys},
    {"/run/podman", containers},
    {"/run/polkit*", bus},
    {"/run/screen", terminal},
    {"/run/screens", terminal},
    {"/run/snapd*", bus},
    {"/run/systemd", bus},
    {"/run/tailscale", system},
    {"/run/tmux", terminal},
    {"/run/udev", system},
    {"/run/user", session}, // buses, agents, compositor, sound, containers of the user's
    {"/run/uuidd", system},
    {"/tmp/.ICE-unix", session},
    {"/tmp/.X11-unix", display},
    {"/tmp/dbus-*", bus},
    {"/tmp/emacs*", editor},
    {"/tmp/kitty*", terminal},
    {"/tmp/mykitty*", terminal},
    {"/tmp/nvim*", editor},
    {"/tmp/pulse-*", sound},
    {"/tmp/screens", terminal},
    {"/tmp/ssh-*", keys},
    {"/tmp/tmux-*", terminal},
    {"/tmp/vscode-*", editor},
    {"/tmp/zellij*", terminal},
    {"/var/lib/incus", containers},
    {"/var/lib/lxd", containers},
    {"/var/snap/lxd", containers},
    {"~/.1password", vault},
    {"~/.cache/git/credential", vault},
    {"~/.cache/rbw", vault},
    {"~/.colima", containers},
    {"~/.config/Code", editor},
    {"~/.config/emacs", editor},
    {"~/.config/pulse", sound},
    {"~/.docker", containers},
    {"~/.emacs.d", editor},
    {"~/.git-credential-cache", vault},
    {"~/.gnupg", keys},
    {"~/.lima", containers},
    {"~/.local/share/containers", containers},
    {"~/.orbstack", containers},
    {"~/.rd", containers},
    {"~/.screen", terminal},
    {"~/.ssh", keys},
    {"~/.vscode-server", editor},
    // whatever the directory is
    {"S.gpg-agent*", keys},
    {"agent.[0-9]*", keys},
    {"containerd.sock", containers},
    {"docker*.sock", containers},
    {"fsmonitor--daemon.ipc", system},
    {"libvirt-sock*", containers},
    {"podman*.sock", containers},
    {"system_bus_socket", bus},
};

struct Program {
  std::string_view comm; // of at most 15 characters; `*` as in a pattern
  std::string_view what;
};
constexpr Program programs[] = {
    {"1password", vault},     {"Hyprland", display},     {"Xorg", display},           {"Xvfb", display},       {"Xwayland", display},
    {"code", editor},         {"containerd*", containers}, {"crio", containers},      {"dbus-broker*", bus},   {"dbus-daemon", bus},
    {"dockerd*", containers}, {"emacs*", editor},        {"gcr-ssh-agent", keys},     {"gnome-keyring-d", vault}, {"gnome-shell", display},
    {"gpg-agent", keys},      {"incusd", containers},    {"keepassxc", vault},        {"kitty", terminal},     {"kwalletd*", vault},
    {"kwin_wayland", display}, {"libvirtd", containers}, {"lxd", containers},         {"nvim", editor},        {"pipewire*", sound},
    {"podman", containers},   {"pulseaudio", sound},     {"rbw-agent", vault},        {"screen", terminal},    {"ssh-agent", keys},
    {"sway", display},        {"tmux*", terminal},       {"virtqemud", containers},   {"wezterm*", terminal},  {"zellij", terminal},
};

std::string_view expand_top(std::string_view pattern, const Places& places, std::string& storage) {
  if (pattern.starts_with("~/")) return storage = places.home.string() + std::string(pattern.substr(1));
  return pattern;
}

/// Is `path`, or something above it, what `pattern` says?
bool matches_path(std::string_view pattern, const base::AbsPath& path) {
  const auto wanted = base::split(pattern.substr(1), '/');
  const auto parts = path.components();
  if (parts.size() < wanted.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (!base::matches_component(wanted[i], parts[i])) return false;
  return true;
}

} // namespace

std::span<const ControlSocket> control_sockets() { return table; }

std::optional<std::string_view> control_socket(const base::AbsPath& path, const Places& places) {
  for (const ControlSocket& row : table) {
    std::string storage;
    const std::string_view pattern = expand_top(row.pattern, places, storage);
    const bool found = pattern.find('/') == std::string_view::npos ? base::matches_component(pattern, path.name()) : matches_path(pattern, path);
    if (found) return row.what;
  }
  return std::nullopt;
}

std::optional<std::string_view> control_program(std::string_view comm) {
  for (const Program& row : programs)
    if (base::matches_component(row.comm, comm)) return row.what;
  return std::nullopt;
}

} // namespace psbc::policy
