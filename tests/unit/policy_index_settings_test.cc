// SPDX-License-Identifier: MIT
#include "policy/index_settings.h"

#include "base/url.h"
#include "support/catch.h"

using namespace psbc;
using policy::carry_settings;
using policy::Syntax;

TEST_CASE("what stands before a host is left out of addresses, and nothing else") {
  const std::pair<const char*, const char*> table[] = {
      {"https://pypi.org/simple/", "https://pypi.org/simple/"},
      {"https://u:p@h/simple", "https://h/simple"},
      {"https://token@h:8443/simple", "https://h:8443/simple"},
      {"https://u:p@ss@h/", "https://h/"},
      {"x = \"https://u:p@h/a\" # y@z", "x = \"https://h/a\" # y@z"},
      {"a=https://u:p@h/ https://v:q@i/", "a=https://h/ https://i/"},
      {"https://h/a@b", "https://h/a@b"},
      {"name=https://u:p@h/x", "name=https://h/x"},
      {"://@", "://"}, {"", ""}};
  for (const auto& [text, clean] : table) CHECK(base::without_userinfo(text) == clean);
  for (const char* proxy : {"http://u:p@h:3128", "u:p@h:3128", "http://u@h"}) CHECK(base::has_userinfo(proxy));
  for (const char* proxy : {"http://h:3128", "h:3128", "", "http://h/@x"}) CHECK_FALSE(base::has_userinfo(proxy));
  CHECK(base::url_host("https://u:p@PyPI.org:443/x") == "pypi.org");
}

TEST_CASE("settings of indexes are carried, without passwords, comments and all else") {
  const auto pip = carry_settings("# https://a:b@c/\n[global]\nindex_url = https://dev:hunter2@pypi.acme.example/simple/\nuser = true\n"
                                  "extra-index-url =\n    https://x:y@one.example/\n    https://two.example/\npassword = hunter2\n[install]\ntrusted-host: pypi.acme.example\n",
                                  Syntax::ini);
  CHECK(pip.text == "[global]\nindex_url = https://pypi.acme.example/simple/\nextra-index-url =\n    https://one.example/\n    https://two.example/\n[install]\ntrusted-host: pypi.acme.example\n");
  CHECK(pip.passwords == std::vector<std::uint32_t>{3, 6});
  CHECK(pip.secrets.empty());

  const auto uv = carry_settings("cache-dir = \"/x\"\nextra-index-url = [\n  \"https://u:p@a/\",\n  \"https://b/\",\n]\n[[index]]\n  name = \"acme\"\n  url = \"https://u:p@c/\"\n  password = \"hunter2\"\ndefault = true\n", Syntax::toml);
  CHECK(uv.text == "extra-index-url = [\n  \"https://a/\",\n  \"https://b/\",\n]\n[[index]]\n  name = \"acme\"\n  url = \"https://c/\"\ndefault = true\n");

  const auto conda = carry_settings("channels:\n  - https://conda.example/t/tk-123-abc/acme\n  - defaults\nenvs_dirs:\n- ~/x\ncustom_channels:\n  acme: https://u:p@conda.example/\nanaconda_upload: true\n", Syntax::yaml);
  CHECK(conda.text == "channels:\n  - https://conda.example/acme\n  - defaults\ncustom_channels:\n  acme: https://conda.example/\n");

  const auto pdm = carry_settings("[pypi]\nurl = \"https://u:p@h/\"\nusername = \"u\"\npassword = \"hunter2\"\n\"pypi.extra.url\" = \"https://e/\"\n", Syntax::toml);
  CHECK(pdm.text == "[pypi]\nurl = \"https://h/\"\n\"pypi.extra.url\" = \"https://e/\"\n");
}

TEST_CASE("a secret that is no password of an address carries nothing") {
  for (const char* line : {"index-url = https://u:pa/ss@h/simple/", "index-url = https://h/simple?token=ghp_0123456789abcdefghijABCDEFGHIJ012345",
                           "index-url = https://pypi.fury.io/secret/me/", "index-url = https://dl.cloudsmith.io/secret/acme/repo/python/simple/",
                           "index-url = https://h/3yNqzXq8sVvPpHcL1aT7/simple/", "find-links = https://h/x?sig=3yNqzXq8sVvPpHcL1aT7",
                           "find-links = https://h/ghp_0123456789abcdefghijABCDEFGHIJ012345/"}) {
    INFO(line);
    CHECK_FALSE(carry_settings(std::string("[global]\n") + line + "\n", Syntax::ini).secrets.empty());
  }
  std::string carried;
  CHECK(policy::carry_addresses("https://u:p@a/ b=https://h:8080/x@y", carried));
  CHECK(carried == "https://a/ b=https://h:8080/x@y");
  CHECK_FALSE(policy::carry_addresses("https://h/ghp_0123456789abcdefghijABCDEFGHIJ012345/simple", carried));
}

TEST_CASE("an address that only looks long is carried, and a setting in any spelling") {
  for (const char* address : {"https://acme.jfrog.io/artifactory/api/pypi/pypi-virtual-2024-production/simple", "https://pypi.fury.io/me/",
                              "https://pkgs.dev.azure.com/org/0f7a2b1c-3d4e-4f5a-8b6c-7d8e9f0a1b2c/_packaging/feed/pypi/simple/",
                              "https://dl.cloudsmith.io/public/acme/repo/python/simple/", "https://dl.cloudsmith.io/basic/acme/repo/python/simple/",
                              "https://h/MyCompanyPython3Packages2024Q3/simple", "https://download.pytorch.org/whl/nightly/cu121",
                              "https://h/a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0/x", "https://h/simple?format=json"}) {
    INFO(address);
    std::string carried;
    CHECK(policy::carry_addresses(address, carried));
    CHECK(carried == address);
  }
  for (const char* line : {"pypi-url = https://a/\n", "only-binary = :all:\n"}) CHECK(carry_settings(line, Syntax::ini).text == line);
  for (const char* line : {"exclude-newer = \"7 days\"\n", "'index-url' = 'https://a/'\n"}) CHECK(carry_settings(line, Syntax::toml).text == line);
  for (const char* line : {"'channels':\n- https://a/\n", "allowlist_channels:\n  - https://a/\n"}) CHECK(carry_settings(line, Syntax::yaml).text == line);
  CHECK(carry_settings("---\nchannels: [a]\n...\n", Syntax::yaml).unclear.empty());
  CHECK(carry_settings("{channels: [https://a/]}\n", Syntax::yaml).unclear == std::vector<std::uint32_t>{1});
}
