// SPDX-License-Identifier: MIT
#include "driver/git_index.h"

#include <string>

#include "support/catch.h"

using psbc::driver::index_has;

namespace {

void put(std::string& out, std::uint32_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) out += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xffU);
}

std::string index(std::uint32_t version, std::size_t oid_size, const std::vector<std::string>& names) {
  std::string out = "DIRC", last;
  put(out, version, 4);
  put(out, static_cast<std::uint32_t>(names.size()), 4);
  for (const std::string& name : names) {
    const std::size_t begin = out.size();
    out += std::string(40 + oid_size, '\1');
    put(out, static_cast<std::uint32_t>(name.size()), 2);
    if (version == 4) {
      out += static_cast<char>(last.size()); // nothing shared: a valid encoding
      out += name + '\0';
    } else {
      out += name + '\0';
      while ((out.size() - begin) % 8 != 0) out += '\0';
    }
    last = name;
  }
  return out + std::string(20, '\2');
}

} // namespace

TEST_CASE("an index names its files whole, in each version and with both hashes") {
  for (const std::uint32_t version : {2U, 3U, 4U})
    for (const std::size_t oid_size : {20U, 32U}) {
      const std::string bytes = index(version, oid_size, {".env", "a/.env", "zz"});
      for (const char* name : {".env", "a/.env", "zz"}) CHECK(index_has(bytes, name));
      for (const char* name : {"env", "a", "z", "b/.env", ""}) CHECK_FALSE(index_has(bytes, name));
      for (std::size_t size = 0; size < bytes.size(); ++size) index_has(bytes.substr(0, size), "zz"); // reads nothing beyond
    }
  CHECK_FALSE(index_has("", ".env"));
  CHECK_FALSE(index_has(index(5, 20, {".env"}), ".env"));
}
