// SPDX-License-Identifier: MIT
#include "driver/predecessor.h"

#include "support/catch.h"

using namespace psbc::driver;
using psbc::base::AbsPath;
using Strings = std::vector<std::string>;

namespace {

OldRules read(std::string_view text, bool personal) {
  return read_old_rules(text, "lab", AbsPath::literal("/home/u/lab"), AbsPath::literal("/home/u"), personal);
}

} // namespace

TEST_CASE("what was only whitelisted could be written in a profile, and is read by personal rules") {
  const std::string_view text = "whitelist ${HOME}/a\nwhitelist ~/b\nread-only ~/b\n  whitelist-ro /srv/c/ \nmkdir ~/d\n# whitelist ~/e\n";
  CHECK(read(text, false).writable == Strings{"~/a", "~/d"});
  CHECK(read(text, false).readonly == Strings{"~/b", "/srv/c"});
  CHECK(read(text, true).readonly == Strings{"~/a", "~/b", "/srv/c"});
  CHECK(read(text, true).writable == Strings{"~/d"});
}

TEST_CASE("what python-sandbox wrote itself is not carried over, a user's tools are kept apart") {
  const OldRules rules = read("include /etc/firejail/disable-common.inc\nwhitelist ${HOME}/lab\nwhitelist ~/envs/lab\nmkdir ~/.cache/pysandbox-lab/\n"
                              "env JAILED_ENV=lab\nprivate-cwd /home/u/lab\nwhitelist ${HOME}/.vimrc\nnoblacklist ${PATH}/ssh\n", false);
  CHECK(rules.empty());
  CHECK(rules.tools == Strings{"~/.vimrc"});
  CHECK(rules.dropped.empty());
}

TEST_CASE("what psbc would refuse is left out, with the reason") {
  const OldRules rules = read("whitelist ~/.ssh\nwhitelist ~/x*\nwhitelist ${HOME}\nwhitelist /run/docker.sock\nread-write ~/.bashrc.d\nwhitelist ~/.config/fish\ncaps.drop all\nblacklist ~/data/k\nenv A=b c\nenv x]=1\nenv B=\x1b\nblacklist ~/a\x07\n", false);
  CHECK(rules.readonly.empty());
  CHECK(rules.hidden == Strings{"~/data/k"});
  CHECK(rules.set == std::vector<std::pair<std::string, std::string>>{{"A", "b c"}});
  for (const char* left : {"~/.ssh", "~/x*", "/run/docker.sock"}) {
    INFO(left);
    CHECK(std::any_of(rules.dropped.begin(), rules.dropped.end(), [&](const std::string& line) { return line.find(left) != std::string::npos; }));
  }
}
