// SPDX-License-Identifier: MIT
#include "driver/git_index.h"

#include <optional>
#include <string>

namespace psbc::driver {
namespace {

constexpr std::size_t index_limit = 64U << 20U; // bytes; of a repository with some 500,000 files
constexpr std::size_t pointer_limit = 4096;

class IndexReader {
 public:
  IndexReader(std::string_view bytes, std::size_t oid_size) : bytes_(bytes), oid_size_(oid_size) {}

  /// Nothing when the bytes are no index with object names of this size.
  std::optional<bool> has(std::string_view path, bool or_below) {
    if (!bytes_.starts_with("DIRC") || bytes_.size() < 12) return std::nullopt;
    const std::uint32_t version = number(4, 4), count = number(8, 4);
    if (version < 2 || version > 4) return std::nullopt;
    std::size_t at = 12;
    std::string name;
    for (std::uint32_t entry = 0; entry < count; ++entry) {
      constexpr std::size_t stat_size = 40; // times, device, inode, mode, owner, size
      const std::size_t begin = at, flags_at = at + stat_size + oid_size_;
      if (flags_at + 4 > bytes_.size()) return std::nullopt;
      const std::uint32_t flags = number(flags_at, 2);
      at = flags_at + 2 + (version >= 3 && (flags & 0x4000U) != 0 ? 2 : 0);
      if (version == 4) {
        const auto dropped = varint(at);
        if (!dropped || *dropped > name.size()) return std::nullopt;
        name.resize(name.size() - *dropped);
      } else {
        name.clear();
      }
      const std::size_t end = bytes_.find('\0', at);
      if (end == std::string_view::npos) return std::nullopt;
      name += bytes_.substr(at, end - at);
      if (const std::uint32_t length = flags & 0xfffU; name.empty() || (length != 0xfffU && length != name.size())) return std::nullopt;
      at = version == 4 ? end + 1 : begin + ((end - begin) / 8 + 1) * 8; // 1 to 8 NULs
      if (name == path || (or_below && name.size() > path.size() && name[path.size()] == '/' && name.starts_with(path))) return true;
    }
    return false;
  }

 private:
  std::uint32_t number(std::size_t at, std::size_t size) const { // big-endian
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < size; ++i) out = (out << 8U) | static_cast<unsigned char>(bytes_[at + i]);
    return out;
  }

  /// The offset encoding of git's packs.
  std::optional<std::size_t> varint(std::size_t& at) const {
    std::size_t out = 0;
    for (int digits = 0; digits < 5 && at < bytes_.size(); ++digits) {
      const auto byte = static_cast<unsigned char>(bytes_[at++]);
      out = (digits == 0 ? 0 : (out + 1) << 7U) | (byte & 0x7fU);
      if ((byte & 0x80U) == 0) return out;
    }
    return std::nullopt;
  }

  std::string_view bytes_;
  std::size_t oid_size_;
};

} // namespace

bool index_has(std::string_view index, std::string_view path, bool or_below) {
  for (const std::size_t oid_size : {20U, 32U}) // SHA-1, SHA-256
    if (const auto found = IndexReader(index, oid_size).has(path, or_below)) return *found;
  return false;
}

std::optional<Repository> repository_of(base::Fs& fs, const base::AbsPath& path) {
  for (base::AbsPath tree = path.parent(); !tree.is_root(); tree = tree.parent()) {
    base::AbsPath git = tree / ".git";
    if (fs.vacant(git)) continue; // as git does
    if (fs.kind(git) == base::Kind::file) { // of a linked worktree or a submodule
      const auto text = fs.read(git, pointer_limit);
      constexpr std::string_view prefix = "gitdir: ";
      if (!text || !text->starts_with(prefix)) return std::nullopt;
      std::string target = text->substr(prefix.size(), text->find_first_of("\r\n") - prefix.size());
      const auto real = base::real_path(target.starts_with('/') ? target : tree.string() + "/" + target);
      if (!real) return std::nullopt;
      git = *real;
    }
    return Repository{.tree = tree, .directory = git};
  }
  return std::nullopt;
}

bool is_tracked(base::Fs& fs, const base::AbsPath& file, bool or_below) {
  const auto repository = repository_of(fs, file);
  if (!repository) return false;
  const auto index = fs.read(repository->directory / "index", index_limit);
  return index && index_has(*index, file.relative_to(repository->tree), or_below);
}

} // namespace psbc::driver
