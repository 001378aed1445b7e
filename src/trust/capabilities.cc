// SPDX-License-Identifier: MIT
#include "trust/capabilities.h"

#include <algorithm>

#include "base/guards.h"
#include "base/json.h"
#include "base/records.h"
#include "base/text.h"
#include "config/schema.h"
#include "policy/repository.h"

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
};

/// What may be done below a path. The deepest entry decides, and where two name one path, the weaker
/// (policy/tree.h): `readonly` in a place that is writable takes away, and grants elsewhere.
enum class Reach : std::uint8_t { nothing, reading, writing };
struct PlaceKey {
  std::string_view key;
  Reach reach;
};
constexpr PlaceKey place_keys[] = {
    {"readonly", Reach::reading}, {"workspace.readonly", Reach::reading}, {"workspace.writable", Reach::writing}, {"writable", Reach::writing}};

/// Nothing for what is no path.
Reach reach_of(const Capability& one) {
  for (const PlaceKey& row : place_keys)
    if (row.key == one.key) return row.reach;
  return Reach::nothing;
}

/// What lies in the project is relative to it: nothing around the project decides there, because it has an entry itself.
constexpr std::string_view project = ".";
bool is_below(std::string_view path, std::string_view place) {
  if (path == place || (path.starts_with(place) && path.substr(place.size()).starts_with('/'))) return true;
  return place == "/" ? path.starts_with('/') : place == project && !path.starts_with('/');
}

/// The entry that decides about `path`, but for `except`.
const Capability* decider(const Capabilities& set, std::string_view path, const Capability* except = nullptr) {
  const Capability* best = nullptr;
  for (const Capability& one : set) {
    if (&one == except || reach_of(one) == Reach::nothing || !is_below(path, one.value)) continue;
    const bool wins = best == nullptr || (one.value != best->value ? is_below(one.value, best->value) : reach_of(one) < reach_of(*best));
    if (wins) best = &one;
  }
  return best;
}

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

std::string canonical(const std::optional<AbsPath>& path, std::string_view text, const CapabilityInput& in) {
  const auto real = path ? resolve(in.fs, *path) : base::Result<base::Resolved>(base::Error{});
  if (!real) return lexical(text);
  if (real->path == in.root) return std::string(project);
  return real->path.is_under(in.root) ? real->path.relative_to(in.root) : real->path.string();
}

/// As it is used (policy/environment.cc): psbc makes a link of an environment, which is not followed, and what lies in
/// the project is the session's own.
std::string environment(std::string_view text, const CapabilityInput& in) {
  const auto path = policy::expand(text, in.root, in.places.home);
  if (!path || path->is_under(in.root)) return path ? path->string() : lexical(text);
  const auto target = in.fs.kind(*path) == base::Kind::symlink ? in.fs.target(*path) : base::Result<std::string>(base::Error{});
  const auto leads_to = target ? AbsPath::parse(*target) : std::nullopt;
  if (!leads_to || !leads_to->is_under(in.places.data)) return canonical(path, text, in);
  const auto parent = resolve(in.fs, path->parent());
  return ((parent ? parent->path : path->parent()) / path->name()).string();
}

/// Of the repository around the project, as it is found now: its top level may be another one tomorrow.
std::string inner(std::string_view text, const CapabilityInput& in) {
  const auto top = policy::repository_above(in.fs, in.root);
  return canonical(top ? top->join(text) : std::nullopt, text, in);
}

std::string normalised(Format format, std::string_view text, const CapabilityInput& in) {
  switch (format) {
    case Format::path:
    case Format::anchored_path: return canonical(policy::expand(text, in.root, in.places.home), text, in);
    case Format::inner_path: return inner(text, in);
    case Format::pattern: return lexical(text);
    case Format::token: return std::string(text.substr(0, text.find('?'))); // one that may be absent is no less of a grant
    case Format::name:
    case Format::variable:
    case Format::host:
    case Format::fingerprint:
    case Format::signature_namespace:
    case Format::index_name:
    case Format::index_url:
    case Format::source:
    case Format::editor:
    case Format::rule:
    case Format::severity:
    case Format::source_kind:
    case Format::versions:
    case Format::digest:
    case Format::date:
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

/// One table of a list: where it sends what. In the schema's order, without what means nothing.
std::string row(const config::TableShape& shape, const Value& table) {
  std::string out;
  for (const KeyShape& key : shape.keys) {
    const config::Entry* entry = table.find(key.name);
    if (entry == nullptr || (key.kind == Kind::boolean && !entry->value.boolean)) continue;
    out += (out.empty() ? "" : " ") + std::string(key.name) + "=" + whole(entry->value);
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
    case Kind::string: put(key.text.format == Format::path ? environment(value.string, in) : normalised(key.text.format, value.string, in)); break;
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
    case Kind::rows:
      for (const Value& item : value.items) put(row(*key.table, item));
      break;
    case Kind::table: break;
  }
}

void add_table(const config::TableShape& shape, const Value* table, const CapabilityInput& in, Capabilities& out) {
  for (const KeyShape& key : shape.keys) {
    const config::Entry* entry = table != nullptr ? table->find(key.name) : nullptr;
    if (key.kind == Kind::table) add_table(*key.table, entry != nullptr ? &entry->value : nullptr, in, out);
    else if (key.direction == Direction::neutral) continue;
    else if (entry != nullptr) add(key, entry->value, in, out);
    // The least word grants nothing, and is not in the set.
    else if (key.kind == Kind::choice) out.insert({std::string(key.path), std::string(key.words[key.fallback])});
  }
}

std::size_t rank(const KeyShape& key, std::string_view word) {
  return static_cast<std::size_t>(std::find(key.words.begin(), key.words.end(), word) - key.words.begin());
}

/// Whether the value `has` of this key grants all that `wants` does.
bool covers(const KeyShape& key, std::string_view has, std::string_view wants) {
  if (has == wants) return true;
  if (key.kind == Kind::choice) return rank(key, has) >= rank(key, wants);
  return key.text.format == Format::token && wants == std::string(has) + ":read"; // any kind covers the weak one
}

bool is_covered(const Capability& wanted, const Capabilities& by) {
  const KeyShape& key = *find_key(wanted.key);
  if (key.kind == Kind::choice && rank(key, wanted.value) == 0) return true;
  return std::any_of(by.begin(), by.end(), [&](const Capability& has) {
    if (&has == &wanted) return false;
    if (has.key == wanted.key) return covers(key, has.value, wanted.value);
    return std::any_of(std::begin(implications), std::end(implications),
                       [&](const Implication& row) { return row.key == wanted.key && row.by == has.key && row.with == has.value; });
  });
}

/// What may be done at a path where guards count: read-only, as far as no deeper entry says otherwise.
Reach guarded_reach(const Capabilities& set, std::string_view path, const Capability* except = nullptr) {
  const Capability* one = decider(set, path, except);
  if (one == nullptr) return Reach::nothing;
  const bool guarded = std::any_of(set.begin(), set.end(), [&](const Capability& guard) {
    return guard.key == "protect.extra" && is_below(path, guard.value) && (guard.value == one->value || !is_below(one->value, guard.value));
  });
  return guarded ? std::min(reach_of(*one), Reach::reading) : reach_of(*one);
}

/// A place of which another entry of the set says the same, or says it first.
bool is_idle(const Capability& place, const Capabilities& set) {
  const Capability* other = decider(set, place.value, &place);
  if (other == nullptr || guarded_reach(set, place.value, &place) != reach_of(*other)) return false;
  if (reach_of(*other) != reach_of(place)) return other->value == place.value && reach_of(*other) < reach_of(place);
  return other->value != place.value || other->key < place.key;
}

/// Whether a name of the set hides `path`, which beats whatever shows it. A pattern may not match: it counts for nothing.
bool is_hidden(const Capabilities& set, std::string_view path) {
  return std::any_of(set.begin(), set.end(), [&](const Capability& one) { return one.key == "hidden" && is_below(path, one.value); });
}

/// Whether nothing in a place that was guarded can be changed without the guard either.
bool is_guarded_anyway(const Capabilities& set, const std::string& place) {
  const bool written_below = std::any_of(set.begin(), set.end(), [&](const Capability& one) { return reach_of(one) == Reach::writing && is_below(one.value, place); });
  return is_hidden(set, place) || (guarded_reach(set, place) < Reach::writing && !written_below);
}

/// What can be reached besides: between two entries nothing changes, so the entries are all there is to compare.
void add_wider_places(const Capabilities& approved, const Capabilities& asked, std::vector<Step>& out) {
  const auto is_wider = [&](const std::string& path) { return guarded_reach(asked, path) > guarded_reach(approved, path) && !is_hidden(asked, path); };
  for (const Capability& one : asked)
    if (decider(asked, one.value) == &one && is_wider(one.value)) out.push_back({.what = one, .added = true});
  for (const Capability& one : approved) {
    if (decider(approved, one.value) != &one || !is_wider(one.value)) continue;
    const Capability& around = *decider(asked, one.value);
    if (!is_wider(around.value)) out.push_back({.what = {.key = around.key, .value = one.value}, .added = true}); // else said already
  }
}

} // namespace

Capabilities capabilities(const CapabilityInput& input) {
  Capabilities all, out;
  add_table(config::shape_of(config::Which::project), &input.file, input, all);
  all.insert({"writable", std::string(project)}); // that is what a project is
  const bool has_git = std::any_of(all.begin(), all.end(), [](const Capability& one) { return one.key == "workspace.git" && one.value != "none"; });
  if (has_git) all.insert({"workspace.readonly", inner(".git", input)}); // of this repository, and no other
  for (const Capability& one : all)
    if (reach_of(one) != Reach::nothing ? !is_idle(one, all) : find_key(one.key)->direction == Direction::narrows || !is_covered(one, all))
      out.insert(one);
  return out;
}

std::vector<Step> widening(const Capabilities& approved, const Capabilities& asked) {
  std::vector<Step> out;
  add_wider_places(approved, asked, out);
  const auto compared = [](const Capability& one, Direction direction) { return reach_of(one) == Reach::nothing && find_key(one.key)->direction == direction; };
  for (const Capability& one : asked)
    if (compared(one, Direction::widens) && !is_covered(one, approved)) out.push_back({.what = one, .added = true});
  for (const Capability& one : approved)
    if (compared(one, Direction::narrows) && !is_covered(one, asked) && !(one.key == "protect.extra" && is_guarded_anyway(asked, one.value)))
      out.push_back({.what = one, .added = false});
  std::stable_sort(out.begin(), out.end(), [](const Step& a, const Step& b) { return find_key(a.what.key)->risk < find_key(b.what.key)->risk; });
  return out;
}

std::string visible(std::string_view text) {
  const std::string escaped = base::escape(text);
  std::string out;
  for (std::size_t at = 0; at < escaped.size(); ++at) {
    const bool hides = escaped[at] == ' ' && (at == 0 || at + 1 == escaped.size() || escaped[at - 1] == ' ');
    if (hides) out += "\\u{20}";
    else out += escaped[at];
  }
  return out;
}

std::string shown(const Step& step, const AbsPath& home) {
  const KeyShape& key = *find_key(step.what.key);
  const auto path = AbsPath::parse(step.what.value);
  const std::string words = std::string(step.added ? "+ " : "- ") + std::string(key.grant);
  if (key.kind == Kind::boolean) return words;
  if (step.what.value == project) return words + " the project itself";
  std::string out = words + " " + visible(path ? display_path(*path, home) : step.what.value);
  if (step.added && key.path == "protect.allow")
    if (const auto guard = base::find_guard(step.what.value)) out += ": " + std::string(guard->risk);
  return out;
}

std::string json(const Step& step, const AbsPath& home) {
  return "{\"key\":" + base::json_text(step.what.key) + ",\"value\":" + base::json_text(step.what.value) + ",\"words\":" + base::json_text(shown(step, home)) + "}";
}

std::string serialise(const Capabilities& set) {
  base::RecordWriter out(signature, version);
  for (const Capability& one : set) out.add({"has", one.key, one.value});
  return std::move(out).finish();
}

std::optional<Capabilities> parse_capabilities(std::string text) {
  base::RecordReader reader(text, signature, version);
  if (reader.state() != base::RecordsState::whole) return std::nullopt;
  Capabilities out;
  std::vector<std::string_view> fields;
  while (reader.next(fields)) {
    const KeyShape* key = fields.size() == 3 && fields[0] == "has" ? find_key(fields[1]) : nullptr;
    if (key == nullptr || key->kind == Kind::table || key->direction == Direction::neutral) return std::nullopt;
    if (key->kind == Kind::choice && rank(*key, fields[2]) == key->words.size()) return std::nullopt;
    out.insert({std::string(fields[1]), std::string(fields[2])});
  }
  return out;
}

} // namespace psbc::trust
