// SPDX-License-Identifier: MIT
#include "base/token_forms.h"

#include <algorithm>

#include "base/catalogue.h"
#include "support/catch.h"

using namespace psbc::base;

namespace {

/// Letters and digits of an alphabet, which no rule takes for a placeholder.
std::string random_like(std::size_t size, Alphabet alphabet) {
  const std::string_view letters = alphabet == Alphabet::hex     ? "0a1b2c3d4e5f6789"
                                   : alphabet == Alphabet::upper ? "A1B2C3D4E5F6G7H8"
                                                                 : "a1B2c3D4e5F6g7H8i9J0";
  std::string out;
  while (out.size() < size) out += letters.substr(0, size - out.size());
  return out;
}

std::string example(const TokenForm& form) { return std::string(form.prefix) + random_like(form.min_rest, form.alphabet); }

/// The text of the only token; empty when there is none.
std::string only_token(std::string_view text) {
  const auto found = find_token(text);
  if (!found) return {};
  CHECK(!find_token(text, found->end));
  return std::string(text.substr(found->begin, found->end - found->begin));
}

} // namespace

TEST_CASE("each form of the catalogue is found, wherever the token stands, and near misses are not") {
  REQUIRE(token_form_count() > 150);
  std::string_view previous;
  for (std::size_t i = 0; i < token_form_count(); ++i) {
    const auto form = token_form(i);
    CAPTURE(form.prefix);
    CHECK(previous < form.prefix); // sorted, unique: the search goes by the first letter
    previous = form.prefix;
    const auto token = example(form);
    for (const auto& text : {token, "x = '" + token + "'", "curl -d @" + token + ";", "  # " + token + " old", "https://" + token + "@host/"}) {
      CHECK(only_token(text) == token);
      const auto redacted = redact(text);
      CHECK(redacted.size() == text.size());
      CHECK(redacted.find(token.substr(form.prefix.size())) == std::string::npos);
      CHECK(!find_token(redacted));
    }
    CHECK(service(form.service).title.size() > 1);
    CHECK(!find_token("x" + token));                             // inside of a longer word
    CHECK(!find_token(token.substr(0, token.size() - 1) + "!")); // too short
    CHECK(!find_token(std::string(form.prefix) + std::string(form.min_rest, 'x')));
    CHECK(!find_token(form.prefix));
  }
}

TEST_CASE("a longer token is one token to its end") {
  const std::string text = "a ghp_" + random_like(255, Alphabet::word) + " b";
  const auto found = find_token(text);
  REQUIRE(found);
  CHECK(found->begin == 2);
  CHECK(found->end == text.size() - 2);
  CHECK(found->form.what == "GitHub token");
}

TEST_CASE("where one prefix begins another, the longer one says what it is") {
  const auto found = find_token("sk-or-v1-" + random_like(64, Alphabet::hex));
  REQUIRE(found);
  CHECK(found->form.what == "OpenRouter key");
}

TEST_CASE("what a line assigns to a credential's name is masked, whatever it looks like; where one is stays") {
  const std::string plain = "0a1b2c3d4e5f";
  const std::string masked(plain.size(), '*');
  for (const char* key : {"WANDB_API_KEY = ", "tokens.X_TOKEN=", "\"DB_PASSWORD\" = ", "from = ", "set.client_secret = "})
    for (const char* quote : {"\"", "'", "\"\"\""})
      CHECK(redact_line(key + (quote + plain) + quote + " # c") == key + (quote + masked) + quote + " # c");
  CHECK(redact_line("from = \"" + plain) == "from = \"" + masked);
  for (const char* harmless : {"from = \"pass:hf/readonly\"", "from = \"secret-tool:a=b\"", "KEY_FILE = \"0a1b2c3d4e5f\"", "from = \"~/.secrets/token\"", "tokens = [\"HF_TOKEN\"]",
                               "kind = \"0a1b2c3d4e5f\"", "API_KEY = 123456789", "API_KEY =", "API_KEY = \"", "from = \"op://a/b/c\"", "token = \"changeme\""})
    CHECK(redact_line(harmless) == harmless);
}

TEST_CASE("redaction keeps the vendor's letters and every column, and harmless text as it is") {
  const auto token = "hf_" + random_like(34, Alphabet::alnum);
  CHECK(redact("k = \"" + token + "\"") == "k = \"hf_" + std::string(34, '*') + "\"");
  CHECK(redact("https://me:hunter2@host/x") == "https://me:*******@host/x");
  CHECK(redact("postgres://u:p%40ss@db, redis://:pw12@h") == "postgres://u:******@db, redis://:****@h");
  for (const std::string_view harmless :
       {"", "https://host:8080/a@b", "https://user:$PASS@host/", "git@github.com:me/x.git", "sk-learn-is-not-a-key-but-a-name",
        "hf_hub_download_of_a_long_function_name", "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "123e4567-e89b-12d3-a456-426614174000", "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
        "AKIA_IS_A_PREFIX", "\xff\xfe\x00glpat-", "the quick brown fox, 42 times", "/usr/lib/python3.11/site-packages/numpy/core/_multiarray_umath.so"}) {
    CAPTURE(harmless);
    CHECK(redact(harmless) == harmless);
  }
}

TEST_CASE("hostile text costs no more than its length, and nothing is read beyond its end") {
  // Quadratic time on a megabyte would be noticed as a timeout of the run.
  for (const std::string_view unit : {"eyJ.", "eyJxxxx.", "sk-", "sk-ant-", "a.", "://", "://a:b", "://u:pass1@", "hf_", "glc_=", "\xff", "x", "-", "AKIA/"}) {
    std::string text;
    while (text.size() < 1024 * 1024) text += unit;
    CAPTURE(unit);
    CHECK(redact(text).size() == text.size());
  }
  // Every prefix, cut at each length, at the very end of the text: the sanitizers' build would see an overrun.
  for (std::size_t i = 0; i < token_form_count(); ++i) {
    const auto token = example(token_form(i));
    for (std::size_t size = 0; size < token.size(); ++size) {
      const std::string cut(token.begin(), token.begin() + static_cast<std::ptrdiff_t>(size));
      const auto found = find_token(cut);
      CHECK((!found || found->end == size)); // a shorter form may be the start of a longer one
    }
  }
  // Bytes of every kind in front, behind and inside.
  std::uint32_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0; i < 64; ++i) {
      state = state * 1664525U + 1013904223U;
      const auto form = token_form(state % token_form_count());
      text += (state >> 16U) % 3 == 0 ? std::string(form.prefix) : std::string(1, static_cast<char>(state >> 24U));
    }
    for (auto found = find_token(text); found; found = find_token(text, found->end)) {
      REQUIRE(found->begin < found->end);
      REQUIRE(found->end <= text.size());
    }
    REQUIRE(redact(text).size() == text.size());
  }
}
