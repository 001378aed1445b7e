// SPDX-License-Identifier: MIT
#include "trust/store.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/digest.h"
#include "base/lock.h"
#include "base/records.h"

namespace psbc::trust {
namespace {

using base::AbsPath;
using base::PrivateDir;

constexpr std::string_view signature = "trust";
constexpr int version = 2;
constexpr const char* lock_name = ".lock"; // no id begins with a dot
constexpr int lock_patience_ms = 5000;
constexpr std::size_t limit = 4 << 20; // a config is at most 64 KiB; escaped, four times that, and its set as much

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 200 && id.front() != '.' && id.find('/') == std::string_view::npos &&
         id.find('\0') == std::string_view::npos;
}

base::Error not_an_id(const std::string& id) {
  return {.operation = "use the approval",
          .object = id,
          .code = EINVAL,
          .cause = "that is not the id of a project",
          .hint = {}};
}

Approval never(std::string note) { return {.granted = std::nullopt, .config = {}, .denied = {}, .note = std::move(note)}; }

Approval read(std::string text, const AbsPath& root) {
  base::RecordReader reader(text, signature, version);
  if (reader.state() == base::RecordsState::newer) return never("a newer psbc wrote the approval");
  if (reader.state() == base::RecordsState::damaged) return never("the approval on file is damaged");
  Approval out;
  bool of_root = false;
  std::set<std::string_view> seen;
  std::vector<std::string_view> fields;
  while (reader.next(fields)) {
    constexpr std::array<std::string_view, 4> words = {"root", "granted", "file", "denied"};
    const auto known = std::find(words.begin(), words.end(), fields[0]);
    if (known == words.end() || fields.size() != 2 || !seen.insert(*known).second) return never("the approval says things that this psbc does not know");
    if (fields[0] == "root") of_root = fields[1] == root.string();
    else if (fields[0] == "file") out.config = fields[1];
    else if (fields[0] == "denied") out.denied = fields[1];
    else if (out.granted = parse_capabilities(std::string(fields[1])); !out.granted) return never("the approval grants things that this psbc does not know");
  }
  return of_root ? out : never("the approval on file is for another directory");
}

} // namespace

base::Result<std::optional<PrivateDir>> Store::open() const {
  auto top = PrivateDir::open(path_.parent());
  auto trust = top ? top->open(std::string(path_.name())) : std::move(top);
  if (trust) return std::optional<PrivateDir>(std::move(*trust));
  if (trust.error().code == ENOENT) return std::optional<PrivateDir>();
  return trust.error();
}

base::Result<Approval> Store::lookup(const std::string& id, const AbsPath& root) const {
  if (!is_id(id)) return not_an_id(id);
  TRY_ASSIGN(const std::optional<PrivateDir> directory, open());
  if (!directory) return never("");
  const auto content = directory->read(id, limit);
  if (!content) {
    if (content.error().code == ENOENT) return never("");
    return content.error();
  }
  return read(content->bytes, root);
}

base::Status Store::keep(const std::string& id, const AbsPath& root, const Approval& approval) const {
  if (!is_id(id)) return not_an_id(id);
  TRY_ASSIGN(const PrivateDir top, PrivateDir::make(path_.parent()));
  TRY_ASSIGN(const PrivateDir directory, top.make(std::string(path_.name())));
  TRY_ASSIGN(const base::Fd lock, base::lock(directory, lock_name, lock_patience_ms));
  return write(directory, id, root, approval);
}

base::Result<bool> Store::renew(const std::string& id, const AbsPath& root, const Approval& seen, const Approval& approval) const {
  if (!is_id(id)) return not_an_id(id);
  TRY_ASSIGN(const std::optional<PrivateDir> directory, open());
  if (!directory) return false;
  TRY_ASSIGN(const base::Fd lock, base::lock(*directory, lock_name, lock_patience_ms));
  TRY_ASSIGN(const Approval now, lookup(id, root));
  if (now.granted != seen.granted || now.config != seen.config || now.denied != seen.denied) return false;
  TRY(write(*directory, id, root, approval));
  return true;
}

base::Status Store::write(const PrivateDir& directory, const std::string& id, const AbsPath& root, const Approval& approval) const {
  base::RecordWriter text(signature, version);
  text.add({"root", root.string()});
  if (approval.granted) text.add({"granted", serialise(*approval.granted)});
  text.add({"file", approval.config});
  if (!approval.denied.empty()) text.add({"denied", approval.denied});
  return directory.replace(id, std::move(text).finish());
}

std::string digest(const Capabilities& set, const AbsPath& home) {
  // No canonical path begins with two slashes, and none of the project's own with one: a directory called `~` in a repository
  // is another place than somebody's home.
  constexpr std::string_view homes = "//~/";
  Capabilities same;
  for (const Capability& one : set)
    same.insert({one.key, one.value.starts_with(home.string() + "/") ? std::string(homes) + one.value.substr(home.string().size() + 1) : one.value});
  return base::digest(serialise(same));
}

base::Result<bool> Store::revoke(const std::string& id) const {
  if (!is_id(id)) return not_an_id(id);
  TRY_ASSIGN(const std::optional<PrivateDir> directory, open());
  if (!directory) return false;
  TRY_ASSIGN(const base::Fd lock, base::lock(*directory, lock_name, lock_patience_ms));
  if (!directory->has(id)) return false;
  TRY(directory->remove(id));
  TRY(directory->sync());
  return true;
}

base::Result<std::vector<std::string>> Store::list() const {
  TRY_ASSIGN(const std::optional<PrivateDir> directory, open());
  if (!directory) return std::vector<std::string>{};
  TRY_ASSIGN(std::vector<std::string> names, directory->names());
  std::erase_if(names, [](const std::string& name) { return !is_id(name); });
  return names;
}

} // namespace psbc::trust
