// SPDX-License-Identifier: MIT
#include "driver/registry.h"

#include <algorithm>

#include "driver/compile.h"
#include "emit/enter_plan.h"

namespace psbc::driver {

base::Result<std::vector<KnownProject>> known_projects(base::Fs& fs, const policy::Places& places) {
  TRY_ASSIGN(const std::vector<std::string> ids, trace::list_builds(places.state));
  std::vector<KnownProject> out;
  for (const std::string& id : ids) {
    const auto bytes = fs.read(places.session(id) / session_file, 65536);
    const auto session = bytes ? emit::parse_inside_session(*bytes) : std::nullopt;
    const auto root = session ? base::AbsPath::parse(session->root) : std::nullopt;
    if (!root) continue; // a build that never came to its end
    out.push_back({.id = id, .root = *root, .name = session->name,
                   .exists = fs.kind(*root / config_name) == base::Kind::file});
  }
  std::sort(out.begin(), out.end(), [](const KnownProject& a, const KnownProject& b) { return a.root < b.root; });
  return out;
}

} // namespace psbc::driver
