// SPDX-License-Identifier: MIT
#include "driver/token_settings.h"

#include <cerrno>

#include "base/file.h"
#include "base/text.h"
#include "config/load.h"
#include "config/toml_edit.h"
#include "config/words.h"

namespace psbc::driver {
namespace {

using base::AbsPath;

constexpr mode_t private_mode = 0600;
constexpr mode_t private_directory = 0700;

struct File {
  AbsPath path; // no link
  std::string text;
  mode_t mode = private_mode;
  config::UserConfig config;
};

base::Error failed(const AbsPath& file, std::string cause, std::string hint, int code = EINVAL) {
  return {.operation = "change", .object = file.string(), .code = code, .cause = std::move(cause), .hint = std::move(hint)};
}

/// The file as it is. It must be in order: what is wrong already is not changed around.
base::Result<File> read_settings(base::Fs& fs, const policy::Places& places, Sources& sources, diag::Diagnostics& diagnostics) {
  TRY_ASSIGN(const base::Resolved real, resolve(fs, places.user_config()));
  auto config = load_user_config(fs, places, sources, diagnostics);
  if (!config) return failed(real.path, "it has errors", "correct what is shown above");
  File file{.path = real.path, .text = {}, .config = std::move(*config)};
  if (real.kind == base::Kind::absent) return file;
  TRY_ASSIGN(file.text, fs.read(real.path, config::max_file_size));
  TRY_ASSIGN(const base::Ownership ownership, fs.ownership(real.path));
  file.mode = ownership.mode & 0777;
  return file;
}

/// `tokens.NAME`, or `projects."ROOT".tokens.NAME` with the root as the file spells it already.
config::TomlPath path_of(base::Fs& fs, const policy::Places& places, const config::UserConfig& config, const std::string& name,
                         const std::optional<AbsPath>& root) {
  if (!root) return {"tokens", name};
  std::string spelt = display_path(*root, places.home);
  for (const config::ProjectSettings& project : config.projects) {
    const std::string& text = project.root.value;
    const auto path = text.starts_with("~/") ? places.home.join(text.substr(2)) : AbsPath::parse(text);
    const auto real = path ? resolve(fs, *path) : base::Result<base::Resolved>(base::Error{});
    if (real && real->path == *root) spelt = project.root.value;
  }
  return {"projects", spelt, "tokens", name};
}

/// psbc's own parser has the last word.
base::Status write_settings(const File& file, std::string text, Sources& sources, diag::Diagnostics& diagnostics) {
  if (text.size() > config::max_file_size) return failed(file.path, "it would be longer than 64 KiB", "move data out of it", EFBIG);
  const auto& source = sources.emplace_back(file.path.string(), text);
  if (!config::load_user(source, diagnostics)) return failed(file.path, "the result would have an error", "write it as the message says");
  TRY(base::make_directories(file.path.parent(), private_directory));
  return base::write_atomically(file.path, text, file.mode);
}

} // namespace

base::Result<AbsPath> set_token(base::Fs& fs, const policy::Places& places, const TokenSetting& setting, Sources& sources,
                                diag::Diagnostics& diagnostics) {
  TRY_ASSIGN(const File file, read_settings(fs, places, sources, diagnostics));
  const auto text_of = [](const std::string& word) { return word.empty() ? word : config::toml_string(word); };
  auto text = config::set_table(file.text, path_of(fs, places, file.config, setting.name, setting.root),
                                {{"from", setting.is_command ? config::toml_array(setting.source) : config::toml_string(setting.source.front())},
                                 {"kind", text_of(setting.kind)},
                                 {"as", text_of(setting.as)}});
  if (!text) return failed(file.path, text.error().cause, "write [tokens." + base::escape(setting.name) + "] there yourself");
  TRY(write_settings(file, std::move(*text), sources, diagnostics));
  return file.path;
}

base::Result<AbsPath> remove_token(base::Fs& fs, const policy::Places& places, const std::string& name, const std::optional<AbsPath>& root,
                                   Sources& sources, diag::Diagnostics& diagnostics) {
  TRY_ASSIGN(const File file, read_settings(fs, places, sources, diagnostics));
  auto text = config::remove_table(file.text, path_of(fs, places, file.config, name, root));
  if (!text) return failed(file.path, text.error().cause, text.error().code == ENOENT ? "psbc tokens list" : "remove it there yourself", text.error().code);
  TRY(write_settings(file, std::move(*text), sources, diagnostics));
  return file.path;
}

} // namespace psbc::driver
