// SPDX-License-Identifier: MIT
#include "config/toml_edit.h"

#include <algorithm>
#include <cerrno>
#include <optional>

#include "config/load.h"
#include "config/value.h"
#include "config/words.h"

namespace psbc::config {
namespace {

/// Replaces [begin, end) of the old text.
struct Edit {
  std::size_t begin;
  std::size_t end;
  std::string text;
};

std::string apply(std::string_view text, std::vector<Edit> edits) {
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); }); // what is added first
  std::string out;
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    out.append(text.substr(at, edit.begin - at)).append(edit.text);
    at = std::max(at, edit.end);
  }
  return out.append(text.substr(at));
}

std::size_t line_begin(std::string_view text, std::size_t at) { return at == 0 ? 0 : text.rfind('\n', at - 1) + 1; }
/// Behind the line break; npos + 1 is the beginning, and an unbroken last line ends with the text.
std::size_t line_end(std::string_view text, std::size_t at) {
  const auto found = text.find('\n', at);
  return found == std::string_view::npos ? text.size() : found + 1;
}

std::string_view line_break(std::string_view text) { return text.find("\r\n") != std::string_view::npos ? "\r\n" : "\n"; }

bool is_bare(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

struct Found {
  const Entry* entry = nullptr; // the table
  bool in_line = false;         // one of the tables around it is written in one line
};

Found find_table(const Value& root, std::string_view text, const TomlPath& path) {
  Found found;
  const Value* at = &root;
  for (const std::string& key : path) {
    if (found.entry != nullptr && text[at->span.begin] == '{') found.in_line = true;
    found.entry = at->find(key);
    if (found.entry == nullptr || found.entry->value.type != Type::table) return {};
    at = &found.entry->value;
  }
  return found;
}

/// What a tree says, but for the table at `path`.
void dump(const Value& value, const TomlPath& skipped, std::size_t depth, bool on_path, std::string& out) {
  switch (value.type) {
    case Type::string: out += toml_string(value.string); return;
    case Type::integer: out += std::to_string(value.integer); return;
    case Type::boolean: out += value.boolean ? "true" : "false"; return;
    case Type::floating:
    case Type::date_time: out += std::string(value.span.file->text()).substr(value.span.begin, value.span.end - value.span.begin); return;
    case Type::array:
      for (const Value& item : value.items) {
        out += "[";
        dump(item, skipped, 0, false, out);
      }
      out += "]";
      return;
    case Type::table: break;
  }
  // In any order; a table that holds nothing but what is skipped does not count.
  std::vector<std::string> parts;
  for (const Entry& entry : value.entries) {
    const bool next = on_path && depth < skipped.size() && entry.key == skipped[depth];
    if (next && depth + 1 == skipped.size()) continue;
    std::string part;
    dump(entry.value, skipped, depth + 1, next, part);
    if (!next || part != "{}") parts.push_back(toml_string(entry.key) + "=" + part);
  }
  std::sort(parts.begin(), parts.end());
  out += "{";
  for (const std::string& part : parts) out += part + ";";
  out += "}";
}

std::optional<std::string> rest_of(std::string_view text, const TomlPath& path) {
  const diag::SourceFile source("config.toml", std::string(text));
  const auto root = load_foreign(source);
  if (!root) return {};
  std::string out;
  dump(*root, path, 0, true, out);
  return out;
}

base::Error failed(std::string cause, int code = EINVAL) {
  return {.operation = "change", .object = "the settings", .code = code, .cause = std::move(cause), .hint = {}};
}

/// The edited text, when nothing but the table at `path` has changed its meaning.
base::Result<std::string> checked(std::string_view before, std::string after, const TomlPath& path) {
  const auto old_rest = rest_of(before, path), new_rest = rest_of(after, path);
  if (old_rest && new_rest && *old_rest == *new_rest) return after;
  return failed("it stands among other settings in one line");
}

void set_leaf(std::string_view text, const Value& table, bool in_line, const TomlLeaf& leaf, std::vector<Edit>& edits) {
  const Entry* entry = table.find(leaf.key);
  if (entry != nullptr && !leaf.text.empty()) return edits.push_back({entry->value.span.begin, entry->value.span.end, leaf.text});
  if (entry != nullptr && !in_line)
    return edits.push_back({line_begin(text, entry->key_span.begin), line_end(text, entry->value.span.end), ""});
  if (entry != nullptr) {
    const auto at = static_cast<std::size_t>(entry - table.entries.data());
    const bool first = at == 0;
    if (first && table.entries.size() > 1) return edits.push_back({entry->key_span.begin, table.entries[1].key_span.begin, ""});
    return edits.push_back({first ? entry->key_span.begin : table.entries[at - 1].value.span.end, entry->value.span.end, ""});
  }
  if (leaf.text.empty() || table.entries.empty()) return;
  const Entry& anchor = table.entries.front();
  if (in_line) return edits.push_back({anchor.value.span.end, anchor.value.span.end, ", " + leaf.key + " = " + leaf.text});
  // A line of its own behind the first one, with what stands before the key there: blanks, `tokens.NAME.`
  const auto begin = line_begin(text, anchor.key_span.begin), end = line_end(text, anchor.value.span.end);
  const bool broken = end > 0 && text[end - 1] == '\n';
  const std::string line = std::string(text.substr(begin, anchor.key_span.begin - begin)) + leaf.key + " = " + leaf.text;
  edits.push_back({end, end, broken ? line + std::string(line_break(text)) : std::string(line_break(text)) + line});
}

} // namespace

std::string toml_array(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) out += (out.size() > 1 ? ", " : "") + toml_string(item);
  return out + "]";
}

base::Result<std::string> set_table(std::string_view text, const TomlPath& path, const std::vector<TomlLeaf>& leaves) {
  const diag::SourceFile source("config.toml", std::string(text));
  const auto root = load_foreign(source);
  if (!root) return failed("the file has an error");
  const Found found = find_table(*root, text, path);
  if (found.entry == nullptr) {
    const std::string end(line_break(text));
    std::string out(text), header;
    if (!out.empty() && !out.ends_with('\n')) out += end;
    if (!out.empty()) out += end;
    for (const std::string& key : path) header += (header.empty() ? "" : ".") + (is_bare(key) ? key : toml_string(key));
    out += "[" + header + "]" + end;
    for (const TomlLeaf& leaf : leaves)
      if (!leaf.text.empty()) out += leaf.key + " = " + leaf.text + end;
    return checked(text, std::move(out), path);
  }
  const Value& table = found.entry->value;
  std::vector<Edit> edits;
  for (const TomlLeaf& leaf : leaves) set_leaf(text, table, found.in_line || text[table.span.begin] == '{', leaf, edits);
  return checked(text, apply(text, std::move(edits)), path);
}

base::Result<std::string> remove_table(std::string_view text, const TomlPath& path) {
  const diag::SourceFile source("config.toml", std::string(text));
  const auto root = load_foreign(source);
  if (!root) return failed("the file has an error");
  const Found found = find_table(*root, text, path);
  if (found.entry == nullptr) return failed("there is no such table", ENOENT);
  const Value& table = found.entry->value;
  std::vector<Edit> edits;
  const auto remove_lines = [&](std::size_t first, std::size_t last) {
    auto begin = line_begin(text, first);
    const auto end = line_end(text, last);
    edits.push_back({begin, end, ""});
  };
  if (text[table.span.begin] == '{') {
    remove_lines(found.entry->key_span.begin, table.span.end);
  } else {
    if (text[table.span.begin] == '[') {
      // One of the blank lines that set it apart goes with it.
      const auto begin = line_begin(text, table.span.begin);
      const auto above = begin == 0 ? 0 : line_begin(text, begin - 1);
      const bool blank = begin > 0 && text.substr(above, begin - above).find_first_not_of(" \t\r\n") == std::string_view::npos;
      edits.push_back({blank ? above : begin, line_end(text, table.span.end), ""});
    }
    for (const Entry& entry : table.entries) remove_lines(entry.key_span.begin, entry.value.span.end);
  }
  return checked(text, apply(text, std::move(edits)), path);
}

} // namespace psbc::config
