// SPDX-License-Identifier: MIT
#include "driver/version_cache.h"

#include "base/private_dir.h"

namespace psbc::driver {
namespace {

constexpr const char* cache_name = "firejail-version"; // "<program>\n<stamp>\n<output>"
constexpr std::size_t cache_limit = 64 * 1024;

} // namespace

base::Result<std::string> VersionCachingFs::version_output(const base::AbsPath& program) {
  const std::string key = program.string() + "\n" + stamp(program) + "\n";
  // Private, and no link is followed: whoever could write it could choose which directives are left out.
  if (const auto directory = base::PrivateDir::open(state_))
    if (const auto cached = directory->read(cache_name, cache_limit); cached && cached->bytes.starts_with(key))
      return cached->bytes.substr(key.size());
  TRY_ASSIGN(std::string output, base::RealFs::version_output(program));
  if (const auto directory = base::PrivateDir::make(state_)) static_cast<void>(directory->replace(cache_name, key + output));
  return output;
}

} // namespace psbc::driver
