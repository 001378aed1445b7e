// SPDX-License-Identifier: MIT
// A file system in memory that remembers what it was asked. Symlinks in the middle of a path are
// followed as the kernel does, so resolve() and the recorder behave as on a disk.
//
//   MemoryFs fs;
//   fs.file("/home/u/.vimrc", "set nu\n").link("/home/u/.config", "dotfiles/config").directory("/srv");
//   fs.unreadable("/home/u/.netrc");
//   CHECK(fs.asked() == std::vector<std::string>{"kind /home/u/.vimrc"});
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/fs.h"
#include "base/glob.h"
#include "base/text.h"

namespace psbc::test {

class MemoryFs : public base::Fs {
 public:
  using AbsPath = base::AbsPath;
  using Kind = base::Kind;
  struct Node {
    Kind kind = Kind::file;
    std::string content; // of a file; the target of a link
    base::Ownership ownership{.uid = 1000, .gid = 1000, .mode = 0644};
    std::uint64_t links = 1;
    std::string stamp = "1";
    int failure = 0; // errno of read() and names()
  };

  // Making and changing the world. Parents come into being by themselves.
  MemoryFs& file(std::string_view path, std::string content = "", std::uint32_t mode = 0644) {
    return put(path, {.kind = Kind::file, .content = std::move(content), .ownership = {1000, 1000, mode}});
  }
  MemoryFs& directory(std::string_view path, std::uint32_t mode = 0755) {
    return put(path, {.kind = Kind::directory, .content = {}, .ownership = {1000, 1000, mode}});
  }
  MemoryFs& link(std::string_view path, std::string target) {
    return put(path, {.kind = Kind::symlink, .content = std::move(target), .ownership = {1000, 1000, 0777}});
  }
  MemoryFs& other(std::string_view path) { return put(path, {.kind = Kind::other}); }
  MemoryFs& socket(std::string_view path, std::string comm = "") { return put(path, {.kind = Kind::other, .content = std::move(comm)}); }
  MemoryFs& unreadable(std::string_view path, int code = EACCES) {
    if (!nodes_.contains(AbsPath::literal(path))) file(path);
    at(path).failure = code;
    return *this;
  }
  MemoryFs& program(std::string_view path, std::string version, std::string stamp = "1") {
    put(path, {.kind = Kind::file,
               .content = std::move(version),
               .ownership = {0, 0, 0755},
               .stamp = std::move(stamp)});
    return *this;
  }
  /// With everything below it.
  MemoryFs& remove(std::string_view path) {
    const AbsPath top = AbsPath::literal(path);
    std::erase_if(nodes_, [&](const auto& entry) { return entry.first.is_under(top); });
    return *this;
  }
  /// To change mode, owner, links or stamp. The path is taken literally and must exist.
  Node& at(std::string_view path) { return nodes_.at(AbsPath::literal(path)); }

  /// The questions so far, as "read /a/b"; in order.
  const std::vector<std::string>& asked() const { return asked_; }
  void forget() { asked_.clear(); }

  Kind kind(const AbsPath& path) override {
    asked_.push_back("kind " + path.string());
    const Node* node = find(path, false);
    return node == nullptr ? Kind::absent : node->kind;
  }
  base::Result<std::string> read(const AbsPath& path, std::size_t limit) override {
    asked_.push_back("read " + path.string());
    const Node* node = find(path, true);
    if (node == nullptr) return failed("read", path, ENOENT);
    if (node->failure != 0) return failed("read", path, node->failure);
    if (node->kind == Kind::directory) return failed("read", path, EISDIR);
    if (node->kind != Kind::file) return failed("read", path, EINVAL);
    if (node->content.size() > limit) return failed("read", path, EFBIG);
    return node->content;
  }
  base::Result<std::string> target(const AbsPath& path) override {
    asked_.push_back("target " + path.string());
    const Node* node = find(path, false);
    if (node == nullptr) return failed("read the link", path, ENOENT);
    if (node->kind != Kind::symlink) return failed("read the link", path, EINVAL);
    return node->content;
  }
  base::Result<std::vector<std::string>> names(const AbsPath& path) override {
    asked_.push_back("names " + path.string());
    const auto real = canonical(path, true, 0);
    if (!real) return failed("list", path, ENOENT);
    if (real->is_root()) return children(*real);
    const auto found = nodes_.find(*real);
    if (found == nodes_.end()) return failed("list", path, ENOENT);
    if (found->second.failure != 0) return failed("list", path, found->second.failure);
    if (found->second.kind != Kind::directory) return failed("list", path, ENOTDIR);
    return children(*real);
  }
  std::vector<std::string> among(const AbsPath& path, const std::vector<std::string>& names) override {
    const auto all = this->names(path);
    asked_.back() = "among " + path.string();
    std::vector<std::string> out;
    for (const std::string& name : names)
      if (all && std::find(all->begin(), all->end(), name) != all->end()) out.push_back(name);
    return out;
  }
  bool vacant(const AbsPath& path) override {
    asked_.push_back("vacant " + path.string());
    const Node* node = find(path, false);
    if (node == nullptr) return true;
    if (node->kind == Kind::file) return node->content.empty() || node->content == "." || node->content == ".\n";
    return node->kind == Kind::directory && children(path).empty();
  }
  base::Result<base::Ownership> ownership(const AbsPath& path) override {
    asked_.push_back("ownership " + path.string());
    const Node* node = find(path, false);
    if (node == nullptr) return failed("look at", path, ENOENT);
    return node->ownership;
  }
  std::uint64_t link_count(const AbsPath& path) override {
    asked_.push_back("links " + path.string());
    const Node* node = find(path, false);
    return node == nullptr ? 0 : node->links;
  }
  std::string stamp(const AbsPath& path) override {
    asked_.push_back("stamp " + path.string());
    const Node* node = find(path, true);
    return node == nullptr ? "" : node->stamp;
  }
  base::Result<std::vector<std::string>> glob(const AbsPath& root, const std::string& pattern,
                                              std::size_t limit) override {
    asked_.push_back("glob " + root.string() + " " + pattern);
    std::vector<std::string_view> components;
    for (const auto part : base::split(pattern, '/'))
      if (!part.empty() && part != ".") components.push_back(part);
    std::vector<std::string> out;
    const auto top = canonical(root, true, 0);
    if (!top || components.empty()) return out;
    for (const auto& [path, node] : nodes_) {
      if (!path.is_strictly_under(*top)) continue;
      const std::string relative = path.relative_to(*top);
      const auto names = base::split(relative, '/');
      const bool in_git = std::find(names.begin(), names.end() - 1, ".git") != names.end() - 1;
      if (!in_git && match(components, 0, names, 0)) out.push_back(relative);
    }
    std::sort(out.begin(), out.end());
    if (out.size() > limit) return failed("expand the pattern", root, E2BIG);
    return out;
  }
  base::Result<std::vector<std::string>> find(const AbsPath& root, const std::string& names, std::size_t depth,
                                              std::size_t limit) override {
    asked_.push_back("find " + root.string() + " " + names);
    const auto wanted = base::split(names, '/');
    std::vector<std::string> out;
    for (const auto& [path, node] : nodes_) {
      if (!path.is_strictly_under(root) || std::find(wanted.begin(), wanted.end(), path.name()) == wanted.end()) continue;
      const std::string relative = path.relative_to(root);
      const auto parts = base::split(relative, '/');
      const bool in_git = std::find(parts.begin(), parts.end() - 1, ".git") != parts.end() - 1;
      const bool looked_past = path.name() == ".git" && node.kind == Kind::directory && children(path).empty();
      if (!in_git && !looked_past && parts.size() <= depth + 1) out.push_back(relative);
    }
    if (out.size() > limit) return failed("search", root, E2BIG);
    return out;
  }
  base::Result<std::string> listener(const AbsPath& path) override {
    asked_.push_back("listener " + path.string());
    const Node* node = find(path, false);
    if (node == nullptr || node->kind != Kind::other) return failed("connect to", path, ENOTSOCK);
    return node->content;
  }
  base::Result<std::string> version_output(const AbsPath& program) override {
    asked_.push_back("version " + program.string());
    const Node* node = find(program, true);
    if (node == nullptr) return failed("run", program, ENOENT);
    return node->content;
  }
  base::Result<std::string> program_digest(const AbsPath& program) override {
    asked_.push_back("digest " + program.string());
    const Node* node = find(program, true);
    if (node == nullptr) return failed("open", program, ENOENT);
    return base::digest(node->content);
  }
  base::Result<base::Glance> glance(const AbsPath& path, std::size_t limit, bool /*settled*/) override {
    const auto all = names(path);
    asked_.back() = "glance " + path.string();
    if (!all) return all.error();
    base::Glance out;
    for (const std::string& name : *all) {
      out.complete = out.entries.size() < limit;
      if (!out.complete) break;
      out.entries.push_back({.name = name, .kind = find(path / name, false)->kind});
    }
    return out;
  }
  base::Result<std::string> peek(const AbsPath& path, std::size_t limit, bool /*settled*/) override {
    asked_.push_back("peek " + path.string());
    const Node* node = find(path, false);
    if (node == nullptr) return failed("read", path, ENOENT);
    if (node->failure != 0) return failed("read", path, node->failure);
    if (node->kind != Kind::file) return failed("read", path, EINVAL);
    return node->content.substr(0, limit);
  }

 private:
  MemoryFs& put(std::string_view text, Node node) {
    const AbsPath path = AbsPath::literal(text);
    for (AbsPath up = path.parent(); !up.is_root(); up = up.parent())
      if (!nodes_.contains(up))
        nodes_[up] = {.kind = Kind::directory, .content = {}, .ownership = {1000, 1000, 0755}};
    nodes_[path] = std::move(node);
    return *this;
  }

  static base::Error failed(std::string operation, const AbsPath& path, int code) {
    return {
        .operation = std::move(operation), .object = path.string(), .code = code, .cause = {}, .hint = {}};
  }

  std::vector<std::string> children(const AbsPath& directory) const {
    std::vector<std::string> out;
    for (const auto& [path, node] : nodes_)
      if (!path.is_root() && path.parent() == directory) out.emplace_back(path.name());
    std::sort(out.begin(), out.end());
    return out;
  }

  /// `path` with the links in its directories followed, and the last one too when asked.
  std::optional<AbsPath> canonical(const AbsPath& path, bool follow_last, int depth) const {
    if (depth > 40) return std::nullopt;
    AbsPath done = AbsPath::literal("/");
    const auto components = path.components();
    for (std::size_t i = 0; i < components.size(); ++i) {
      const AbsPath next = done / components[i];
      const auto found = nodes_.find(next);
      const bool last = i + 1 == components.size();
      if (found == nodes_.end() || found->second.kind != Kind::symlink || (last && !follow_last)) {
        if (!last && (found == nodes_.end() || found->second.kind != Kind::directory)) return std::nullopt;
        done = next;
        continue;
      }
      const std::string& target = found->second.content;
      AbsPath base = target.starts_with('/') ? AbsPath::literal("/") : done;
      for (const auto part : base::split(target, '/')) {
        if (part.empty() || part == ".") continue;
        base = part == ".." ? base.parent() : base / part;
      }
      for (std::size_t rest = i + 1; rest < components.size(); ++rest) base = base / components[rest];
      return canonical(base, follow_last, depth + 1);
    }
    return done;
  }

  const Node* find(const AbsPath& path, bool follow) const {
    static const Node root{.kind = Kind::directory, .content = {}, .ownership = {0, 0, 0755}};
    const auto real = canonical(path, follow, 0);
    if (!real) return nullptr;
    if (real->is_root()) return &root;
    const auto found = nodes_.find(*real);
    return found == nodes_.end() ? nullptr : &found->second;
  }

  static bool match(const std::vector<std::string_view>& pattern, std::size_t p,
                    const std::vector<std::string_view>& names, std::size_t n) {
    if (p == pattern.size()) return n == names.size();
    if (pattern[p] == "**") {
      if (p + 1 == pattern.size()) return n < names.size();
      for (std::size_t skip = n; skip <= names.size(); ++skip)
        if (match(pattern, p + 1, names, skip)) return true;
      return false;
    }
    return n < names.size() && base::matches_component(pattern[p], names[n]) &&
           match(pattern, p + 1, names, n + 1);
  }

  std::map<AbsPath, Node> nodes_;
  std::vector<std::string> asked_;
};

} // namespace psbc::test
