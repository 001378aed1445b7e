// SPDX-License-Identifier: MIT
#include "policy/shell_table.h"

namespace psbc::policy {
namespace {

constexpr Shell shells[] = {
    {.id = "bash", .always = true, .artefact = "shell.bash", .text = "shell/inside.bash", .part = ".psbc/inside.bash",
     .history = "state/bash_history", .data = nullptr, .fish_quotes = false, .holes = {"environment", "history", "name", "session"},
     .starts = {{{".bashrc", "# psbc writes this at every entry; a copy of your own is in ~/.bashrc.own\n"
                             "builtin source ~/.psbc/inside.bash\n"},
                 // A login shell (each tmux pane is one) reads this one instead.
                 {".bash_profile", "[ -f ~/.bashrc ] && . ~/.bashrc\n"}}},
     .own = {{{".bashrc", ".bashrc.own"}, {".bash_aliases", nullptr}, {".inputrc", nullptr}, {".fzf.bash", nullptr}}},
     .directory = {}, .trees = {}},
    {.id = "zsh", .always = false, .artefact = "shell.zsh", .text = "shell/inside.zsh", .part = ".psbc/inside.zsh",
     .history = "state/zsh_history", .data = nullptr, .fish_quotes = false, .holes = {"environment", "history", "name", "session", "zdotdir"},
     // ~/.zshenv points ZDOTDIR at psbc's directory while zsh starts; each file there reads the user's own.
     .starts = {{{".zshenv", "# psbc writes this at every entry; a copy of your own is in ~/.zshenv.own\n"
                             "builtin source ~/.psbc/inside.zsh .zshenv\n"},
                 {".psbc/zsh/.zprofile", "builtin source ~/.psbc/inside.zsh .zprofile\n"},
                 {".psbc/zsh/.zshrc", "builtin source ~/.psbc/inside.zsh .zshrc\n"},
                 {".psbc/zsh/.zlogin", "builtin source ~/.psbc/inside.zsh .zlogin\n"}}},
     .own = {{{".zshenv", ".zshenv.own"}, {".zprofile", nullptr}, {".zshrc", nullptr}, {".zlogin", nullptr}, {".zlogout", nullptr},
              {".p10k.zsh", nullptr}, {".zsh_aliases", nullptr}, {".fzf.zsh", nullptr}, {".zpreztorc", nullptr}, {".zimrc", nullptr},
              {".zsh_plugins.txt", nullptr}, {".zsh_plugins.zsh", nullptr}}},
     .directory = {.variable = "ZDOTDIR", .said_in = ".zshenv", .system = {"/etc/zsh/zshenv", "/etc/zshenv"}, .below = "", .fallback = nullptr, .text = "*"},
     .trees = {{{".oh-my-zsh", "ZSH", "custom/*"}, {nullptr, "ZSH_CUSTOM", "*"}, {".zsh", nullptr, "*"},
                {".zfunc", nullptr, "*"}, {"powerlevel10k", nullptr, nullptr}, {".powerlevel10k", nullptr, nullptr},
                {".cache/gitstatus", nullptr, nullptr}, // p10k's helper; without it p10k would fetch one
                {".zinit", nullptr, nullptr}, {".local/share/zinit", nullptr, nullptr}, {".antigen", nullptr, nullptr},
                {".zplug", nullptr, nullptr}, {".zprezto", nullptr, nullptr}, {".zim", nullptr, nullptr},
                {".antidote", nullptr, nullptr}, {".local/share/sheldon", nullptr, nullptr}, {".fzf", nullptr, nullptr}}}},
    {.id = "fish", .always = false, .artefact = "shell.fish", .text = "shell/inside.fish", .part = ".psbc/inside.fish",
     .history = "state/fish", .data = ".local/share/fish", .fish_quotes = true, .holes = {"environment", "name", "session"},
     .starts = {{{".config/fish/config.fish", "# psbc writes this at every entry; a copy of your own is in config.own.fish\n"
                                              "builtin source ~/.psbc/inside.fish\n"}}},
     .own = {{{"config.fish", "config.own.fish"}}},
     .directory = {.variable = "XDG_CONFIG_HOME", .said_in = nullptr, .system = {}, .below = "fish", .fallback = ".config/fish", .text = "*"},
     .trees = {}},
};

constexpr OwnFile shared_files[] = {{".config/starship.toml", nullptr}};
constexpr OwnTree shared_programs[] = {{".local/bin/starship", nullptr, nullptr}, {".cargo/bin/starship", nullptr, nullptr}};

} // namespace

std::span<const Shell> shell_table() { return shells; }
std::span<const OwnFile> shared_shell_files() { return shared_files; }
std::span<const OwnTree> shared_shell_programs() { return shared_programs; }

const Shell* find_shell(std::string_view program) {
  if (const std::size_t slash = program.rfind('/'); slash != std::string_view::npos) program.remove_prefix(slash + 1);
  if (program.starts_with('-')) program.remove_prefix(1);
  for (const Shell& shell : shells)
    if (program == shell.id) return &shell;
  return nullptr;
}

std::string shell_names() {
  std::string out;
  for (const Shell& shell : shells) out += (out.empty() ? "" : ", ") + std::string(shell.id);
  return out;
}

} // namespace psbc::policy
