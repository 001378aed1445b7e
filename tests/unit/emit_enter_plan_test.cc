// SPDX-License-Identifier: MIT
#include "emit/enter_plan.h"

#include "support/catch.h"

using namespace psbc;

namespace {

emit::EnterPlan sample() {
  return {
      .name = "lab",
      .id = "lab-0123456789ab",
      .home = "/home/dev",
      .project = "/home/dev/code/lab",
      .root = "/home/dev/.local/share/psbc/sandboxes/lab-0123456789ab",
      .session = "/home/dev/.local/state/psbc/builds/lab-0123456789ab/inside",
      .temporary = "/tmp/psbc-1000/0123456789ab",
      .environment = "/home/dev/envs/lab",
      .pass = {"http_proxy"},
      .variables = {{"PIP_CACHE_DIR", "/x y"}, {"EMPTY", ""}},
      .home_files = {{.path = ".gitconfig", .content = std::string("a\0b\n", 4), .block = true, .mode = 0644}},
      .aliases = {{"/home/dev/.config", "dotfiles/config"}},
      .network = config::NetworkAccess::ports,
      .connect = {53, 443},
      .listen = {0, 65535},
      .accept_abstract = true,
      .ssh = {.hosts = {{.text = "git@h", .login = "git", .keys = {std::string("k\0", 2), ""}}, {.text = "x"}},
              .signing = true,
              .keys = {"SHA256:a"},
              .namespaces = {"git"},
              .any_host = true},
      .remarks = {"one"},
      .x11 = true,
      .directories = {"cache", "state"},
      .hidden = {"/home/dev/code/lab/.env"},
      .read_only = {"/home/dev/code/lab/.git/hooks"},
      .pinned = {"/home/dev/code/lab/.git"},
      .writable = {"/home/dev/code/lab"},
  };
}

policy::Origin origin() { return {.where = "psbc", .reason = "test"}; }

policy::Policy sample_policy() {
  const auto path = [](std::string_view text) { return base::AbsPath::literal(text); };
  policy::Policy policy = {.name = "lab",
                           .id = "lab-1",
                           .home = path("/h"),
                           .project = path("/h/lab"),
                           .root = path("/h/root"),
                           .session = path("/h/state/inside"),
                           .temporary = path("/tmp/psbc-1000/0123456789ab"),
                           .environment = path("/h/envs/lab")};
  for (const auto& [access, text] : {std::pair{policy::Access::closed, "/h"}, {policy::Access::writable, "/h/lab"},
                                     {policy::Access::hidden, "/h/lab/.env"}, {policy::Access::pinned, "/h/lab/.git"},
                                     {policy::Access::read_only, "/h/lab/.git/hooks"}})
    policy.rules.push_back({.access = access, .path = path(text), .origin = origin()});
  for (const auto& [name, value] : {std::pair{"PIP_CACHE_DIR", "/h/root/cache/pip"}, {"HISTFILE", "/h/root/state/bash/history"},
                                    {"TOP", "/h/root/top"}, {"ELSEWHERE", "/h/rooted/x/y"}, {"WORD", "always"}})
    policy.variables.push_back({.name = name, .value = value, .origin = origin()});
  policy.home_files.push_back({.path = ".x", .content = "y", .mode = policy::HomeFile::Mode::block, .origin = origin()});
  return policy;
}

} // namespace

TEST_CASE("a plan reads back as it was written") {
  CHECK(emit::parse_enter_plan(emit::serialise(sample())) == sample());
  CHECK(emit::parse_enter_plan(emit::serialise(emit::EnterPlan{})) == emit::EnterPlan{});
}

TEST_CASE("a plan that is cut short anywhere, or longer than it should be, is refused") {
  const std::string whole = emit::serialise(sample());
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(emit::parse_enter_plan(std::string_view(whole).substr(0, size)));
  CHECK_FALSE(emit::parse_enter_plan(whole + '\0'));
}

TEST_CASE("no byte of a plan can be changed into a crash or an absurd allocation") {
  const std::string whole = emit::serialise(sample());
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const char byte : {'\0', '\x01', '\x7f', '\xff'}) {
      std::string damaged = whole;
      damaged[at] = byte;
      const auto plan = emit::parse_enter_plan(damaged);
      if (plan)
        CHECK(emit::serialise(*plan).size() <= whole.size() + 1);
    }
}

TEST_CASE("a plan of another version is refused") {
  std::string other = emit::serialise(sample());
  const std::size_t version = other.find("plan ");
  REQUIRE(version != std::string::npos);
  other[version + 5] = '0';
  CHECK_FALSE(emit::parse_enter_plan(other));
}

TEST_CASE("every rule of a policy lands in the check that fits it") {
  const emit::EnterPlan plan = emit::make_enter_plan(sample_policy());
  CHECK(plan.hidden == std::vector<std::string>{"/h/lab/.env"});
  CHECK(plan.read_only == std::vector<std::string>{"/h/lab/.git/hooks"});
  CHECK(plan.pinned == std::vector<std::string>{"/h/lab/.git"});
  CHECK(plan.writable == std::vector<std::string>{"/h/lab"});
  CHECK(plan.home_files.at(0).block);
}

TEST_CASE("the directory of whatever a variable names in the sandbox's root is made before entry") {
  const emit::EnterPlan plan = emit::make_enter_plan(sample_policy());
  CHECK(plan.directories == std::vector<std::string>{"cache", "envs", "home", "state", "state/bash"});
}

TEST_CASE("the session file names the sandbox and nothing else reads as one") {
  const emit::InsideSession session = emit::make_inside_session(sample_policy());
  CHECK(session == emit::InsideSession{.root = "/h/lab", .name = "lab", .id = "lab-1"});
  const std::string bytes = emit::serialise(session);
  CHECK(emit::parse_inside_session(bytes) == session);
  CHECK_FALSE(emit::parse_inside_session(bytes.substr(0, bytes.size() - 1)));
  CHECK_FALSE(emit::parse_inside_session("lab-1"));
  CHECK_FALSE(emit::parse_inside_session(emit::serialise(sample())));
}
