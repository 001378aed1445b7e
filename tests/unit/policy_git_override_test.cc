// SPDX-License-Identifier: MIT
#include "policy/git_override.h"

#include <algorithm>
#include <string>

#include "support/catch.h"

using psbc::policy::GitSetting;
using psbc::policy::overriding;

namespace {

using Settings = std::vector<GitSetting>;

std::string value_of(const Settings& settings, const std::string& key) {
  const auto found = std::find_if(settings.begin(), settings.end(), [&](const GitSetting& each) { return each.key == key; });
  return found != settings.end() ? found->value : "(none)";
}

Settings answered(const Settings& repository, const Settings& user = {}) { return overriding(repository, user, "/hooks", "vi"); }

} // namespace

TEST_CASE("hooks, the file system monitor and ext:: are off in any repository, and the user's own stay") {
  const Settings plain = {{"core.hookspath", "/hooks"}, {"core.fsmonitor", ""}, {"protocol.ext.allow", "never"}};
  CHECK(answered({}) == plain);
  const Settings user = {{"core.hookspath", "/mine"}, {"core.fsmonitor", "true"}, {"protocol.ext.allow", "always"}};
  CHECK(answered({{"core.hookspath", "evil"}, {"core.fsmonitor", "evil"}, {"protocol.ext.allow", "user"}}, user) == user);
}

TEST_CASE("a harmless setting stays, and one that nobody knows gets the user's value or an empty one") {
  const Settings harmless = {{"core.filemode", "true"}, {"branch.a.b.remote", "o"}, {"remote.o.url", "u"}, {"diff.renames", "x"}, {"diff..algorithm", "x"}};
  CHECK(answered(harmless).size() == 3);
  const Settings found = answered({{"new.thing", "evil"}, {"new.a.b.thing", "evil"}, {"diff.tool", "evil"}, {"branch.x.mergeoptions", "-s evil"}},
                                  {{"new.thing", "old"}, {"new.thing", "mine"}});
  CHECK(value_of(found, "new.thing") == "mine");
  CHECK(value_of(found, "new.a.b.thing").empty());
  CHECK(value_of(found, "diff.tool").empty());
  CHECK(value_of(found, "branch.x.mergeoptions").empty());
}

TEST_CASE("where an empty value would run something, or be the weaker answer, there is another one") {
  const Settings found = answered({{"core.sshcommand", "evil"}, {"core.editor", "evil"}, {"http.sslverify", "false"}, {"merge.x.driver", "evil"}, {"pager.log", "evil"}},
                                  {{"pager.log", "true"}});
  CHECK(value_of(found, "core.sshcommand") == "ssh");
  CHECK(value_of(found, "core.editor") == "vi");
  CHECK(value_of(found, "http.sslverify") == "true");
  CHECK(value_of(found, "merge.x.driver") == "git merge-file %A %O %B");
  CHECK(value_of(found, "pager.log").empty()); // "true" would page by the program that came before
}

TEST_CASE("a filter that loses its programs is required, in whatever order the settings come") {
  for (const Settings& repository : {Settings{{"filter.x.required", "false"}, {"filter.x.clean", "evil"}}, Settings{{"filter.x.clean", "evil"}, {"filter.x.required", "false"}}}) {
    const Settings found = answered(repository, {{"filter.x.required", "false"}});
    CHECK(value_of(found, "filter.x.clean").empty());
    CHECK(value_of(found, "filter.x.required") == "true");
  }
  const Settings own = answered({{"filter.lfs.clean", "evil"}}, {{"filter.lfs.clean", "git-lfs clean -- %f"}});
  CHECK(value_of(own, "filter.lfs.clean") == "git-lfs clean -- %f");
  CHECK(value_of(own, "filter.lfs.required") == "(none)");
}

TEST_CASE("credential helpers begin anew with the user's") {
  const Settings user = {{"credential.helper", "store"}, {"credential.https://a.example.helper", "mine"}};
  const Settings found = answered({{"credential.https://b.example.helper", "!evil"}, {"credential.username", "x"}}, user);
  const Settings last(found.end() - 3, found.end());
  CHECK(last == Settings{{"credential.helper", ""}, user[0], user[1]});
}

TEST_CASE("settings of which the first value wins are told") {
  CHECK(psbc::policy::unanswered({{"remote.o.url", "x"}, {"core.pager", "evil"}}) == nullptr);
  for (const char* key : {"remote.a.b.uploadpack", "remote.o.receivepack", "core.gitproxy", "gc.recentobjectshook"}) {
    const Settings repository = {{"core.bare", "false"}, {key, "evil"}};
    CHECK(psbc::policy::unanswered(repository) == &repository[1]);
  }
}
