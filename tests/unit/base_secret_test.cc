// SPDX-License-Identifier: MIT
#include "base/secret.h"

#include <cstdio>
#include <fstream>
#include <string>

#include "support/catch.h"

using psbc::base::Secret;

namespace {

/// The flags of the mapping that holds `address`, as the kernel names them (proc(5), VmFlags).
std::string flags_of(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  bool here = false;
  while (std::getline(maps, line)) {
    unsigned long begin = 0, end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) // NOLINT(cert-err34-c)
      here = reinterpret_cast<unsigned long>(address) >= begin && reinterpret_cast<unsigned long>(address) < end;
    else if (here && line.starts_with("VmFlags:"))
      return line + " ";
  }
  return {};
}

} // namespace

TEST_CASE("a secret is in no core dump, and ends with a zero") {
  Secret secret = Secret::copy_of("hush");
  CHECK(secret.view() == "hush");
  CHECK(secret.data()[4] == '\0');
  CHECK(flags_of(secret.data()).find(" dd ") != std::string::npos); // MADV_DONTDUMP
}

TEST_CASE("a secret has room for what it was made for, a whole page included, and no more") {
  for (const std::size_t size : {0UL, 1UL, 4095UL, 4096UL, 65537UL}) {
    Secret secret(size);
    secret.append(std::string(size + 3, 'x'));
    CHECK(secret.view().size() == size);
    CHECK(secret.data()[size] == '\0');
  }
}

TEST_CASE("a moved secret has one owner") {
  Secret one = Secret::copy_of("hush");
  const char* const bytes = one.data();
  Secret other = std::move(one);
  CHECK(other.data() == bytes);
  CHECK(one.empty()); // NOLINT(bugprone-use-after-move): what is left is an empty one
  other = Secret::copy_of("new");
  CHECK(other.view() == "new");
}
