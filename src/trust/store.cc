// SPDX-License-Identifier: MIT
#include "trust/store.h"

#include "base/records.h"
#include "base/digest.h"

namespace psbc::trust {
namespace {

using base::AbsPath;
using base::PrivateDir;

constexpr std::string_view signature = "trust";
constexpr int version = 1;
constexpr std::string_view config_name = ".python-sandbox.toml";
constexpr std::size_t limit = 4 << 20; // a config is at most 64 KiB; escaped, four times that

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

Approval never(std::string note) {
  return {.verdict = Verdict::never, .approved_bytes = std::nullopt, .note = std::move(note)};
}

Approval judge(std::string_view text, const AbsPath& root, std::string_view config) {
  base::RecordReader reader(text, signature, version);
  if (reader.state() == base::RecordsState::newer) return never("a newer psbc wrote the approval");
  if (reader.state() == base::RecordsState::damaged) return never("the approval on file is damaged");
  std::optional<std::string> approved_root, digest, bytes;
  std::vector<std::string_view> fields;
  while (reader.next(fields)) {
    if (fields.size() == 2 && fields[0] == "root" && !approved_root) {
      approved_root = fields[1];
    } else if (fields.size() == 4 && fields[0] == "file" && fields[1] == config_name && !digest) {
      digest = fields[2];
      bytes = fields[3];
    } else {
      return never("the approval says things that this psbc does not know");
    }
  }
  if (!approved_root || !digest || *digest != base::digest(*bytes))
    return never("the approval on file is damaged");
  if (*approved_root != root.string()) return never("the approval on file is for another directory");
  const Verdict verdict = *digest == base::digest(config) ? Verdict::approved : Verdict::changed;
  return {.verdict = verdict, .approved_bytes = std::move(bytes), .note = {}};
}

} // namespace

base::Result<std::optional<PrivateDir>> Store::open() const {
  auto top = PrivateDir::open(path_.parent());
  auto trust = top ? top->open(std::string(path_.name())) : std::move(top);
  if (trust) return std::optional<PrivateDir>(std::move(*trust));
  if (trust.error().code == ENOENT) return std::optional<PrivateDir>();
  return trust.error();
}

base::Result<Approval> Store::lookup(const std::string& id, const AbsPath& root,
                                     std::string_view config) const {
  if (!is_id(id)) return not_an_id(id);
  TRY_ASSIGN(const std::optional<PrivateDir> directory, open());
  if (!directory) return never("");
  const auto content = directory->read(id, limit);
  if (!content) {
    if (content.error().code == ENOENT) return never("");
    return content.error();
  }
  return judge(content->bytes, root, config);
}

base::Status Store::approve(const std::string& id, const AbsPath& root, std::string_view config) const {
  if (!is_id(id)) return not_an_id(id);
  TRY_ASSIGN(const PrivateDir top, PrivateDir::make(path_.parent()));
  TRY_ASSIGN(const PrivateDir directory, top.make(std::string(path_.name())));
  base::RecordWriter text(signature, version);
  text.add({"root", root.string()});
  text.add({"file", config_name, base::digest(config), config});
  return directory.replace(id, std::move(text).finish());
}

base::Result<bool> Store::revoke(const std::string& id) const {
  if (!is_id(id)) return not_an_id(id);
  TRY_ASSIGN(const std::optional<PrivateDir> directory, open());
  if (!directory || !directory->has(id)) return false;
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
