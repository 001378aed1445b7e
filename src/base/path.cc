// SPDX-License-Identifier: MIT
#include "base/path.h"

#include <algorithm>
#include <cstdlib>

namespace psbc::base {
namespace {

/// Appends the components of `text` to `out`; false when one of them is `..` or a NUL is inside.
bool append_components(std::string& out, std::string_view text) {
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t slash = std::min(text.find('/', at), text.size());
    const std::string_view component = text.substr(at, slash - at);
    at = slash + 1;
    if (component.empty() || component == ".") continue;
    if (component == ".." || component.find('\0') != std::string_view::npos) return false;
    out += '/';
    out += component;
  }
  return true;
}

/// Whether parse() would leave it as it is, as nearly all are: what psbc itself wrote down.
bool is_canonical(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return false;
  for (std::size_t start = 1, slash = 0; slash < text.size(); start = slash + 1) {
    slash = std::min(text.find('/', start), text.size());
    const std::size_t size = slash - start;
    if (size == 0 || (text[start] == '.' && (size == 1 || (size == 2 && text[start + 1] == '.')))) return false;
  }
  return true;
}

} // namespace

std::optional<AbsPath> AbsPath::parse(std::string_view text) {
  if (text.empty() || text.front() != '/') return std::nullopt;
  if (is_canonical(text)) return AbsPath(std::string(text));
  std::string out;
  out.reserve(text.size());
  if (!append_components(out, text)) return std::nullopt;
  if (out.empty()) out = "/";
  return AbsPath(std::move(out));
}

AbsPath AbsPath::literal(std::string_view text) {
  auto path = parse(text);
  if (!path) std::abort();
  return *path;
}

AbsPath AbsPath::parent() const {
  const std::size_t slash = text_.rfind('/');
  return AbsPath(slash == 0 ? "/" : text_.substr(0, slash));
}

std::string_view AbsPath::name() const { return std::string_view(text_).substr(text_.rfind('/') + 1); }

std::vector<std::string> AbsPath::components() const {
  std::vector<std::string> out;
  for (std::size_t at = 1; at < text_.size();) {
    const std::size_t slash = std::min(text_.find('/', at), text_.size());
    out.push_back(text_.substr(at, slash - at));
    at = slash + 1;
  }
  return out;
}

std::optional<AbsPath> AbsPath::join(std::string_view relative) const {
  if (!relative.empty() && relative.front() == '/') return std::nullopt;
  std::string out = is_root() ? "" : text_;
  if (!append_components(out, relative)) return std::nullopt;
  if (out.empty()) out = "/";
  return AbsPath(std::move(out));
}

AbsPath AbsPath::operator/(std::string_view relative) const {
  auto path = join(relative);
  if (!path) std::abort();
  return *path;
}

bool AbsPath::is_under(const AbsPath& ancestor) const {
  if (ancestor.is_root()) return true;
  return text_.starts_with(ancestor.text_) &&
         (text_.size() == ancestor.text_.size() || text_[ancestor.text_.size()] == '/');
}

bool AbsPath::is_strictly_under(const AbsPath& ancestor) const { return is_under(ancestor) && !(*this == ancestor); }

std::string AbsPath::relative_to(const AbsPath& ancestor) const {
  if (*this == ancestor) return "";
  return text_.substr(ancestor.is_root() ? 1 : ancestor.text_.size() + 1);
}

std::strong_ordering AbsPath::operator<=>(const AbsPath& other) const {
  // '/' sorts before every other byte, so that "/a/b" comes before "/a-c": a tree stays together.
  const std::string& a = text_;
  const std::string& b = other.text_;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i] == b[i]) continue;
    if (a[i] == '/') return std::strong_ordering::less;
    if (b[i] == '/') return std::strong_ordering::greater;
    return static_cast<unsigned char>(a[i]) <=> static_cast<unsigned char>(b[i]);
  }
  return a.size() <=> b.size();
}

std::string display_path(const AbsPath& path, const AbsPath& home) {
  if (home.is_root() || !path.is_under(home)) return path.string();
  return path == home ? "~" : "~/" + path.relative_to(home);
}

} // namespace psbc::base
