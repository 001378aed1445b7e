// SPDX-License-Identifier: MIT
#include "base/base64.h"
#include "base/digest.h"
#include "base/sha1.h"
#include "support/catch.h"

namespace psbc::base {
namespace {

std::string hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes)
    for (const unsigned digit : {static_cast<unsigned char>(c) / 16U, static_cast<unsigned char>(c) % 16U}) out += "0123456789abcdef"[digit];
  return out;
}

TEST_CASE("base64 is that of RFC 4648") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(encode_base64(bytes) == text);
    CHECK(decode_base64(text) == bytes);
    CHECK(decode_base64(text + std::string((4 - text.size() % 4) % 4, '=')) == bytes);
  }
  for (const char* wrong : {"Z", "Zm9vY", "Zh", "Zm9=v", "Zm 9v", "Zg===", "Zm9v\n", "-_"}) CHECK_FALSE(decode_base64(wrong));
}

TEST_CASE("HMAC-SHA1 is that of RFC 2202, SHA-256 that of FIPS 180-4") {
  CHECK(hex(hmac_sha1(std::string(20, '\x0b'), "Hi There")) == "b617318655057264e28bc0b6fb378c8ef146be00");
  CHECK(hex(hmac_sha1("Jefe", "what do ya want for nothing?")) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  CHECK(hex(hmac_sha1(std::string(20, '\xaa'), std::string(50, '\xdd'))) == "125d7342b9ac11cd91a39af48aa17b4f63f175d3");
  CHECK(hex(hmac_sha1(std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data")) ==
        "e8e99d0f45237d786d6bbaa7965c7808bbff1a91");
  CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

} // namespace
} // namespace psbc::base
