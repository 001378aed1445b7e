// SPDX-License-Identifier: MIT
#include "config/source_form.h"

#include "config/format.h"
#include "support/catch.h"

namespace psbc::config {
namespace {

std::string words_of(std::string_view text) {
  const SourceForm* const form = source_form(text);
  std::vector<std::string> words;
  if (form == nullptr || !form->words(text.substr(form->prefix.size()), words)) return "refused";
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : "|") + word;
  return joined;
}

TEST_CASE("each short form of a source means the words of its program") {
  CHECK(words_of("env:HF_TOKEN_RO") == "HF_TOKEN_RO");
  CHECK(words_of("file:~/x y") == "~/x y");
  CHECK(words_of("pass:a b") == "pass|show|a b");
  CHECK(words_of("gopass:a") == "gopass|show|-o|a");
  CHECK(words_of("secret-tool:a=b,c=d e") == "secret-tool|lookup|a|b|c|d e");
  CHECK(words_of("keyring:https://u/legacy//me") == "keyring|get|https://u/legacy/|me");
  CHECK(words_of("op://v/i/s/f") == "op|read|op://v/i/s/f");
  CHECK(words_of("bw:id") == "bw|get|password|id");
  CHECK(words_of("vault:kv/a#b") == "vault|kv|get|-field=b|kv/a");
  CHECK(words_of("aws:dev") == "aws|configure|export-credentials|--profile|dev|--format|env-no-export");
  CHECK(words_of("gh:") == "gh|auth|token|--hostname|github.com");
  CHECK(words_of("hf:") == "");
  CHECK(words_of("sops:~/a.yaml#a.b-c") == "sops|--decrypt|--extract|[\"a\"][\"b-c\"]|~/a.yaml");
  CHECK(words_of("age:~/a#~/k") == "age|--decrypt|--identity|~/k|~/a");
  CHECK(words_of("age:~/a") == "age|--decrypt|~/a");
}

TEST_CASE("no word of a source can become an option, a second word or a part of sops' own syntax") {
  for (const char* text : {"pass:-c", "gopass:--x", "bw:", "aws:-x", "gh:-x", "keyring:-x/a", "keyring:a/-x", "keyring:/a", "vault:-x#a",
                           "vault:a#b#c", "secret-tool:-a=b", "secret-tool:a=-b", "secret-tool:a=b,", "secret-tool:a=b=c", "op://a//b",
                           "op:///a/b", "sops:~/a#b\"]", "sops:a#b", "age:~/a#k", "age:~/#~/k", "file:a", "file:~/", "env:1", "ask:x"}) {
    INFO(text);
    CHECK(words_of(text) == "refused");
  }
}

TEST_CASE("every row is told by its prefix, and its shape says how it is written") {
  for (const SourceForm& form : source_forms()) {
    CHECK(source_form(form.prefix) == &form);
    CHECK(form.shape.starts_with(form.prefix));
    CHECK((form.reader == SourceReader::command) == !form.install.empty());
  }
}

} // namespace
} // namespace psbc::config
