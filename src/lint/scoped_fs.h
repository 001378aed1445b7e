// SPDX-License-Identifier: MIT
// What a rule may look at: a file's text alone says the same on each machine, and so does a repository. Everything beyond is
// absent here, the developer's home above all; policy/lower then judges the file as it would anywhere.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fs.h"

namespace psbc::lint {

class ScopedFs final : public base::Fs {
 public:
  /// Nothing is there but `root`, an empty directory, and `file` in it.
  ScopedFs(base::AbsPath root, base::AbsPath file) : root_(std::move(root)), file_(std::move(file)) {}
  /// What `real` has in `top`, which is or holds the project.
  ScopedFs(base::Fs& real, base::AbsPath top, base::AbsPath file) : real_(&real), root_(std::move(top)), file_(std::move(file)) {}

  base::Kind kind(const base::AbsPath& path) override;
  base::Result<std::string> read(const base::AbsPath& path, std::size_t limit) override;
  base::Result<std::string> target(const base::AbsPath& path) override;
  base::Result<std::vector<std::string>> names(const base::AbsPath& path) override;
  std::vector<std::string> among(const base::AbsPath& path, const std::vector<std::string>& names) override;
  bool vacant(const base::AbsPath& path) override;
  base::Result<base::Ownership> ownership(const base::AbsPath& path) override;
  std::uint64_t link_count(const base::AbsPath& path) override;
  std::string stamp(const base::AbsPath& path) override;
  base::Result<std::vector<std::string>> glob(const base::AbsPath& root, const std::string& pattern, std::size_t limit) override;
  base::Result<std::vector<std::string>> find(const base::AbsPath& root, const std::string& names, std::size_t depth, std::size_t limit) override;
  base::Result<std::string> listener(const base::AbsPath& path) override;
  base::Result<std::string> version_output(const base::AbsPath& program) override;
  base::Result<std::string> program_digest(const base::AbsPath& program) override;
  base::Result<base::Glance> glance(const base::AbsPath& path, std::size_t limit, bool settled) override;
  base::Result<std::string> peek(const base::AbsPath& path, std::size_t limit, bool settled) override;

 private:
  bool shows(const base::AbsPath& path) const { return real_ != nullptr && path.is_under(root_); }
  /// The names in a directory, sorted; nothing where it cannot be listed.
  const std::optional<std::vector<std::string>>& listed(const base::AbsPath& directory);
  /// Of what is shown: a directory that was listed has no such name. Most of what rules ask for is not there.
  bool is_missing(const base::AbsPath& path);

  std::map<std::string, std::optional<std::vector<std::string>>, std::less<>> listings_; // a file is judged in one moment
  base::Fs* real_ = nullptr;
  base::AbsPath root_;
  base::AbsPath file_;
};

} // namespace psbc::lint
