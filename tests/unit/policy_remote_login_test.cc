// SPDX-License-Identifier: MIT
#include "policy/remote_login.h"

#include "support/catch.h"

namespace psbc::policy {
namespace {

std::string said(const std::optional<RemoteLogin>& login) {
  return login ? login->protocol + " " + login->host + " " + login->user + " " + login->password + " (" + login->written_user + ")" : "none";
}

} // namespace

TEST_CASE("the login of a URL is what git would ask its helpers for") {
  CHECK(said(login_of("https://me:pw@h.example/x.git")) == "https h.example me pw (me)");
  CHECK(said(login_of("http://a%40b:p%3aw@h.example:8080/x")) == "http h.example:8080 a@b p:w (a%40b)");
  CHECK(said(login_of("https://me:p@w@h.example/x@y")) == "https h.example me p@w (me)");
  // A token alone, where it is known which name goes with it.
  CHECK(said(login_of("https://ghp_x@github.com/x")) == "https github.com x-access-token ghp_x ()");
  CHECK(said(login_of("https://hf_x@huggingface.co/x")) == "https huggingface.co hf_user hf_x ()");
  for (const char* none : {"https://token@h.example/x", "https://h.example/x", "ssh://me:pw@h.example/x", "git@h:x", "https://me:p%0aw@h.example/", "https://me:p%zz@h/",
                           "https://me:p%@h/", "https://:pw@h/", "https://me:pw@/x", ""}) {
    CAPTURE(none);
    CHECK(said(login_of(none)) == "none");
  }
}

TEST_CASE("the login is taken out of one line, and git reads all else as before") {
  const std::string text = "[core]\n\tbare = false\n[remote \"a b\"] # n\n\turl = https://me:pw@h/x ; n\n\tpushurl = \"https://u:p@h/y\"\n[branch \"main\"]\n\tremote = https://me:pw@h/x\n";
  REQUIRE(remote_url_at(text, 4));
  CHECK(remote_url_at(text, 4)->remote == "a b");
  CHECK(remote_url_at(text, 4)->url == "https://me:pw@h/x");
  const auto with = [&](std::string from, std::string to) {
    auto out = text;
    return out.replace(out.find(from), from.size(), to);
  };
  CHECK(without_login(text, 4, "") == with("me:pw@", ""));
  CHECK(without_login(text, 4, "me") == with("me:pw@", "me@"));
  CHECK(without_login(text, 5, "") == with("u:p@", ""));
  for (const std::uint32_t line : {1U, 2U, 3U, 6U, 7U, 8U, 99U}) CHECK_FALSE(without_login(text, line, ""));
  CHECK(without_login("[remote \"o\"]\r\n\turl = https://t@h/x\r\n", 2, "") == "[remote \"o\"]\r\n\turl = https://h/x\r\n");
  CHECK(without_login("[remote \"o\"] url = https://t@h/x", 1, "") == "[remote \"o\"] url = https://h/x");
  // Not by changing one value alone: a line that goes on, an escape, a second address on the line.
  CHECK_FALSE(without_login("[remote \"o\"]\n\turl = https://a:b\\\nc@h/x\n", 2, ""));
  CHECK_FALSE(without_login("[remote \"o\"]\n\turl = \"https://a:\\\"b@h/x\"\n", 2, ""));
  CHECK_FALSE(without_login("[remote \"https://u:p@o\"] url = https://t@h/x\n", 1, ""));
}

} // namespace psbc::policy
