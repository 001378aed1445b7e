// SPDX-License-Identifier: MIT
#include "trust/capabilities.h"

#include <algorithm>

#include "base/quote.h"
#include "base/records.h"
#include "base/text.h"
#include "config/schema.h"

namespace psbc::trust {
namespace {

using base::AbsPath;
using config::Direction;
using config::Format;
using config::KeyShape;
using config::Kind;
using config::Value;

constexpr std::string_view signature = "capabilities";
constexpr int version = 1;

/// A key that grants all that another one does, with any value or with this one.
struct Implication {
  std::string_view key, by, with;
};
constexpr Implication implications[] = {
    {"network.connect", "network.access", "full"},
    {"network.listen", "network.access", "full"},
    {"readonly", "writable", ""},
    {"workspace.readonly", "workspace.writable", ""},
};

const KeyShape* find_key(std::string_view path) {
  const config::TableShape* table = &config::shape_of(config::Which::project);
  for (const std::string_view part : base::split(path, '.')) {
    const KeyShape* key = table != nullptr ? table->find(part) : nullptr;
    if (key == nullptr) return nullptr;
    if (key->path == path) return key;
    table = key->table;
  }
  return nullptr;
}

/// Without the slashes and dots that mean nothing.
std::string lexical(std::string_view text) {
  std::string out = text.starts_with('/') ? "/" : "";
  for (const std::string_view part : base::split(text, '/')) {
    if (part.empty() || part == ".") continue;
    if (!out.empty() && out.back() != '/') out += '/';
    out += part;
  }
  return out.empty() ? "." : out;
}

/// The one path of [python] venv is not followed: psbc itself makes a link of it.
std::string absolute(std::string_view text, const CapabilityInput& in) {
  const auto path = policy::expand(text, in.root, in.places.home);
  return path ? path->string() : lexical(text);
}

std::string canonical(std::string_view text, const CapabilityInput& in) {
  const auto path = policy::expand(text, in.root, in.places.home);
  const auto real = path ? resolve(in.fs, *path) : base::Result<base::Resolved>(base::Error{});
  return real ? real->path.string() : lexical(text);
}

std::string normalised(Format format, std::string_view text, const CapabilityInput& in) {
  switch (format) {
    case Format::path:
    case Format::anchored_path: return canonical(text, in);
    case Format::inner_path:
    case Format::pattern: return lexical(text);
    case Format::token: return std::string(text.substr(0, text.find('?'))); // one that may be absent is no less of a grant
    case Format::name:
    case Format::variable:
    case Format::host:
    case Format::fingerprint:
    case Format::signature_namespace:
    case Format::source:
    case Format::argument:
    case Format::text: break;
  }
  return std::string(text);
}

/// A value whose parts mean something only together, as one line.
std::string whole(const Value& value) {
  std::string out;
  switch (value.type) {
    case config::Type::string: return value.string;
    case config::Type::integer: return std::to_string(value.integer);
    case config::Type::boolean: return value.boolean ? "true" : "false";
    case config::Type::floating:
    case config::Type::date_time: break; // no key has one
    case config::Type::array:
      for (const Value& item : value.items) out += (out.empty() ? "" : " ") + whole(item);
      break;
    case config::Type::table: {
      std::set<std::string> parts; // in no order of the file's
      for (const config::Entry& entry : value.entries) parts.insert(entry.key + "=" + whole(entry.value));
      for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
      break;
    }
  }
  return out;
}

void add(const KeyShape& key, const Value& value, const CapabilityInput& in, Capabilities& out) {
  const auto put = [&](std::string text) { out.insert({std::string(key.path), std::move(text)}); };
  switch (key.kind) {
    case Kind::boolean:
      if (value.boolean) put("true");
      break;
    case Kind::integer: put(std::to_string(value.integer)); break;
    case Kind::string: put(key.text.format == Format::path ? absolute(value.string, in) : normalised(key.text.format, value.string, in)); break;
    case Kind::choice: put(value.string); break;
    case Kind::strings:
      for (const Value& item : value.items) put(normalised(key.text.format, item.string, in));
      break;
    case Kind::integers:
      for (const Value& item : value.items) put(std::to_string(item.integer));
      break;
    case Kind::map:
      for (const config::Entry& entry : value.entries) put(entry.key + "=" + entry.value.string);
      break;
    case Kind::words: put(whole(value)); break;
    case Kind::tables:
      for (const config::Entry& entry : value.entries) put(entry.key + ": " + whole(entry.value));
      break;
    case Kind::table: break;
  }
}

void add_table(const config::TableShape& shape, const Value* table, const CapabilityInput& in, Capabilities& out) {
  for (const KeyShape& key : shape.keys) {
    const config::Entry* entry = table != nullptr ? table->find(key.name) : nullptr;
    if (key.table != nullptr) add_table(*key.table, entry != nullptr ? &entry->value : nullptr, in, out);
    else if (key.direction == Direction::neutral) continue;
    else if (entry != nullptr) add(key, entry->value, in, out);
    // The least word grants nothing, and is not in the set.
    else if (key.kind == Kind::choice) out.insert({std::string(key.path), std::string(key.words[key.fallback])});
  }
}

bool is_path(const KeyShape& key) {
  return key.kind == Kind::strings &&
         (key.text.format == Format::path || key.text.format == Format::anchored_path || key.text.format == Format::inner_path);
}

std::size_t rank(const KeyShape& key, std::string_view word) {
  return static_cast<std::size_t>(std::find(key.words.begin(), key.words.end(), word) - key.words.begin());
}

/// Whether the value `has` of this key grants all that `wants` does.
bool covers(const KeyShape& key, std::string_view has, std::string_view wants) {
  if (has == wants) return true;
  if (key.kind == Kind::choice) return rank(key, has) >= rank(key, wants);
  if (key.text.format == Format::token) return wants == std::string(has) + ":read"; // any kind covers the weak one
  // A directory brings all that is in it.
  return is_path(key) && (has == "/" || has == "." || (wants.starts_with(has) && wants.substr(has.size()).starts_with('/')));
}

bool is_covered(const Capability& wanted, const Capabilities& by) {
  const KeyShape& key = *find_key(wanted.key);
  if (key.kind == Kind::choice && rank(key, wanted.value) == 0) return true;
  return std::any_of(by.begin(), by.end(), [&](const Capability& has) {
    if (&has == &wanted) return false;
    if (has.key == wanted.key) return covers(key, has.value, wanted.value);
    return std::any_of(std::begin(implications), std::end(implications), [&](const Implication& row) {
      return row.key == wanted.key && row.by == has.key && (row.with.empty() ? covers(key, has.value, wanted.value) : row.with == has.value);
    });
  });
}

} // namespace

Capabilities capabilities(const CapabilityInput& input) {
  Capabilities all, out;
  add_table(config::shape_of(config::Which::project), &input.file, input, all);
  for (const Capability& one : all)
    if (find_key(one.key)->direction == Direction::narrows || !is_covered(one, all)) out.insert(one);
  return out;
}

std::vector<Step> widening(const Capabilities& approved, const Capabilities& asked) {
  std::vector<Step> out;
  for (const Capability& one : asked)
    if (find_key(one.key)->direction == Direction::widens && !is_covered(one, approved)) out.push_back({.what = one, .added = true});
  for (const Capability& one : approved)
    if (find_key(one.key)->direction == Direction::narrows && !is_covered(one, asked)) out.push_back({.what = one, .added = false});
  std::stable_sort(out.begin(), out.end(), [](const Step& a, const Step& b) { return find_key(a.what.key)->risk < find_key(b.what.key)->risk; });
  return out;
}

std::string shown(const Step& step, const AbsPath& home) {
  const KeyShape& key = *find_key(step.what.key);
  const auto path = AbsPath::parse(step.what.value);
  const std::string words = std::string(step.added ? "+ " : "- ") + std::string(key.grant);
  if (key.kind == Kind::boolean) return words;
  return words + " " + base::escape(path ? display_path(*path, home) : step.what.value);
}

std::string json(const Step& step, const AbsPath& home) {
  return "{\"key\":" + base::quote_json(step.what.key) + ",\"value\":" + base::quote_json(step.what.value) + ",\"words\":" + base::quote_json(shown(step, home)) + "}";
}

std::string serialise(const Capabilities& set) {
  base::RecordWriter out(signature, version);
  for (const Capability& one : set) out.add({"has", one.key, one.value});
  return std::move(out).finish();
}

std::optional<Capabilities> parse_capabilities(std::string_view text) {
  base::RecordReader reader(text, signature, version);
  if (reader.state() != base::RecordsState::whole) return std::nullopt;
  Capabilities out;
  std::vector<std::string_view> fields;
  while (reader.next(fields)) {
    const KeyShape* key = fields.size() == 3 && fields[0] == "has" ? find_key(fields[1]) : nullptr;
    if (key == nullptr || key->table != nullptr || key->direction == Direction::neutral) return std::nullopt;
    if (key->kind == Kind::choice && rank(*key, fields[2]) == key->words.size()) return std::nullopt;
    out.insert({std::string(fields[1]), std::string(fields[2])});
  }
  return out;
}

} // namespace psbc::trust
