// SPDX-License-Identifier: MIT
#include "emit/templates.h"

#include <cstdlib>
#include <set>

#include "base/text.h"
#include "emit/embedded.h"

namespace psbc::emit {
namespace {

/// `line` is said in front of the cause, and taken from there by bad_template.
base::Error at_line(const Template& tmpl, std::uint32_t line, const std::string& cause) {
  return {.operation = "fill the template", .object = tmpl.from == "psbc" ? tmpl.name : tmpl.from, .code = 0,
          .cause = "line " + std::to_string(line) + ": " + cause, .hint = "psbc's own template shows which holes there are"};
}

struct Hole {
  std::size_t begin = 0, end = 0; // of `@{name}` in the line
  std::string_view name;
};

std::optional<Hole> next_hole(std::string_view line, std::size_t from) {
  const std::size_t begin = line.find("@{", from);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t close = line.find('}', begin);
  const std::size_t end = close == std::string_view::npos ? line.size() : close + 1;
  return Hole{begin, end, close == std::string_view::npos ? std::string_view() : line.substr(begin + 2, close - begin - 2)};
}

} // namespace

const Template& Templates::get(std::string_view name) const {
  const auto found = all.find(name);
  if (found == all.end()) std::abort(); // the names are psbc's own
  return found->second;
}

const Templates& builtin_templates() {
  static const Templates templates = [] {
    Templates out;
    for (const EmbeddedText& text : embedded_templates())
      out.all.emplace(text.name, Template{.name = std::string(text.name), .text = std::string(text.text), .from = "psbc"});
    return out;
  }();
  return templates;
}

base::Result<Filled> fill_lines(const Template& tmpl, const Holes& holes) {
  Filled out;
  std::set<std::string_view> used;
  std::uint32_t number = 0;
  const auto put = [&](std::string_view line, bool from_hole) {
    out.text.append(line).push_back('\n');
    out.lines.push_back(number);
    out.from_hole.push_back(from_hole);
  };

  std::string_view text = tmpl.text;
  if (text.ends_with('\n')) text.remove_suffix(1);
  for (const std::string_view line : base::split(text, '\n')) {
    ++number;
    std::string filled;
    std::size_t done = 0;
    bool alone = false;
    for (auto hole = next_hole(line, 0); hole && !alone; hole = next_hole(line, done)) {
      const auto value = holes.find(hole->name);
      if (value == holes.end()) {
        std::string known;
        for (const auto& [name, unused] : holes) known += (known.empty() ? "`@{" : ", `@{") + name + "}`";
        return at_line(tmpl, number, "there is no hole `" + base::escape(line.substr(hole->begin, hole->end - hole->begin)) +
                                         "`, only " + (known.empty() ? "none" : known));
      }
      used.insert(value->first);
      alone = hole->begin == 0 && hole->end == line.size();
      if (alone) {
        std::string_view lines = value->second;
        if (lines.ends_with('\n')) lines.remove_suffix(1);
        if (!lines.empty())
          for (const std::string_view each : base::split(lines, '\n')) put(each, true);
      } else if (value->second.find('\n') != std::string::npos) {
        return at_line(tmpl, number, "`@{" + value->first + "}` is several lines here: it needs a line of its own");
      }
      filled.append(line.substr(done, hole->begin - done)).append(value->second);
      done = hole->end;
    }
    if (!alone) put(filled.append(line.substr(done)), false);
  }
  for (const auto& [name, unused] : holes)
    if (!used.contains(name)) return at_line(tmpl, number, "the hole `@{" + name + "}` is missing");
  return out;
}

base::Result<std::string> fill(const Template& tmpl, const Holes& holes) {
  TRY_ASSIGN(Filled filled, fill_lines(tmpl, holes));
  return std::move(filled.text);
}

diag::Diagnostic bad_template(const Template& tmpl, std::uint32_t line, std::string message, std::vector<std::string> help) {
  diag::Diagnostic out{.code = diag::Code::bad_template, .message = std::move(message), .help = std::move(help)};
  if (tmpl.file == nullptr) {
    const std::string which = tmpl.from == "psbc" ? "psbc's own template `" + tmpl.name + "`" : "`" + base::escape(tmpl.from) + "`";
    out.notes.push_back("in " + which + (line > 0 ? ", line " + std::to_string(line) : ""));
    return out;
  }
  const std::uint32_t at = line > 0 && line <= tmpl.file->line_count() ? line : 1;
  const std::uint32_t begin = tmpl.file->line_start(at);
  const auto size = line > 0 ? static_cast<std::uint32_t>(tmpl.file->line(at).size()) : 0;
  out.labels.push_back({.span = {.file = tmpl.file, .begin = begin, .end = begin + size}, .text = {}});
  return out;
}

diag::Diagnostic bad_template(const Template& tmpl, const base::Error& error) {
  std::string_view cause = error.cause;
  constexpr std::string_view prefix = "line ";
  std::uint32_t line = 0;
  if (cause.starts_with(prefix)) {
    cause.remove_prefix(prefix.size());
    while (!cause.empty() && cause.front() >= '0' && cause.front() <= '9') {
      line = line * 10 + static_cast<std::uint32_t>(cause.front() - '0');
      cause.remove_prefix(1);
    }
    if (cause.starts_with(": ")) cause.remove_prefix(2);
  }
  return bad_template(tmpl, line, std::string(cause), {error.hint});
}

} // namespace psbc::emit
