// SPDX-License-Identifier: MIT
#include "diag/codes.h"

#include <algorithm>
#include <set>
#include <vector>

#include "support/catch.h"

using psbc::diag::Code;

namespace {

const std::vector<Code> all_codes {
#define PSBC_CODE(id, name, ...) Code::name,
#include "diag/codes.def"
#undef PSBC_CODE
};

bool is_kebab_case(std::string_view slug) {
  const bool letters = std::all_of(slug.begin(), slug.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  return letters && !slug.empty() && slug.front() != '-' && slug.back() != '-' &&
         slug.find("--") == std::string_view::npos;
}

} // namespace

TEST_CASE("codes.def is sorted, and ids and slugs are unique and well formed") {
  std::set<std::string_view> slugs;
  std::string_view previous;
  for (const auto code : all_codes) {
    const auto id = psbc::diag::id(code);
    CAPTURE(id);
    CHECK(previous < id); // strictly: no id twice
    previous = id;
    CHECK(id.size() == 6);
    CHECK(id.starts_with("PSB"));
    CHECK(id.find_first_not_of("0123456789", 3) == std::string_view::npos);
    CHECK(is_kebab_case(slug(code)));
    CHECK(slugs.insert(slug(code)).second);
  }
  CHECK(all_codes.size() > 20);
}

TEST_CASE("the C++ name of a code is its slug") {
#define PSBC_CODE(id, name, slug_text, ...)                                                                       \
  {                                                                                                          \
    std::string spelled = #name;                                                                             \
    std::replace(spelled.begin(), spelled.end(), '_', '-');                                                  \
    CHECK(spelled == slug_text);                                                                             \
  }
#include "diag/codes.def"
#undef PSBC_CODE
}
