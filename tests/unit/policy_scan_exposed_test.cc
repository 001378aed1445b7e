// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.h"
#include "policy/secret_scan.h"
#include "support/catch.h"
#include "support/lowered.h"
#include "trace/recorder.h"

using namespace psbc;
using test::access_of;
using test::Machine;
using Strings = std::vector<std::string>;

namespace {

const std::string token = "hf_a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7";

std::string all_notes(const Machine& m) {
  std::string out;
  for (const auto& diagnostic : m.diagnostics.all())
    for (const auto& note : diagnostic.notes) out += note + "\n";
  return out;
}

} // namespace

TEST_CASE("a file with a secret in an exposed directory is hidden until its owner accepts it") {
  Machine m;
  m.fs.file("/home/u/data/a.txt", "harmless\n").file("/home/u/data/deep/.env", "A=1\nDB_PASSWORD=hunter2secret\n");
  m.fs.file("/home/u/data/notes.md", "x\ntoken " + token + "\n").file("/home/u/data/repo/.git/config", "url = https://me:hunter2secret@host/x\n");
  m.project.readonly = {m.said("~/data")};
  auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/data") == "read-only");
  CHECK(access_of(*policy, "/home/u/data/a.txt").empty());
  for (const char* hidden : {"/home/u/data/deep/.env", "/home/u/data/notes.md", "/home/u/data/repo/.git/config"})
    CHECK(access_of(*policy, hidden) == "hidden");
  CHECK(m.codes() == Strings{"secret-in-exposed-file"});
  const auto notes = all_notes(m);
  CHECK(notes.find("~/data/deep/.env:2: value of a secret name DB_PASSWORD=****") != std::string::npos);
  CHECK(notes.find("~/data/notes.md:2: Hugging Face token hf_****") != std::string::npos);
  CHECK(notes.find("hunter2") == std::string::npos);
  CHECK(notes.find(token.substr(4)) == std::string::npos);

  for (const char* accepted : {"~/data", "~/data/deep"}) {
    m.diagnostics = {};
    m.user.accept_secrets = {m.said(accepted)};
    policy = m.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/home/u/data/deep/.env").empty());
    CHECK(access_of(*policy, "/home/u/data/notes.md") == (std::string_view(accepted) == "~/data" ? "" : "hidden"));
  }
}

TEST_CASE("a large tree is sampled, settings first, and psbc says so") {
  Machine m;
  for (int i = 0; i < 3000; ++i) m.fs.file("/home/u/data/images/" + std::to_string(i) + ".txt", "a cat\n");
  m.fs.file("/home/u/data/images/z.env", "API_TOKEN=hunter2secret\n");
  for (int i = 0; i < 300; ++i) m.fs.directory("/home/u/data/shards/" + std::to_string(i));
  m.project.readonly = {m.said("~/data")};
  m.fs.file("/home/u/data/00.env", "API_TOKEN=hunter2secret\n");
  m.fs.forget();
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/data/00.env") == "hidden");
  CHECK(m.codes() == Strings{"secret-in-exposed-file", "scan-sampled"});
  const auto count = [&](std::string_view question) {
    return std::count_if(m.fs.asked().begin(), m.fs.asked().end(), [&](const std::string& asked) { return asked.starts_with(question); });
  };
  CHECK(count("glance /home/u/data") == 32);
  CHECK(count("peek /home/u/data") == 33); // the settings, and 32 of the others
}

TEST_CASE("settings that are longer than what is looked at are no complete scan, data is") {
  for (const char* name : {"long.env", "long.csv"}) {
    Machine m;
    m.fs.file(std::string("/home/u/data/") + name, std::string(70000, '#') + "\nAPI_TOKEN=hunter2secret\n");
    m.project.readonly = {m.said("~/data")};
    REQUIRE(m.compile());
    CHECK(m.codes() == (std::string_view(name) == "long.env" ? Strings{"scan-sampled"} : Strings{}));
  }
}

TEST_CASE("what an unchanged build asks again about a scanned tree are stamps alone, and none where sessions write") {
  Machine m;
  m.fs.file("/home/u/data/a.ini", "x = 1\n").file("/home/u/data/a.csv", "1\n").file("/home/u/out/b.ini", "x = 1\n").file("/home/u/out/c.ini", "password = hunter2secret\n");
  m.project.readonly = {m.said("~/data")};
  m.project.writable = {m.said("~/out")};
  trace::Facts facts;
  trace::FsRecorder recorder(m.fs, facts);
  const base::Env env(m.variables);
  const auto places = policy::find_places(m.fs, env);
  const auto root = base::AbsPath::literal("/home/u/code/lab");
  REQUIRE(policy::lower({.project = m.project, .user = m.user, .places = *places, .root = root, .config_file = root / ".python-sandbox.toml",
                         .self = base::AbsPath::literal("/usr/bin/psbc"), .fs = recorder, .env = env}, m.diagnostics));
  const auto noted = [&](trace::FactKind kind, std::string_view path) {
    return std::any_of(facts.begin(), facts.end(), [&](const trace::Fact& fact) { return fact.kind == kind && fact.subject == path; });
  };
  CHECK(noted(trace::FactKind::stamp, "/home/u/data"));
  CHECK(noted(trace::FactKind::stamp, "/home/u/data/a.ini"));
  CHECK_FALSE(noted(trace::FactKind::file, "/home/u/data/a.ini"));
  CHECK_FALSE(noted(trace::FactKind::stamp, "/home/u/data/a.csv")); // its directory's is enough
  CHECK_FALSE(noted(trace::FactKind::stamp, "/home/u/out"));
  CHECK_FALSE(noted(trace::FactKind::stamp, "/home/u/out/b.ini"));
  CHECK(noted(trace::FactKind::stamp, "/home/u/out/c.ini")); // to be shown again when the secret is gone
}

TEST_CASE("a directory that may not be listed is a gap where code inside could open it, and none elsewhere") {
  Machine m;
  m.fs.directory("/home/u/data/locked").unreadable("/home/u/data/locked");
  SECTION("writable") {
    m.project.writable = {m.said("~/data")};
    REQUIRE(m.compile());
    CHECK(m.codes() == Strings{"scan-sampled"});
  }
  SECTION("read-only") {
    m.project.readonly = {m.said("~/data")};
    REQUIRE(m.compile());
    CHECK(m.codes().empty());
  }
}

TEST_CASE("links, binary files and what is hidden anyway are not looked at") {
  Machine m;
  m.fs.file("/home/u/secret.env", "API_TOKEN=hunter2secret\n").link("/home/u/data/l.env", "/home/u/secret.env");
  m.fs.file("/home/u/data/b.cfg", std::string("\0password = hunter2secret\n", 26)).file("/home/u/data/p.png", token);
  m.fs.file("/home/u/data/h.env", "API_TOKEN=hunter2secret\n");
  m.project.readonly = {m.said("~/data")};
  m.project.hidden = {m.said("~/data/h.env")};
  REQUIRE(m.compile());
  CHECK(m.codes().empty());
}

TEST_CASE("data and code hold what looks like a setting: only a vendor's token or a key counts there") {
  for (const std::string_view line : {
           "token: a1b2c3d4e5f6a7b8c9", "password,email,hash", "\"api_key\": \"a1b2c3d4e5f6a7b8c9d0\"", "https://u:p4ssword@crawled.example/x",
           "1,0.5,AKIA,hf_,sk-", ">sp|P12345 MKVLAKIAWTRSPQNGKQIMVLAKIA", "session = eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
           "iVBORw0KGgo/cioA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8", "self.token = tokenizer.encode(text)[0]", "AKIAIOSFODNN7EXAMPLE",
           "2026-01-01T00:00:00Z 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "def test_password(): assert password == 'hunter2'",
           "the key -----BEGIN PUBLIC KEY-----", "sk-learn-contrib-estimators-for-tables-and-images", "ACGTACGTNNACGT", "{\"id\": 12, \"caption\": \"a red car\"}",
       }) {
    CAPTURE(line);
    CHECK(policy::scan_data(line).empty());
  }
  for (const std::string& line : {token, "key = '" + token + "'", std::string("-----BEGIN RSA PRIVATE KEY-----"), "//x " + token}) {
    CAPTURE(line);
    CHECK(policy::scan_data(line).size() == 1);
  }
}
