// SPDX-License-Identifier: MIT
// An Fs and an Env that forward, and write each answer down as a Fact: nobody adds a dependency by
// hand, so none can be forgotten. The first answer to a question stands for the whole build. So a
// build sees one world even while that changes, and what the trace says is what was used.
#pragma once

#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "trace/fact.h"

namespace psbc::trace {

class FsRecorder final : public base::Fs {
 public:
  /// Both must outlive the recorder.
  FsRecorder(base::Fs& world, Facts& facts) : world_(world), facts_(facts) {}

  base::Kind kind(const base::AbsPath& path) override;
  base::Result<std::string> read(const base::AbsPath& path, std::size_t limit) override;
  base::Result<std::string> target(const base::AbsPath& path) override;
  base::Result<std::vector<std::string>> names(const base::AbsPath& path) override;
  std::vector<std::string> among(const base::AbsPath& path, const std::vector<std::string>& names) override;
  bool vacant(const base::AbsPath& path) override;
  base::Result<base::Ownership> ownership(const base::AbsPath& path) override;
  std::uint64_t link_count(const base::AbsPath& path) override;
  std::string stamp(const base::AbsPath& path) override;
  base::Result<std::vector<std::string>> glob(const base::AbsPath& root, const std::string& pattern,
                                              std::size_t limit) override;
  base::Result<std::vector<std::string>> find(const base::AbsPath& root, const std::string& names, std::size_t depth,
                                              std::size_t limit) override;
  base::Result<std::string> listener(const base::AbsPath& path) override; // noted as the kind of what is there
  /// Noted as the program's stamp, taken before it runs: a program that is replaced in between makes
  /// the trace stale, never wrong.
  base::Result<std::string> version_output(const base::AbsPath& program) override;
  base::Result<std::string> program_digest(const base::AbsPath& program) override; // noted in the same way
  // Their stamps are taken before they look, and noted where the tree is settled. Not remembered: asked once each.
  base::Result<base::Glance> glance(const base::AbsPath& path, std::size_t limit, bool settled) override;
  base::Result<std::string> peek(const base::AbsPath& path, std::size_t limit, bool settled) override;

 private:
  base::Fs& world_;
  Facts& facts_;
  // By hash: a build asks some four hundred times, and the paths of one tree share their first forty bytes.
  template <class Answer>
  using ByPath = std::unordered_map<std::string, Answer>;
  ByPath<base::Kind> kinds_;
  std::map<std::pair<base::AbsPath, std::size_t>, base::Result<std::string>> contents_;
  ByPath<base::Result<std::string>> targets_;
  ByPath<base::Result<std::vector<std::string>>> names_;
  std::map<std::pair<base::AbsPath, std::vector<std::string>>, std::vector<std::string>> found_;
  ByPath<bool> vacant_;
  ByPath<base::Result<base::Ownership>> ownerships_;
  ByPath<std::uint64_t> link_counts_;
  ByPath<std::string> stamps_;
  std::map<std::tuple<base::AbsPath, std::string, std::size_t>, base::Result<std::vector<std::string>>>
      globs_, finds_; // by the question, too
  ByPath<base::Result<std::string>> versions_;
  ByPath<base::Result<std::string>> digests_;
};

class EnvRecorder final : public base::Env {
 public:
  EnvRecorder(const base::Env& world, Facts& facts) : world_(world), facts_(facts) {}
  std::optional<std::string> get(std::string_view name) const override;

 private:
  const base::Env& world_;
  Facts& facts_;
  mutable std::set<std::string, std::less<>> noted_; // the world is a snapshot: its answers do not change
};

} // namespace psbc::trace
