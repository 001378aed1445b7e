// SPDX-License-Identifier: MIT
#include "driver/templates.h"

#include "base/text.h"

namespace psbc::driver {

std::optional<emit::Templates> load_templates(base::Fs& fs, const config::UserConfig& user, const std::optional<base::AbsPath>& chosen,
                                              const policy::Places& places,
                                              std::deque<diag::SourceFile>& sources, diag::Diagnostics& diagnostics) {
  emit::Templates templates = emit::builtin_templates();
  if (!chosen && !user.templates) return templates;
  const auto refuse = [&](std::string message) -> std::optional<emit::Templates> {
    std::vector<diag::Label> labels;
    if (!chosen) labels.push_back({.span = user.templates->span, .text = "", .primary = true});
    diagnostics.add({.code = diag::Code::bad_template, .message = std::move(message), .labels = std::move(labels),
                     .notes = {"a template keeps the name of the one that it replaces, such as profile/enter.profile"},
                     .help = {"correct the directory, or leave it out to use the built-in templates"}});
    return std::nullopt;
  };
  const std::string text = chosen ? chosen->string() : user.templates->value;
  const auto directory = text.starts_with("~/") ? places.home.join(text.substr(2)) : base::AbsPath::parse(text);
  if (!directory) return refuse("`" + base::escape(text) + "` is not a directory of templates");
  const auto real = resolve(fs, *directory);
  if (!real || real->kind != base::Kind::directory) return refuse("`" + base::escape(text) + "` is not a directory of templates");
  std::size_t replaced = 0;
  for (auto& [name, tmpl] : templates.all) {
    const base::AbsPath file = real->path / name;
    if (fs.kind(file) == base::Kind::absent) continue;
    auto bytes = fs.read(file, 256 * 1024);
    if (!bytes) return refuse(describe(bytes.error()));
    tmpl.text = std::move(*bytes);
    tmpl.from = file.string();
    tmpl.file = &sources.emplace_back(file.string(), tmpl.text);
    ++replaced;
  }
  if (replaced == 0) return refuse("`" + base::escape(text) + "` holds no template that psbc uses");
  return templates;
}

} // namespace psbc::driver
