// SPDX-License-Identifier: MIT
#include <cerrno>

#include "base/file.h"
#include "base/text.h"
#include "base/token_forms.h"
#include "cli/picture.h"
#include "cli/version.h"

namespace psbc::cli {
namespace {

constexpr const char* head = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="psbc )" PSBC_VERSION R"(">
<style>
:root { color-scheme: light dark; --dim: #666; --rw: #9a5b00; --ro: #17692f; --no: #b3261e; --line: #ddd; }
@media (prefers-color-scheme: dark) { :root { --dim: #9a9a9a; --rw: #f0b050; --ro: #6fcf8b; --no: #ff8a80; --line: #444; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 1.8rem 0 .4rem; }
code, .tree, td:first-child { font-family: ui-monospace, monospace; font-size: .92em; }
ul { list-style: none; margin: 0; padding-left: 1.4rem; border-left: 1px solid var(--line); }
.tree > ul { border: 0; padding-left: 0; }
.state { font: .8em system-ui, sans-serif; border: 1px solid var(--line); border-radius: .6em; padding: 0 .4em; margin: 0 .3em; }
.writable { color: var(--rw); } .read-only { color: var(--ro); } .hidden { color: var(--no); }
.private, .absent, .leads, .why { color: var(--dim); } .why { font-family: system-ui, sans-serif; }
table { border-collapse: collapse; width: 100%; } td { border-top: 1px solid var(--line); padding: .25rem .6rem .25rem 0; vertical-align: top; overflow-wrap: anywhere; }
td + td { color: var(--dim); width: 40%; } summary { cursor: pointer; color: var(--dim); margin-top: .4rem; }
</style>
)";

/// What a page would obey, as text. Control and invisible characters are escaped already (base::escape).
std::string html(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  return out;
}

std::string line_html(const std::string& name, const std::string& state, const std::string& why) {
  return "<span class=\"name " + state + "\">" + html(name) + "</span>" + (state == "leads" ? "" : " <span class=\"state\">" + state + "</span>") + (why.empty() ? "" : " <span class=\"why\">" + html(why) + "</span>");
}

std::string node_html(const policy::MapNode& node, const base::AbsPath& home);

std::string nodes_html(const std::vector<policy::MapNode>& nodes, const base::AbsPath& home) {
  std::string out = "<ul>\n";
  for (std::size_t n = 0; n < nodes.size();) {
    const std::size_t count = alike_from(nodes, n);
    if (count > 1) out += "<li><details><summary>" + line_html(base::escape(names_of(nodes, n, count)), word_of(nodes[n]), because_of_many(nodes[n], count)) + "</summary>\n<ul>\n";
    for (std::size_t at = n; at < n + count; ++at) out += node_html(nodes[at], home);
    if (count > 1) out += "</ul></details></li>\n";
    n += count;
  }
  return out + "</ul>\n";
}

std::string node_html(const policy::MapNode& node, const base::AbsPath& home) {
  const std::string name = node.path == home ? "~ (" + base::escape(node.name) + ")" : base::escape(node.name);
  return "<li>" + line_html(name, word_of(node), because_of(node)) + (node.below.empty() ? "" : "\n" + nodes_html(node.below, home)) + "</li>\n";
}

std::string rows_html(const std::vector<PictureRow>& rows) {
  std::string out = "<table>\n";
  for (const PictureRow& row : rows) out += "<tr><td>" + html(row.what) + "</td><td>" + html(row.because) + "</td></tr>\n";
  return out + "</table>\n";
}

std::string sections_html(const std::vector<PictureSection>& sections) {
  std::string out;
  for (const PictureSection& section : sections) {
    out += "<h2>" + html(section.title) + "</h2>\n";
    if (!section.rows.empty()) out += rows_html(section.rows);
    if (!section.more.empty()) out += "<details><summary>" + std::to_string(section.more.size()) + " " + html(section.of_more) + "</summary>\n" + rows_html(section.more) + "</details>\n";
  }
  return out;
}

} // namespace

std::string as_html(const Picture& picture) {
  std::string out = std::string(head) + "<title>" + html(picture.name) + ": " + html(picture.about) + "</title>\n</head>\n<body>\n<h1>" + html(picture.name) + "</h1>\n<p><code>" + html(picture.root) +
                    "</code>: " + html(picture.about) + ". Made by psbc " PSBC_VERSION ".</p>\n" + sections_html(picture.first) + "<h2>files</h2>\n<p>The system is there as outside, with the developer's own permissions. Besides:</p>\n"
                    "<div class=\"tree\">\n" + nodes_html(picture.tree.below, picture.home) + "</div>\n";
  out += sections_html(picture.sections);
  return out + "</body>\n</html>\n";
}

base::Status write_page(const Context& context, const std::string& name, const Picture& picture) {
  const auto file = absolute(context, name);
  if (!file) return base::Error{.operation = "write", .object = name, .code = ENOENT};
  return base::write_atomically(*file, base::redact(as_html(picture)), 0644);
}

} // namespace psbc::cli
