// SPDX-License-Identifier: MIT
// 2xx beside what the build refuses (policy/exposed.cc): what is allowed, and more than anybody needs or reviews.
#include <array>
#include <optional>
#include <string_view>

#include "lint/edits.h"
#include "lint/look.h"
#include "policy/places.h"

namespace psbc::lint {

using base::AbsPath;
using diag::Code;

namespace {

/// Installations that each project of a developer uses: one that a session can write is poisoned for all (THREATS D).
constexpr std::array tool_directories = {".pyenv", ".rustup", ".cargo", ".nvm", ".conda", "miniconda3", "anaconda3", "miniforge3", ".asdf", ".rye", ".local/share/uv", ".local/share/mise",
                                         ".local/share/pipx", ".local/pipx", ".volta", ".sdkman", "go", ".deno", ".bun"};
constexpr std::size_t reviewable = 20; // entries

std::optional<AbsPath> absolute(const Look& look, const config::SpannedString& entry) { return policy::expand(entry.value, look.in.root, look.in.places.home); }

void shared_tools(const Look& look) {
  for (const config::SpannedString& entry : look.document.config->writable) {
    const auto path = absolute(look, entry);
    if (!path) continue;
    for (const char* directory : tool_directories)
      if (path->is_under(look.in.places.home / directory))
        look.add(Code::writable_tool_dir, entry.span, shown(entry.value) + " is used by other projects as well", "writable here", {"what a session leaves there, the next project runs"},
                 {"list it under `readonly`; what this project installs goes into its own environment"});
  }
}

void covered(const Look& look, const std::vector<config::SpannedString>& list, const char* key) {
  const config::Entry* const written = look.document.tree->find(key);
  for (std::size_t n = 0; n < list.size(); ++n) {
    const auto path = absolute(look, list[n]);
    if (!path) continue;
    if (path->is_under(look.in.root) && std::string_view(key) == "writable") {
      look.add(Code::redundant_entry, list[n].span, shown(list[n].value) + " lies in the project, which is writable anyway", "", {}, {"remove it"}, {without_item(written->value, n)});
      continue;
    }
    for (std::size_t other = 0; other < list.size(); ++other) {
      const auto above = absolute(look, list[other]);
      if (other == n || !above || !path->is_under(*above) || (*path == *above && other > n)) continue;
      look.add(Code::redundant_entry, list[n].span, shown(list[n].value) + " is covered by " + shown(list[other].value), "", {}, {"remove it"}, {without_item(written->value, n)});
      break;
    }
  }
}

/// Where two sandboxes meet, one can poison the other.
void others(const Look& look) {
  if (look.in.machine == nullptr) return;
  const config::SpannedString& name = look.document.config->name;
  for (const MachineFacts::Other& other : look.in.machine->others)
    if (other.name == name.value) {
      look.add(Code::name_collision, name.span, shown(name.value) + " is the name of another project, " + shown(other.path.string()), "", {"two projects of one name would share an environment"}, {"choose another name"});
      break;
    }
  for (const auto* list : {&look.document.config->readonly, &look.document.config->writable})
    for (const config::SpannedString& entry : *list) {
      const auto path = absolute(look, entry);
      if (!path) continue;
      for (const MachineFacts::Other& other : look.in.machine->others)
        if (path->is_under(other.path) || other.path.is_under(*path)) {
          look.add(Code::exposes_other_sandbox, entry.span, shown(entry.value) + " belongs to the sandbox " + shown(other.name), "", {"what is planted in one is read or run in the other"}, {"copy what is needed, or build it as a package; what you want in all of your own sandboxes: readonly in ~/.config/psbc/config.toml"});
          break;
        }
    }
}

} // namespace

void exposure_rules(const Look& look) {
  others(look);
  shared_tools(look);
  covered(look, look.document.config->readonly, "readonly");
  covered(look, look.document.config->writable, "writable");
  const std::size_t count = look.document.config->readonly.size() + look.document.config->writable.size();
  if (count > reviewable)
    look.add(Code::many_exposures, look.document.config->readonly.empty() ? look.document.config->writable.front().span : look.document.config->readonly.front().span,
             std::to_string(count) + " paths are exposed", "", {"more than " + std::to_string(reviewable) + " are not reviewed one by one"}, {"name one directory that holds what is needed"});
}

} // namespace psbc::lint
