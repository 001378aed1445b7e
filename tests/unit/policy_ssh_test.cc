// SPDX-License-Identifier: MIT
#include "base/base64.h"
#include "policy/known_hosts.h"
#include "support/lowered.h"
#include "support/catch.h"

namespace psbc::policy {
namespace {

const std::string key_text = "AAAAC3NzaC1lZDI1NTE5AAAAIJWWfM5tPlodDnt7ktaIjSIHSnzsLiu+SNgzAauFBvv0";
const std::string key = "ssh-ed25519 " + key_text;
const std::string other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICeUs6TozEDmxtI3N+9UPeUHaDqoz/pAlTQsaDkM3mGn";
// `ssh-keygen -H` of github.com and of [git.example.org]:2222.
const std::string hashed = "|1|gph2to7bAW864zMvqI1K43Bszm4=|mXBxQIJSqdSId50YQL02m6sJ0T0= " + key +
                           "\n|1|qVpdmO7nyJ5318O/9lKc0cUY6OA=|8ylJTPZiNJet2Ssa4F66Ea43g+w= " + key + "\n";

std::size_t found(const std::string& text, const std::string& host) { return known_keys(text, host).size(); }

TEST_CASE("known_hosts is read as ssh reads it") {
  CHECK(known_keys("# x\n\n  github.com\t" + key + " comment\n", "github.com") ==
        std::vector<HostKey>{{.type = "ssh-ed25519", .text = key_text, .blob = *base::decode_base64(key_text)}});
  CHECK(found(hashed, "github.com") == 1);
  CHECK(found(hashed, known_host_name("git.example.org", 2222)) == 1);
  CHECK(found(hashed, "git.example.org") == 0);
  CHECK(found(hashed, "gitlab.com") == 0);
  CHECK(found("GitHub.com,1.2.3.4 " + key, "github.com") == 1);
  CHECK(found("*.example.org,!bad.example.org " + key, "git.example.org") == 1);
  CHECK(found("*.example.org,!bad.example.org " + key, "bad.example.org") == 0);
  CHECK(found("g?t* " + key, "github.com") == 1);
  CHECK(found("github " + key, "github.com") == 0);
  CHECK(found(std::string(64, '*') + "x " + key, std::string(200, 'y')) == 0);
  CHECK(found("h " + key + "\nh " + key + "\nh " + other + "\n", "h") == 2);
}

TEST_CASE("a revoked key, an authority's and a damaged line are no key of a host") {
  CHECK(found("h " + key + "\n@revoked * " + key + "\n", "h") == 0);
  CHECK(found("@revoked h " + key + "\nh " + other, "h") == 1);
  CHECK(found("@cert-authority h " + key, "h") == 0);
  for (const std::string& line : {std::string("h"), std::string("h ssh-ed25519"), "h ssh-ed25519 ???" + std::string(), "|1|x|y " + key, "|2|a|b " + key, std::string("@revoked")}) CHECK(found(line, "h") == 0);
}

struct Asks : test::Machine {
  Asks() {
    fs.file("/home/u/.ssh/known_hosts", hashed).directory("/home/u/code/lab/.git");
    project.ssh.hosts = {said("git@github.com"), said("git.example.org:2222")};
    project.ssh.signing = {.value = true, .span = said("signing = true").span};
  }
  void grant(const char* root, std::vector<std::string> keys) {
    config::ProjectSettings grants{.root = said(root), .tokens = {}, .ssh = {}};
    grants.ssh.keys.emplace();
    for (const std::string& one : keys) grants.ssh.keys->push_back(said(one));
    user.projects.push_back(grants);
  }
  std::string file(const Policy& policy, const std::string& path) {
    for (const HomeFile& home_file : policy.home_files)
      if (home_file.path == path) return home_file.content;
    return {};
  }
};

TEST_CASE("hosts are held by the keys that known_hosts has now, and ssh inside knows just these") {
  Asks m;
  m.grant("~/code/lab", {"SHA256:a"});
  const auto policy = m.lower();
  REQUIRE(policy);
  CHECK(m.codes().empty());
  REQUIRE(policy->ssh.hosts.size() == 2);
  CHECK(policy->ssh.hosts[0].login == "git");
  CHECK(policy->ssh.hosts[1].name == "git.example.org");
  CHECK(policy->ssh.hosts[1].port == 2222);
  CHECK(policy->ssh.hosts[1].keys == std::vector<std::string>{*base::decode_base64(key_text)});
  CHECK(policy->ssh.namespaces == std::vector<std::string>{"git"});
  CHECK(m.file(*policy, ".ssh/known_hosts").ends_with("github.com " + key + "\n[git.example.org]:2222 " + key + "\n"));
  CHECK(m.file(*policy, ".ssh/config").find("StrictHostKeyChecking yes") != std::string::npos);
}

TEST_CASE("a key is granted to a root, by its own path and no other name") {
  for (const char* root : {"~/code/other", "~/code", "~/code/lab/sub", "lab", "~/code/lab/link"}) {
    Asks m;
    m.fs.link("/home/u/code/lab/link", "/home/u/code/lab");
    m.grant(root, {"SHA256:a"});
    const auto policy = m.lower();
    REQUIRE(policy);
    CHECK(policy->ssh.keys.empty());
    CHECK(policy->ssh.is_asked());
    CHECK(m.file(*policy, ".ssh/config").empty());
  }
  for (const char* root : {"~/code/lab", "/home/u/code/lab", "~/code/lab/", "~/link"}) {
    Asks m;
    m.fs.link("/home/u/link", "/home/u/code/lab");
    m.grant(root, {"SHA256:a"});
    CHECK(m.lower()->ssh.keys == std::vector<std::string>{"SHA256:a"});
  }
  Asks declined;
  declined.grant("~/code/lab", {});
  CHECK(declined.lower()->ssh.declined);
}

TEST_CASE("a host whose key is not known is said, and held by nothing") {
  Asks m;
  m.project.ssh.hosts.push_back(m.said("root@[::1]:22"));
  m.grant("~/code/lab", {"SHA256:a"});
  const auto policy = m.lower();
  CHECK(m.codes() == std::vector<std::string>{"unknown-ssh-host"});
  CHECK(policy->ssh.hosts[2].name == "::1");
  CHECK(policy->ssh.hosts[2].keys.empty());
  // A file that a session could have put there decides nothing.
  Asks planted;
  planted.fs.link("/etc/ssh/ssh_known_hosts", "/home/u/code/lab/mine").link("/home/u/code/lab/mine", "/etc/hosts").file("/etc/hosts", "github.com " + other);
  planted.fs.file("/home/u/.ssh/known_hosts", "");
  planted.grant("~/code/lab", {"SHA256:a"});
  CHECK(planted.lower()->ssh.hosts[0].keys.empty());
}

TEST_CASE("what does not ask gets nothing, and costs nothing") {
  test::Machine m;
  m.fs.file("/home/u/.ssh/known_hosts", hashed);
  const auto policy = m.lower();
  CHECK_FALSE(policy->ssh.is_asked());
  for (const HomeFile& file : policy->home_files) CHECK_FALSE(file.path.starts_with(".ssh"));
  CHECK(dump(*policy).find("ssh") == std::string::npos);
}

TEST_CASE("git signs inside with an ssh key of which only the public half is told") {
  Asks m;
  m.grant("~/code/lab", {"SHA256:a"});
  m.fs.file("/home/u/keys/id.pub", key + " work\n").file("/home/u/keys/id", "private");
  const auto config = [&](const std::string& text) {
    m.fs.file("/home/u/.gitconfig", text);
    return m.file(*m.lower(), ".gitconfig");
  };
  const std::string literal = "[gpg]\n\tformat = ssh\n[user]\n\tsigningkey = \"key::" + key + "\"\n";
  for (const std::string value : {"~/keys/id.pub", "~/keys/id", "/home/u/keys/id.pub"})
    CHECK(config("[gpg]\nformat=ssh\n[user]\nsigningkey=" + value).ends_with(literal));
  CHECK(config("[gpg]\nformat=ssh\n[user]\nsigningkey=\"key::" + key + "\"\n[commit]\ngpgsign\n").ends_with(literal + "[commit]\n\tgpgsign = true\n"));
  CHECK(config("[gpg]\nformat=ssh\n[user]\nsigningkey=\"" + key + " me\"\n[tag]\ngpgsign=on\n").ends_with(literal + "[tag]\n\tgpgsign = true\n"));
  for (const std::string value : {"ABCDEF", "~/keys/none", "key::x y", "\"key::ssh-ed25519 AAAA\\\"\\n[core]\""}) {
    const std::string out = config("[gpg]\nformat=ssh\n[user]\nsigningkey=" + value);
    CHECK(out.ends_with("[gpg]\n\tformat = ssh\n[gpg \"ssh\"]\n\tdefaultKeyCommand = ssh-add -L\n"));
    CHECK(out.find("signingkey") == std::string::npos);
  }
  CHECK(m.lower()->remarks.empty());
}

TEST_CASE("commits that are signed outside alone are a remark, not a silence") {
  test::Machine m;
  m.fs.file("/home/u/.gitconfig", "[commit]\ngpgsign = true\n[user]\nsigningkey = ABCDEF\n");
  CHECK(m.lower()->remarks.empty()); // there is no repository
  m.fs.directory("/home/u/code/lab/.git");
  REQUIRE(m.lower()->remarks.size() == 1);
  CHECK(m.lower()->remarks[0].find("OpenPGP") != std::string::npos);
  m.fs.file("/home/u/.gitconfig", "[commit]\ngpgsign = false\n");
  CHECK(m.lower()->remarks.empty());
}

} // namespace
} // namespace psbc::policy
