// SPDX-License-Identifier: MIT
// Asking a program for its version means starting it, which costs more than the whole rest of a build.
// The answer stays true while the program's stamp does, so it is kept beside the builds.
#pragma once

#include "base/fs.h"

namespace psbc::driver {

class VersionCachingFs final : public base::RealFs {
 public:
  explicit VersionCachingFs(base::AbsPath state) : state_(std::move(state)) {}
  /// A cache that cannot be read or written is no error: the program is asked.
  base::Result<std::string> version_output(const base::AbsPath& program) override;

 private:
  base::AbsPath state_;
};

} // namespace psbc::driver
