// SPDX-License-Identifier: MIT
#include "runtime/secret_files.h"

#include <fcntl.h>
#include <unistd.h>

#include "runtime/jail_home.h"

namespace psbc::runtime {

base::Status write_secret_files(const std::vector<SecretFile>& files, const std::string& home) {
  for (const SecretFile& secret : files) {
    const std::string path = home + "/" + secret.path;
    TRY_ASSIGN(const Place place, find_place(home, secret.path, true));
    unlinkat(place.directory.get(), place.name.c_str(), 0);
    const base::Fd file(openat(place.directory.get(), place.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400));
    if (!file)
      return base::system_error("create", path);
    TRY(base::write_all(file.get(), secret.bytes.view(), path));
  }
  return base::ok();
}

std::vector<base::Secret> assignments(const std::vector<SecretVariable>& secrets) {
  std::vector<base::Secret> out;
  for (const SecretVariable& secret : secrets) {
    base::Secret& text = out.emplace_back(secret.name.size() + 1 + secret.value.view().size());
    text.append(secret.name);
    text.append("=");
    text.append(secret.value.view());
  }
  return out;
}

} // namespace psbc::runtime
