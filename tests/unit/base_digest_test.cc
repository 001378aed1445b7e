// SPDX-License-Identifier: MIT
#include "base/digest.h"

#include "support/catch.h"

TEST_CASE("a digest is BLAKE2b-256, as b2sum -l 256 prints it") {
  CHECK(psbc::base::digest("") == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  CHECK(psbc::base::digest("abc") == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  CHECK(psbc::base::digest(std::string(300, 'a')) != psbc::base::digest(std::string(301, 'a')));
}
