// SPDX-License-Identifier: MIT
// A company's network ends TLS at its own gateway: without its certificates no tool inside reaches anything. They are
// public, so what the variables name is visible read-only; a private key beside them is not.
#include "base/text.h"
#include "policy/carried_variables.h"
#include "policy/lowering.h"
#include "policy/secret_scan.h"
#include "policy/sensitive.h"
#include "policy/tree.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

constexpr std::size_t size_limit = 4U << 20U;      // bytes of one bundle; Mozilla's has 220 KiB
constexpr std::size_t directory_limit = 2000;      // entries of a directory of hashed names

/// Why it stays outside; empty when it does not.
std::string why_not(Lowering& lowering, const base::Resolved& resolved) {
  const LowerInput& in = lowering.in;
  const AbsPath& path = resolved.path;
  if (resolved.kind == Kind::absent) return "it does not exist";
  if (resolved.kind == Kind::other) return "it is neither a file nor a directory";
  if (in.places.home.is_under(path) || in.root.is_under(path) || find_sensitive(path, in.places.home)) return "it is, or holds, more than certificates";
  for (const AbsPath& own : {in.places.state, in.places.data, in.places.config})
    if (path.is_under(own) || own.is_under(path)) return "psbc keeps its own files there";
  for (const char* tree : {"/dev", "/proc", "/run", "/sys"})
    if (path.is_under(AbsPath::literal(tree))) return std::string("`") + tree + "` belongs to the system";
  if (path.components().size() < 2) return "it is a whole system tree";
  if (lowering.planted(resolved) != nullptr) return "a symlink on the way to it lies where the sandbox can write";
  std::vector<AbsPath> files{path};
  if (resolved.kind == Kind::directory) {
    files.clear();
    const auto names = in.fs.names(path);
    if (!names || names->size() > directory_limit) return "it has too many entries to look at";
    for (const std::string& name : *names) {
      const Kind kind = in.fs.kind(path / name);
      if (kind == Kind::directory) return "it holds directories";
      if (kind == Kind::file) files.push_back(path / name);
    }
  }
  for (const AbsPath& file : files) {
    const auto text = in.fs.read(file, size_limit);
    if (!text) return base::describe(text.error());
    if (!scan_data(*text).empty()) return lowering.shown(file) + " holds a secret, such as a private key";
  }
  return {};
}

} // namespace

void lower_certificates(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  for (const CarriedVariable& variable : carried_variables()) {
    if (variable.kind != CarriedVariable::Kind::file) continue;
    const auto value = in.env.get(variable.name);
    const auto asked = value ? AbsPath::parse(*value) : std::nullopt;
    const auto resolved = asked ? resolve(in.fs, *asked) : base::Result<base::Resolved>(base::Error{});
    if (!resolved || (is_visible(lowering.out.rules, resolved->path) && resolved->links.empty())) continue;
    const std::string name(variable.name);
    if (const std::string why = why_not(lowering, *resolved); !why.empty()) {
      lowering.report(diag::Code::certificates_withheld, diag::Severity::warning, {},
                      "what " + name + " names stays outside: " + lowering.shown(resolved->path), "", {why},
                      {"name a file that holds certificates alone"});
      continue;
    }
    const Origin origin = builtin("certificates that " + name + " names");
    if (!is_visible(lowering.out.rules, resolved->path)) lowering.add(Access::read_only, resolved->path, origin);
    lowering.add_aliases(*resolved, origin);
  }
}

} // namespace psbc::policy
