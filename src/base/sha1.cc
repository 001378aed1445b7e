// SPDX-License-Identifier: MIT
#include "base/sha1.h"

#include <array>
#include <bit>
#include <cstdint>

namespace psbc::base {
namespace {

constexpr std::size_t block = 64; // bytes

using State = std::array<std::uint32_t, 5>;

void add_block(State& state, std::string_view bytes) {
  std::array<std::uint32_t, 80> w{};
  for (std::size_t i = 0; i < block; ++i) w[i / 4] = w[i / 4] << 8U | static_cast<unsigned char>(bytes[i]);
  for (std::size_t i = 16; i < w.size(); ++i) w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  auto [a, b, c, d, e] = state;
  for (std::size_t i = 0; i < w.size(); ++i) {
    std::uint32_t f = 0, k = 0;
    if (i < 20) f = (b & c) | (~b & d), k = 0x5a827999;
    else if (i < 40) f = b ^ c ^ d, k = 0x6ed9eba1;
    else if (i < 60) f = (b & c) | (b & d) | (c & d), k = 0x8f1bbcdc;
    else f = b ^ c ^ d, k = 0xca62c1d6;
    const std::uint32_t next = std::rotl(a, 5) + f + e + k + w[i];
    e = d, d = c, c = std::rotl(b, 30), b = a, a = next;
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e};
}

std::string sha1(std::string text) {
  const std::uint64_t bits = 8 * static_cast<std::uint64_t>(text.size());
  text += '\x80';
  text.append((2 * block - 8 - text.size() % block) % block, '\0');
  for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(bits >> static_cast<unsigned>(shift) & 0xffU);
  State state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  for (std::size_t at = 0; at < text.size(); at += block) add_block(state, std::string_view(text).substr(at, block));
  std::string out;
  for (const std::uint32_t word : state)
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(word >> static_cast<unsigned>(shift) & 0xffU);
  return out;
}

} // namespace

std::string hmac_sha1(std::string_view key, std::string_view text) {
  std::string inner(key.size() > block ? sha1(std::string(key)) : std::string(key));
  inner.resize(block, '\0');
  std::string outer = inner;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  return sha1(outer + sha1(inner + std::string(text)));
}

} // namespace psbc::base
