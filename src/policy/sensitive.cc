// SPDX-License-Identifier: MIT
#include "policy/sensitive.h"

#include "base/catalogue.h"
#include "base/fixed_text.h"

namespace psbc::policy {
namespace {

struct Row {
  base::FixedText<48> path;
  base::FixedText<64> what;
};

constexpr Row sensitive[] = {
#define PSBC_SENSITIVE(path, what) {path, what},
#include "policy/sensitive.def"
#undef PSBC_SENSITIVE
};

constexpr const char* startup_files[] = {
    ".antidote", ".antigen", ".bash_aliases", ".bash_login", ".bash_logout", ".bash_profile", ".bashrc",
    ".cache/gitstatus", ".cargo/bin", ".config/autostart", ".config/direnv", ".config/environment.d", ".config/fish",
    ".config/git", ".config/matplotlib", ".config/nvim", ".config/pip", ".config/starship.toml", ".config/systemd",
    ".config/tmux", ".emacs.d", ".fzf", ".fzf.bash", ".fzf.zsh", ".gdbinit", ".gitconfig", ".inputrc", ".ipython",
    ".jupyter", ".local/bin", ".local/lib", ".local/share/applications", ".local/share/dbus-1",
    ".local/share/jupyter/kernels", ".local/share/nvim", ".local/share/sheldon", ".local/share/zinit", ".oh-my-zsh",
    ".p10k.zsh", ".pam_environment", ".pip", ".powerlevel10k", ".profile", ".pyenv", ".terminfo", ".tmux.conf",
    ".vim", ".vimrc", ".vscode", ".xinitrc", ".xprofile", ".xsession", ".zfunc", ".zim", ".zimrc", ".zinit",
    ".zlogin", ".zlogout", ".zplug", ".zprezto", ".zpreztorc", ".zprofile", ".zsh", ".zsh_aliases",
    ".zsh_plugins.txt", ".zsh_plugins.zsh", ".zshenv", ".zshrc", "bin", "powerlevel10k",
};

bool touches(const base::AbsPath& path, const base::AbsPath& entry) { return path.is_under(entry) || entry.is_under(path); }

} // namespace

std::optional<Sensitive> find_sensitive(const base::AbsPath& path, const base::AbsPath& home) {
  if (!path.is_under(home)) return {};
  for (const Row& row : sensitive)
    if (touches(path, home / row.path)) return Sensitive{.path = row.path, .what = row.what};
  for (std::size_t i = 0; i < base::service_count(); ++i) {
    const auto service = base::service(i);
    for (auto file : service.files) {
      file.remove_prefix(2); // "~/"
      if (file.ends_with('/')) file.remove_suffix(1);
      if (touches(path, home / file)) return Sensitive{.path = file, .what = service.title};
    }
  }
  return {};
}

const char* find_startup_file(const base::AbsPath& path, const base::AbsPath& home) {
  if (!path.is_under(home)) return nullptr;
  for (const char* entry : startup_files)
    if (touches(path, home / entry)) return entry;
  return nullptr;
}

} // namespace psbc::policy
