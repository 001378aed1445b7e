// SPDX-License-Identifier: MIT
#include "driver/secret_files.h"

#include <algorithm>

#include "base/glob.h"
#include "base/text.h"

namespace psbc::driver {
namespace {

using base::AbsPath;
using base::Kind;

struct Row {
  const char* pattern;
  const char* why;
};

constexpr Row secret_names[] = {
    {".env", "settings with passwords and tokens"},
    {".env.*", "settings with passwords and tokens"},
    {"*.pem", "a private key or a certificate"},
    {"*.key", "a private key"},
    {"*.p12", "a private key with its certificate"},
    {"*.pfx", "a private key with its certificate"},
    {"*.kdbx", "a password database"},
    {"id_rsa", "a private ssh key"},
    {"id_ecdsa", "a private ssh key"},
    {"id_ed25519", "a private ssh key"},
    {"credentials.json", "credentials of a service"},
    {"service-account*.json", "credentials of a service account"},
    {".netrc", "passwords of servers"},
    {".pypirc", "a token that publishes packages"},
    {".git-credentials", "passwords of repositories"},
    {"secrets.toml", "secrets by its name"},
    {"secrets.yaml", "secrets by its name"},
    {"secrets.yml", "secrets by its name"},
    {"secrets.json", "secrets by its name"},
};
constexpr Row secret_directories[] = {{"secrets", "secrets by its name"}, {".secrets", "secrets by its name"}};
constexpr const char* harmless_endings[] = {".example", ".sample", ".template", ".dist", ".schema"};
constexpr const char* skipped_directories[] = {".git", ".venv", "venv", "node_modules", ".tox", ".nox", "__pycache__", ".pixi", "site-packages"};
constexpr std::size_t directory_limit = 2000; // how much of a big tree is looked at
constexpr std::size_t listed_limit = 20;      // more than this many are said as patterns

template <class Table>
const Row* find_row(const Table& table, const std::string& name) {
  const auto* found = std::find_if(std::begin(table), std::end(table), [&](const Row& row) { return base::matches_component(row.pattern, name); });
  return found != std::end(table) ? found : nullptr;
}

void search(base::Fs& fs, const AbsPath& directory, const std::string& prefix, std::size_t& left, std::vector<ProposedPath>& out) {
  const auto names = fs.names(directory);
  if (!names || left == 0) return;
  --left;
  for (const std::string& name : *names) {
    const Kind kind = fs.kind(directory / name);
    if (kind == Kind::directory) {
      if (const Row* row = find_row(secret_directories, name)) out.push_back({prefix + name + "/", row->why});
      else if (std::find(std::begin(skipped_directories), std::end(skipped_directories), name) == std::end(skipped_directories))
        search(fs, directory / name, prefix + name + "/", left, out);
    } else if (kind == Kind::file) {
      const bool harmless = std::any_of(std::begin(harmless_endings), std::end(harmless_endings), [&](const char* end) { return name.ends_with(end); });
      if (const Row* row = harmless ? nullptr : find_row(secret_names, name)) out.push_back({prefix + name, row->why});
    }
  }
}

/// The same finds as patterns, for a tree that holds many.
std::vector<ProposedPath> as_patterns(const std::vector<ProposedPath>& found) {
  std::vector<ProposedPath> out;
  for (const ProposedPath& each : found) {
    const std::string trimmed = each.path.ends_with('/') ? each.path.substr(0, each.path.size() - 1) : each.path;
    const std::string name = trimmed.substr(trimmed.rfind('/') + 1);
    const Row* row = find_row(secret_names, name);
    // `.env.*` would hide .env.example as well.
    const std::string pattern = "**/" + (row != nullptr && !std::string_view(row->pattern).ends_with('*') ? std::string(row->pattern) : name);
    const auto same = [&](const ProposedPath& other) { return other.path == pattern; };
    if (std::none_of(out.begin(), out.end(), same)) out.push_back({pattern, each.why});
  }
  return out;
}

} // namespace

std::vector<ProposedPath> find_secret_files(base::Fs& fs, const AbsPath& root) {
  std::vector<ProposedPath> out;
  std::size_t left = directory_limit;
  search(fs, root, "", left, out);
  // A name with a control character or a quote would not survive the trip through firejail.
  std::erase_if(out, [](const ProposedPath& each) { return base::escape(each.path) != each.path || each.path.find("..") != std::string::npos; });
  return out.size() > listed_limit ? as_patterns(out) : out;
}

} // namespace psbc::driver
