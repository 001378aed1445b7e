// SPDX-License-Identifier: MIT
#include "policy/sensitive.h"

#include <string_view>

namespace psbc::policy {
namespace {

constexpr Sensitive sensitive[] = {
#define PSBC_SENSITIVE(path, what) {path, what},
#include "policy/sensitive.def"
#undef PSBC_SENSITIVE
};

constexpr const char* startup_files[] = {
    ".bash_aliases", ".bash_login", ".bash_logout", ".bash_profile", ".bashrc", ".cargo/bin", ".config/autostart",
    ".config/direnv", ".config/environment.d", ".config/fish", ".config/git", ".config/matplotlib", ".config/nvim",
    ".config/pip", ".config/systemd", ".config/tmux", ".emacs.d", ".gdbinit", ".gitconfig", ".inputrc", ".ipython",
    ".jupyter", ".local/bin", ".local/lib", ".local/share/applications", ".local/share/dbus-1",
    ".local/share/jupyter/kernels", ".local/share/nvim", ".oh-my-zsh", ".pam_environment", ".pip", ".profile", ".pyenv",
    ".terminfo", ".tmux.conf", ".vim", ".vimrc", ".vscode", ".xinitrc", ".xprofile", ".xsession", ".zlogin", ".zprofile",
    ".zshenv", ".zshrc", "bin",
};

bool touches(const base::AbsPath& path, const base::AbsPath& entry) { return path.is_under(entry) || entry.is_under(path); }

} // namespace

const Sensitive* find_sensitive(const base::AbsPath& path, const base::AbsPath& home) {
  if (!path.is_under(home)) return nullptr;
  for (const Sensitive& entry : sensitive)
    if (touches(path, home / entry.path)) return &entry;
  return nullptr;
}

const char* find_startup_file(const base::AbsPath& path, const base::AbsPath& home) {
  if (!path.is_under(home)) return nullptr;
  for (const char* entry : startup_files)
    if (touches(path, home / entry)) return entry;
  return nullptr;
}

} // namespace psbc::policy
