// SPDX-License-Identifier: MIT
#include "trace/claims.h"

#include "base/lock.h"
#include "base/records.h"

namespace psbc::trace {
namespace {

using base::AbsPath;
using base::PrivateDir;

constexpr std::string_view signature = "claim";
constexpr int version = 1;
constexpr std::size_t limit = 64 << 10;
constexpr const char* lock_name = ".lock";

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '.' &&
         name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

base::Error not_a_name(const std::string& name) {
  return {.operation = "claim the name",
          .object = name,
          .code = EINVAL,
          .cause = "that is not a sandbox name",
          .hint = {}};
}

base::Result<std::optional<AbsPath>> read_holder(const PrivateDir& directory, const std::string& name) {
  auto content = directory.read(name, limit);
  if (!content) {
    if (content.error().code == ENOENT) return std::optional<AbsPath>();
    base::Error error = content.error();
    error.hint = "look at what it is, then remove it; psbc keeps only files of its own there";
    return error;
  }
  base::RecordReader reader(content->bytes, signature, version);
  if (reader.state() == base::RecordsState::newer)
    return base::Error{.operation = "read",
                       .object = directory.path().string() + "/" + name,
                       .code = 0,
                       .cause = "a newer psbc wrote it",
                       .hint = "use that one"};
  std::vector<std::string_view> fields;
  while (reader.next(fields))
    if (fields.size() == 2 && fields[0] == "root") return AbsPath::parse(fields[1]);
  return std::optional<AbsPath>();
}

} // namespace

base::Result<std::optional<PrivateDir>> Claims::open() const {
  auto top = PrivateDir::open(path_.parent());
  auto names = top ? top->open(std::string(path_.name())) : std::move(top);
  if (names) return std::optional<PrivateDir>(std::move(*names));
  if (names.error().code == ENOENT) return std::optional<PrivateDir>();
  return names.error();
}

base::Result<std::optional<AbsPath>> Claims::holder(const std::string& name) const {
  if (!is_name(name)) return not_a_name(name);
  TRY_ASSIGN(const std::optional<PrivateDir> directory, open());
  if (!directory) return std::optional<AbsPath>();
  return read_holder(*directory, name);
}

base::Result<Claim> Claims::claim(const std::string& name, const AbsPath& root, base::Fs& fs) const {
  const auto taken_by_other = [&](const std::optional<AbsPath>& holder) {
    return holder && !(*holder == root) && fs.kind(*holder) == base::Kind::directory;
  };
  TRY_ASSIGN(const std::optional<AbsPath> first, holder(name));
  if (first && *first == root) return Claim{.owned = true, .holder = root};
  if (taken_by_other(first)) return Claim{.owned = false, .holder = *first};

  TRY_ASSIGN(const PrivateDir top, PrivateDir::make(path_.parent()));
  TRY_ASSIGN(const PrivateDir directory, top.make(std::string(path_.name())));
  TRY_ASSIGN(const base::Fd lock, base::lock(directory, lock_name));
  TRY_ASSIGN(const std::optional<AbsPath> now, read_holder(directory, name));
  if (taken_by_other(now)) return Claim{.owned = false, .holder = *now};
  base::RecordWriter text(signature, version);
  text.add({"root", root.string()});
  TRY(directory.replace(name, std::move(text).finish()));
  return Claim{.owned = true, .holder = root};
}

base::Status Claims::release(const std::string& name, const AbsPath& root) const {
  if (!is_name(name)) return not_a_name(name);
  TRY_ASSIGN(const std::optional<PrivateDir> directory, open());
  if (!directory) return base::ok();
  TRY_ASSIGN(const base::Fd lock, base::lock(*directory, lock_name));
  TRY_ASSIGN(const std::optional<AbsPath> holder, read_holder(*directory, name));
  return holder && *holder == root ? directory->remove(name) : base::ok();
}

base::Result<std::vector<std::string>> Claims::names_of(const AbsPath& root) const {
  TRY_ASSIGN(const std::optional<PrivateDir> directory, open());
  std::vector<std::string> out;
  if (!directory) return out;
  TRY_ASSIGN(const std::vector<std::string> names, directory->names());
  for (const std::string& name : names) {
    if (!is_name(name)) continue;
    const auto holder = read_holder(*directory, name);
    if (holder && *holder && **holder == root) out.push_back(name);
  }
  return out;
}

} // namespace psbc::trace
