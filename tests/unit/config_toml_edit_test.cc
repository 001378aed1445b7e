// SPDX-License-Identifier: MIT
#include "config/toml_edit.h"

#include <cerrno>

#include "config/words.h"
#include "support/catch.h"

using namespace psbc::config;

namespace {

const TomlPath hf = {"tokens", "HF_TOKEN"};

std::string set(std::string_view text, const TomlPath& path = hf, std::string kind = "\"read\"") {
  const auto out = set_table(text, path, {{"from", "\"pass:new\""}, {"kind", std::move(kind)}, {"as", ""}});
  return out ? *out : "error: " + out.error().cause;
}

std::string removed(std::string_view text, const TomlPath& path = hf) {
  const auto out = remove_table(text, path);
  return out ? *out : "error: " + out.error().cause;
}

} // namespace

TEST_CASE("a table that is not there comes at the end, whatever the file ends with") {
  CHECK(set("") == "[tokens.HF_TOKEN]\nfrom = \"pass:new\"\nkind = \"read\"\n");
  CHECK(set("# mine\nreadonly = []") == "# mine\nreadonly = []\n\n[tokens.HF_TOKEN]\nfrom = \"pass:new\"\nkind = \"read\"\n");
  CHECK(set("[env]\r\npass = []\r\n", hf, "") == "[env]\r\npass = []\r\n\r\n[tokens.HF_TOKEN]\r\nfrom = \"pass:new\"\r\n");
  CHECK(set("[tokens]\nX = { from = \"ask:\" } # x\n").starts_with("[tokens]\nX = { from = \"ask:\" } # x\n\n[tokens.HF_TOKEN]\n"));
  CHECK(set("", {"projects", "~/code/my \"lab\"", "tokens", "X"}, "") ==
        "[projects.\"~/code/my \\\"lab\\\"\".tokens.X]\nfrom = \"pass:new\"\n");
}

TEST_CASE("a table that is there is changed where it stands, comments and formatting kept") {
  CHECK(set("a = 1\n\n# weak\n[tokens.HF_TOKEN] # h\n  from   = 'env:X'  # old\n\n  # after\n[env]\npass = []\n") ==
        "a = 1\n\n# weak\n[tokens.HF_TOKEN] # h\n  from   = \"pass:new\"  # old\n  kind = \"read\"\n\n  # after\n[env]\npass = []\n");
  CHECK(set("[tokens.HF_TOKEN]\nfrom = [\n  \"a\", # b\n  \"c\",\n]\nkind = \"write\"\nas = \"file\"") == "[tokens.HF_TOKEN]\nfrom = \"pass:new\"\nkind = \"read\"\n");
  CHECK(set("[tokens]\nHF_TOKEN = { from = \"ask:\", kind = \"write\", as = \"env\" } # c\nY = { from = \"ask:\" }\n") ==
        "[tokens]\nHF_TOKEN = { from = \"pass:new\", kind = \"read\" } # c\nY = { from = \"ask:\" }\n");
  CHECK(*set_table("[tokens.X]\nfrom = 'a'\nkind = 'read'\n", {"tokens", "X"}, {{"from", "'b'"}, {"kind", ""}, {"as", "'file'"}}) ==
        "[tokens.X]\nfrom = 'b'\nas = 'file'\n");
  CHECK(set("[tokens]\nHF_TOKEN = { from = \"ask:\" }\n") == "[tokens]\nHF_TOKEN = { from = \"pass:new\", kind = \"read\" }\n");
  CHECK(set("[tokens]\nHF_TOKEN = { as = \"file\", from = \"ask:\" }\n", hf, "") == "[tokens]\nHF_TOKEN = { from = \"pass:new\" }\n");
  CHECK(set("tokens.HF_TOKEN.from = \"ask:\"\nkeep_lost = true\n") == "tokens.HF_TOKEN.from = \"pass:new\"\ntokens.HF_TOKEN.kind = \"read\"\nkeep_lost = true\n");
  CHECK(set("[tokens]\nHF_TOKEN.from = \"ask:\"") == "[tokens]\nHF_TOKEN.from = \"pass:new\"\nHF_TOKEN.kind = \"read\"");
  CHECK(set("tokens = { HF_TOKEN = { from = \"ask:\" }, Y = { from = \"ask:\" } }\n") ==
        "tokens = { HF_TOKEN = { from = \"pass:new\", kind = \"read\" }, Y = { from = \"ask:\" } }\n");
  CHECK(set("[\"tokens\".'HF_TOKEN']\nfrom = \"ask:\"\n") == "[\"tokens\".'HF_TOKEN']\nfrom = \"pass:new\"\nkind = \"read\"\n");
}

TEST_CASE("removing takes the table's own lines, and nothing else") {
  CHECK(removed("a = 1\n\n# weak\n[tokens.HF_TOKEN]\nfrom = \"ask:\" # x\n# inner\nkind = \"read\"\n\n[env]\npass = []\n") ==
        "a = 1\n\n# weak\n# inner\n\n[env]\npass = []\n");
  CHECK(removed("a = 1\n\n[tokens.HF_TOKEN]\nfrom = [\n  \"x\",\n]\n\n[env]\npass = []\n") == "a = 1\n\n[env]\npass = []\n");
  CHECK(removed("[tokens.HF_TOKEN]\nfrom = \"ask:\"").empty());
  CHECK(removed("[tokens]\nHF_TOKEN = { from = \"ask:\" } # c\nY = { from = \"ask:\" }\n") == "[tokens]\nY = { from = \"ask:\" }\n");
  CHECK(removed("tokens.HF_TOKEN.from = \"ask:\"\ntokens.HF_TOKEN.kind = \"read\"\nb = 1\n") == "b = 1\n");
  const auto none = remove_table("a = 1\n", hf);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ENOENT);
}

TEST_CASE("a change that would touch anything else is refused, and so is a file with an error") {
  CHECK(removed("tokens = { HF_TOKEN = { from = \"ask:\" }, Y = { from = \"ask:\" } }\n").starts_with("error: "));
  CHECK(set("tokens = { Y = { from = \"ask:\" } }\n").starts_with("error: ")); // cannot be extended by a header
  CHECK(set("tokens = 3\n").starts_with("error: "));
  CHECK(set("a = [\n").starts_with("error: "));
  CHECK(removed("a = \n").starts_with("error: "));
}

TEST_CASE("any text is a basic string, and comes back") {
  for (const std::string_view text : {"", "a\"b\\c", "tab\tnl\nnul\x01 del\x7f", "ü€🐍", "'", "\\u0041"}) {
    const auto out = set_table("", {"x"}, {{"k", toml_string(text)}});
    REQUIRE(out);
    CHECK(*set_table(*out, {"x"}, {{"k", toml_string(text)}}) == *out);
  }
  CHECK(toml_array({"pass", "show", "a \"b\""}) == "[\"pass\", \"show\", \"a \\\"b\\\"\"]");
}
