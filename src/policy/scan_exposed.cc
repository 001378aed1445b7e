// SPDX-License-Identifier: MIT
// Directories that `readonly` and `writable` expose are looked through for secrets (THREATS B3): within a budget, since
// a data set has millions of files; settings before data; without following a link. A file with a finding is hidden.
// What was looked at is a fact by its stamp, so an unchanged build looks at a few hundred stamps and reads nothing.
#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>

#include "base/glob.h"
#include "base/text.h"
#include "policy/lowering.h"
#include "policy/secret_scan.h"
#include "policy/tree.h"
#include "policy/withhold.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

// The budget for one entry of `readonly` or `writable`.
constexpr std::size_t directory_limit = 32;         // that are listed
constexpr std::size_t entry_limit = 2000;           // of one directory
constexpr std::size_t file_limit = 100;             // that are read
constexpr std::size_t data_limit = 32;              // of these, files that hold no settings
constexpr std::size_t peek_limit = 64U << 10U;      // bytes of one file
constexpr std::size_t bytes_limit = 4U << 20U;      // of all
constexpr std::size_t binary_probe = 4096;          // bytes without a NUL: text
constexpr std::size_t shown_findings = 5;

/// Settings, and names that say "secret": every rule of the scan applies to them.
constexpr auto settings = std::to_array<std::string_view>({
    ".env", ".env.*", "*.env", "*.ini", "*.cfg", "*.conf", "*.config", "*.toml", "*.yaml", "*.yml", "*.properties", "*.sh", "*.bash",
    "*.zsh", "*.fish", "*.tfvars", "*.tfstate", "*rc", "*.netrc", "*.pem", "*.key", "*.ppk", "id_rsa*", "id_ed25519*", "id_ecdsa*",
    "*credential*", "*secret*", "*passw*", "*token*", "config", "config.json", "settings.json", "*.gitconfig", ".htpasswd", ".pgpass",
});

/// Never text that somebody wrote.
constexpr auto binaries = std::to_array<std::string_view>({
    "*.jpg", "*.jpeg", "*.png", "*.gif", "*.webp", "*.tif", "*.tiff", "*.bmp", "*.mp3", "*.mp4", "*.wav", "*.flac", "*.ogg", "*.avi",
    "*.mkv", "*.mov", "*.zip", "*.gz", "*.xz", "*.zst", "*.bz2", "*.7z", "*.tar", "*.tgz", "*.npy", "*.npz", "*.pt", "*.pth", "*.ckpt",
    "*.safetensors", "*.gguf", "*.onnx", "*.h5", "*.hdf5", "*.parquet", "*.arrow", "*.feather", "*.tfrecord", "*.lmdb", "*.bin", "*.so",
    "*.a", "*.o", "*.pyc", "*.whl", "*.jar", "*.class", "*.pdf", "*.ttf", "*.woff", "*.woff2", "*.ico", "*.dcm", "*.nii", "*.bam", "*.sqlite",
});

template <std::size_t N>
bool matches(const std::array<std::string_view, N>& patterns, const std::string& name) {
  return std::any_of(patterns.begin(), patterns.end(), [&](std::string_view pattern) { return base::matches_component(pattern, name); });
}

struct Candidate {
  bool is_data;
  std::size_t depth;
  AbsPath path;
  auto operator<=>(const Candidate& other) const {
    return std::tuple(is_data, depth, path.string()) <=> std::tuple(other.is_data, other.depth, other.path.string());
  }
};

struct Walk {
  std::vector<Candidate> files; // the most telling first
  bool complete = true;
};

/// Level by level, so that the budget covers the whole width of a tree before its depths.
Walk walk(Lowering& lowering, const AbsPath& root, bool settled) {
  Walk out;
  std::deque<std::pair<AbsPath, std::size_t>> pending{{root, 0}};
  for (std::size_t listed = 0; !pending.empty(); ++listed) {
    if (listed == directory_limit) {
      out.complete = false;
      break;
    }
    const auto [directory, depth] = pending.front();
    pending.pop_front();
    const auto glance = lowering.in.fs.glance(directory, entry_limit, settled);
    if (!glance) {
      // What its owner may not list can be made listable inside, where it is writable; elsewhere nothing inside can.
      out.complete = out.complete && (settled || glance.error().code != EACCES);
      continue;
    }
    out.complete = out.complete && glance->complete;
    for (const auto& [name, kind] : glance->entries) {
      const AbsPath path = directory / name;
      if (kind == Kind::directory && name == ".git") out.files.push_back({.is_data = false, .depth = depth + 1, .path = path / "config"});
      else if (kind == Kind::directory && is_visible(lowering.out.rules, path)) pending.emplace_back(path, depth + 1);
      else if (kind == Kind::file && !matches(binaries, name)) out.files.push_back({.is_data = !matches(settings, name), .depth = depth, .path = path});
    }
  }
  std::sort(out.files.begin(), out.files.end());
  return out;
}

void scan_tree(Lowering& lowering, const Lowering::Exposed& tree) {
  const bool settled = tree.access != Access::writable;
  if (is_accepted(lowering, tree.path)) return;
  const Walk found = walk(lowering, tree.path, settled);
  std::size_t bytes = 0, read = 0, data = 0, withheld = 0;
  bool complete = found.complete;
  std::vector<std::string> notes;
  for (const Candidate& file : found.files) {
    if (read == file_limit || data == data_limit || bytes >= bytes_limit) break; // data comes last
    ++read;
    data += file.is_data ? 1 : 0;
    if (!is_visible(lowering.out.rules, file.path)) continue;
    const bool noted = settled && !file.is_data; // of data, only what its directory says
    const auto text = lowering.in.fs.peek(file.path, peek_limit, noted);
    // A file that its owner may not read can be made readable inside.
    if (!file.is_data && (text ? text->size() == peek_limit : text.error().code == EACCES)) complete = false;
    if (!text || text->substr(0, binary_probe).find('\0') != std::string::npos) continue;
    bytes += text->size();
    const auto findings = file.is_data ? scan_data(*text) : scan_secrets(*text);
    if (findings.empty() || is_accepted(lowering, file.path)) continue;
    if (!noted) lowering.in.fs.stamp(file.path); // to be shown again when the secret is gone
    ++withheld;
    const std::string name = base::escape(display_path(file.path, lowering.in.places.home));
    if (withheld <= shown_findings)
      notes.push_back(name + ":" + std::to_string(findings[0].line) + ": " + findings[0].kind + " " + findings[0].redacted);
    lowering.add(Access::hidden, file.path, origin_of(tree.span, Origin::Source::builtin, "holds what looks like a secret", lowering.in.places.home));
  }
  if (withheld > shown_findings) notes.push_back("and " + std::to_string(withheld - shown_findings) + " more");
  const std::string name = base::escape(display_path(tree.path, lowering.in.places.home));
  if (withheld > 0)
    lowering.report(diag::Code::secret_in_exposed_file, diag::Severity::warning, tree.span,
                    std::to_string(withheld) + (withheld == 1 ? " file of `" : " files of `") + name + "` with what looks like a secret " +
                        (withheld == 1 ? "is hidden" : "are hidden"),
                    "exposed without " + std::string(withheld == 1 ? "it" : "them"), std::move(notes),
                    {"move the secrets out, or accept a file or the directory: accept_secrets = [\"" + name + "\"] in ~/.config/psbc/config.toml"});
  if (!tree.is_code && (!complete || read < found.files.size()))
    lowering.report(diag::Code::scan_sampled, diag::Severity::info, tree.span,
                    "psbc did not look at all of `" + name + "` for secrets: " + std::to_string(read) + " files, and the first 64 KiB of each", "", {},
                    {"hide what must not be seen: hidden = [\"" + name + "/private\"]"});
}

} // namespace

void scan_exposed(Lowering& lowering) {
  for (const Lowering::Exposed& tree : lowering.exposed) scan_tree(lowering, tree);
}

} // namespace psbc::policy
