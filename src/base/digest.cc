// SPDX-License-Identifier: MIT
#include "base/digest.h"

#include <sodium/crypto_generichash_blake2b.h>

#include <array>

namespace psbc::base {

std::string digest(std::string_view bytes) {
  std::array<unsigned char, 32> hash{};
  crypto_generichash_blake2b(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr, 0);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * hash.size());
  for (const unsigned char byte : hash) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

} // namespace psbc::base
