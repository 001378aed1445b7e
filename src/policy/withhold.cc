// SPDX-License-Identifier: MIT
#include "policy/withhold.h"

#include <algorithm>

#include "base/text.h"
#include "policy/secret_scan.h"

namespace psbc::policy {

using base::AbsPath;

bool is_accepted(const Lowering& lowering, const AbsPath& path) {
  const LowerInput& in = lowering.in;
  const auto& entries = in.user.accept_secrets;
  const auto real = entries.empty() ? base::Result<base::Resolved>(base::Error{}) : resolve(in.fs, path);
  return std::any_of(entries.begin(), entries.end(), [&](const config::SpannedString& entry) {
    const auto accepted = expand(entry.value, in.places.home, in.places.home);
    if (!accepted || path.is_under(*accepted)) return accepted.has_value();
    const auto resolved = resolve(in.fs, *accepted);
    return resolved && real && real->path.is_under(resolved->path);
  });
}

bool withhold(Lowering& lowering, const AbsPath& path, std::string_view text, const char* outcome, const diag::Span& span) {
  const auto findings = scan_secrets(text);
  if (findings.empty() || is_accepted(lowering, path)) return false;
  const std::string name = base::escape(display_path(path, lowering.in.places.home));
  std::vector<std::string> notes;
  for (const Finding& finding : findings)
    notes.push_back(name + ":" + std::to_string(finding.line) + ": " + finding.kind + " " + finding.redacted);
  lowering.report(diag::Code::secret_in_exposed_file, diag::Severity::warning, span,
                  "`" + name + "` holds what looks like a secret" + outcome, span.file != nullptr ? "not exposed" : "", std::move(notes),
                  {"move the secret out of the file, or accept it: accept_secrets = [\"" + name + "\"] in ~/.config/psbc/config.toml"});
  return true;
}

} // namespace psbc::policy
