// SPDX-License-Identifier: MIT
#include "base/base64.h"
#include "runtime/ssh_decision.h"
#include "support/catch.h"

namespace psbc::runtime {
namespace {

using Kind = SshDecision::Kind;

// Made by ssh-keygen, with the fingerprints that `ssh-keygen -l` shows.
const std::string key = *base::decode_base64("AAAAC3NzaC1lZDI1NTE5AAAAIJWWfM5tPlodDnt7ktaIjSIHSnzsLiu+SNgzAauFBvv0");
const std::string key_print = "SHA256:I3P4fJdxb+usnD2hcq/KG/QfcrL+ec485PINQPxkjoA";
const std::string certificate = *base::decode_base64(
    "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIMx+5wi4aqagX+lWxq1c068zfUQWCQQmaQ1z8R2Qm4pGAAAAIJWWfM5tPlodDnt7ktaIjSIHSnzsLiu+"
    "SNgzAauFBvv0AAAAAAAAAAAAAAABAAAAAmlkAAAABwAAAANkZXYAAAAAAAAAAP//////////AAAAAAAAAIIAAAAVcGVybWl0LVgxMS1mb3J3YXJkaW5nAAAAAAAAABdwZXJtaXQt"
    "YWdlbnQtZm9yd2FyZGluZwAAAAAAAAAWcGVybWl0LXBvcnQtZm9yd2FyZGluZwAAAAAAAAAKcGVybWl0LXB0eQAAAAAAAAAOcGVybWl0LXVzZXItcmMAAAAAAAAAAAAAADMAAAAL"
    "c3NoLWVkMjU1MTkAAAAgJ5SzpOjMQObG0jc371Q95QdoOqjP+kCVNCxoOQzeYacAAABTAAAAC3NzaC1lZDI1NTE5AAAAQEjBG7akzAQiPud4BVHQKq9dZ1L/QMDp1caPmtcP2LyG"
    "a+8mVH3USiWHr1zMm4I/7grdTrUP8ELMpyUa8ThiEgc=");
const std::string other = ssh_string("ssh-ed25519") + ssh_string(std::string(32, 'o'));
const std::string host = ssh_string("ssh-ed25519") + ssh_string(std::string(32, 'h'));
const std::string session(32, 's');

emit::SshPlan grants() {
  return {.hosts = {{.text = "git@github.com", .login = "git", .keys = {host}}}, .signing = true, .keys = {key_print}, .namespaces = {"git"}};
}
SshBinding bound() { return {.host_key = host, .session = session}; }

std::string sign(const std::string& blob, const std::string& data, std::uint32_t flags = 0) {
  return '\x0d' + ssh_string(blob) + ssh_string(data) + ssh_u32(flags);
}
std::string login(const std::string& blob, const std::string& at = session, const std::string& user = "git") {
  return ssh_string(at) + '\x32' + ssh_string(user) + ssh_string("ssh-connection") + ssh_string("publickey") + '\x01' + ssh_string("ssh-ed25519") +
         ssh_string(blob);
}
std::string login_at(const std::string& host_key) {
  return ssh_string(session) + '\x32' + ssh_string("git") + ssh_string("ssh-connection") + ssh_string("publickey-hostbound-v00@openssh.com") + '\x01' +
         ssh_string("ssh-ed25519") + ssh_string(key) + ssh_string(host_key);
}
std::string signature(const std::string& name, const std::string& hash = std::string(64, 'x'), const std::string& algorithm = "sha512") {
  return "SSHSIG" + ssh_string(name) + ssh_string("") + ssh_string(algorithm) + ssh_string(hash);
}
std::string bind_to(const std::string& host_key, const std::string& at, char forwarding = 0) {
  return '\x1b' + ssh_string("session-bind@openssh.com") + ssh_string(host_key) + ssh_string(at) + ssh_string("signature") + forwarding;
}

Refusal why(const std::string& message, const SshBinding& binding = bound(), const emit::SshPlan& plan = grants()) {
  const SshDecision decision = decide(message, plan, binding);
  CHECK((decision.kind == Kind::refuse) == (decision.refusal != Refusal::none));
  return decision.refusal;
}

TEST_CASE("a fingerprint is the one that ssh-add shows, of a certificate that of its key") {
  CHECK(fingerprint(key) == key_print);
  CHECK(fingerprint(certificate) == key_print);
  CHECK(plain_key(certificate) == key);
  for (const std::string& broken : {std::string(), std::string("x"), ssh_string(""), ssh_string("a b"), ssh_string("unknown-cert-v01@openssh.com"),
                                    certificate.substr(0, 60)})
    CHECK(fingerprint(broken).empty());
}

TEST_CASE("a login with a granted key to the bound host is signed, with or without hostbound") {
  CHECK(why(sign(key, login(key))) == Refusal::none);
  CHECK(why(sign(key, login_at(host))) == Refusal::none);
  CHECK(why(sign(key, login(certificate))) == Refusal::none); // ssh with a certificate's file and the key in the agent
  CHECK(decide(sign(key, login(key)), grants(), bound()).purpose == "sign in to git@github.com as git");
  CHECK(decide(sign(key, login(key)), grants(), bound()).key == key_print);
}

TEST_CASE("a login is refused without the session, host, name or key that it is for") {
  CHECK(why(sign(other, login(other))) == Refusal::other_key);
  CHECK(why(sign(key, login(other))) == Refusal::not_recognised);
  CHECK(why(sign(key, login(key)), {}) == Refusal::not_bound);
  CHECK(why(sign(key, login(key, std::string(32, 't')))) == Refusal::not_bound);
  CHECK(why(sign(key, login_at(other))) == Refusal::not_bound);
  CHECK(why(sign(key, login(key)), {.host_key = other, .session = session}) == Refusal::other_host);
  CHECK(why(sign(key, login(key, session, "root"))) == Refusal::other_login);
  emit::SshPlan plan = grants();
  plan.hosts.clear();
  CHECK(why(sign(key, login(key)), bound(), plan) == Refusal::other_host);
  plan.any_host = true; // any of what the project asks for, and it asks for none
  CHECK(why(sign(key, login(key)), {}, plan) == Refusal::other_host);
  plan.hosts = grants().hosts;
  CHECK(why(sign(key, login(key)), {}, plan) == Refusal::none);
}

TEST_CASE("a signature is for a granted namespace, whole, and only where signing is granted") {
  CHECK(why(sign(key, signature("git")), {}) == Refusal::none);
  CHECK(why(sign(key, signature("git", std::string(32, 'x'), "sha256"), 4), {}) == Refusal::none);
  CHECK(why(sign(key, signature("file")), {}) == Refusal::other_namespace);
  for (const std::string& data : {std::string(), std::string("anything"), std::string("SSHSIG"), signature("git") + "x", signature("git", "short"),
                                  signature("git", std::string(20, 'x'), "sha1"), signature(""), login(key) + "x", login(key).substr(1)})
    CHECK(why(sign(key, data)) == Refusal::not_recognised);
  emit::SshPlan plan = grants();
  plan.signing = false;
  CHECK(why(sign(key, signature("git")), {}, plan) == Refusal::no_signing);
}

TEST_CASE("nothing but list, sign and session-bind reaches the agent") {
  for (int type = 0; type < 256; ++type) {
    const std::string message(1, static_cast<char>(type));
    const SshDecision decision = decide(message, grants(), bound());
    CHECK((decision.kind == Kind::list) == (type == 11));
    if (type != 11) CHECK(decision.answer == agent_frame(AgentMessage::failure));
  }
  CHECK(why('\x1b' + ssh_string("query")) == Refusal::not_offered);
  CHECK(why("") == Refusal::malformed);
  CHECK(why("\x0b\x01") == Refusal::malformed);
  CHECK(why(sign(key, login(key), 1)) == Refusal::malformed);
  CHECK(why(sign(key, login(key)) + "x") == Refusal::malformed);
  const std::string whole = sign(key, login(key));
  for (std::size_t size = 0; size < whole.size(); ++size) CHECK(why(whole.substr(0, size)) != Refusal::none);
}

TEST_CASE("one session is bound to a connection; a forwarded one, or a second, poisons it") {
  const SshDecision first = decide(bind_to(host, session), grants(), {});
  CHECK(first.kind == Kind::bind);
  CHECK(first.bound.host_key == host);
  CHECK(first.bound.session == session);
  CHECK(decide(bind_to(host, session), grants(), bound()).kind == Kind::bind); // again is no other
  for (const SshDecision& decision : {decide(bind_to(host, session, 1), grants(), {}), decide(bind_to(other, session), grants(), bound()),
                                      decide(bind_to(host, "other"), grants(), bound())}) {
    CHECK(decision.kind == Kind::refuse);
    CHECK(decision.poison);
  }
  for (const std::string& broken : {bind_to("", session), bind_to(host, ""), bind_to(host, session, 2), bind_to(host, session) + "x"})
    CHECK(why(broken, {}) == Refusal::malformed);
  SshBinding poisoned = bound();
  poisoned.poisoned = true;
  for (const std::string& message : {sign(key, login(key)), sign(key, signature("git")), bind_to(host, session), std::string("\x0b")})
    CHECK(why(message, poisoned) == Refusal::forwarded);
  CHECK(decide("\x0b", grants(), poisoned).answer == write_identities({}));
}

TEST_CASE("of the agent's keys the granted ones are left, in the order of the grants") {
  const std::string third = ssh_string("ssh-ed25519") + ssh_string(std::string(32, 't'));
  emit::SshPlan plan = grants();
  plan.keys = {fingerprint(third), key_print};
  const std::string all = write_identities({{other, "a"}, {certificate, "b"}, {key, "c"}, {third, "d"}}).substr(4);
  CHECK(filter_identities(all, plan) == write_identities({{third, "d"}, {certificate, "b"}, {key, "c"}}));
  for (const std::string& broken : {std::string("\x05"), all.substr(0, all.size() - 1), all + "x", std::string("\x0c\xff\xff\xff\xff"), std::string("\x0c")})
    CHECK(filter_identities(broken, plan) == agent_frame(AgentMessage::failure));
}

TEST_CASE("what a user reads about a refusal is a sentence, and silence about what is no news") {
  for (const Refusal refusal : {Refusal::none, Refusal::not_offered, Refusal::malformed, Refusal::other_key}) CHECK(sentence(refusal).empty());
  for (auto at = static_cast<int>(Refusal::forwarded); at <= static_cast<int>(Refusal::declined); ++at) CHECK_FALSE(sentence(static_cast<Refusal>(at)).empty());
}

} // namespace
} // namespace psbc::runtime
