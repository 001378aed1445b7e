// SPDX-License-Identifier: MIT
// AbsPath: an absolute path in lexically normal form (no empty, `.` or `..` component, no trailing
// slash, no NUL). It says nothing about what exists. A function that takes one need not ask again.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace psbc::base {

class AbsPath {
 public:
  /// Nothing when `text` is not absolute, or holds a NUL or a `..` component. Repeated slashes,
  /// `.` components and a trailing slash are dropped.
  static std::optional<AbsPath> parse(std::string_view text);
  /// For literals in the program's own tables: aborts on a bad one.
  static AbsPath literal(std::string_view text);

  const std::string& string() const { return text_; }
  const char* c_str() const { return text_.c_str(); }
  bool is_root() const { return text_ == "/"; }

  AbsPath parent() const;              // "/" is its own parent
  std::string_view name() const;       // last component, empty for "/"
  std::vector<std::string> components() const;

  /// Appends a relative path; nothing when that holds `..` or NUL or is absolute.
  std::optional<AbsPath> join(std::string_view relative) const;
  /// Appends one of the program's own constants: aborts on a bad one.
  AbsPath operator/(std::string_view relative) const;

  /// Component-wise: "/run/hostage" is not under "/run/host". A path is under itself.
  bool is_under(const AbsPath& ancestor) const;
  bool is_strictly_under(const AbsPath& ancestor) const;
  /// The rest after `ancestor`, without a leading slash. Precondition: is_under(ancestor).
  std::string relative_to(const AbsPath& ancestor) const;

  /// Orders a directory right before everything below it.
  std::strong_ordering operator<=>(const AbsPath& other) const;
  bool operator==(const AbsPath& other) const { return text_ == other.text_; }

 private:
  explicit AbsPath(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// `~/x` for a path under `home`, for messages.
std::string display_path(const AbsPath& path, const AbsPath& home);

} // namespace psbc::base
