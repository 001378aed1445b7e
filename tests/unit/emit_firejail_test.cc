// SPDX-License-Identifier: MIT
#include "emit/firejail.h"

#include <memory>
#include <random>

#include "emit/lexer.h"
#include "policy/passes/passes.h"
#include "support/catch.h"
#include "support/memory_fs.h"

using namespace psbc;
using base::AbsPath;
using emit::Variant;
using policy::Access;
using policy::Policy;
using policy::Rule;

namespace {

constexpr emit::FirejailVersion v72{0, 9, 72}, v74{0, 9, 74};

Rule rule(Access access, std::string_view path, std::string reason = "needed") {
  return {.access = access, .path = *AbsPath::parse(path),
          .origin = {.source = policy::Origin::Source::project, .where = "~/lab/.python-sandbox.toml:3", .reason = std::move(reason)}};
}

Policy lab(std::vector<Rule> more = {}) {
  Policy out{.name = "lab", .id = "lab-0123456789ab",
             .home = AbsPath::literal("/home/u"), .project = AbsPath::literal("/home/u/lab"),
             .root = AbsPath::literal("/home/u/.local/share/psbc/sandboxes/lab-0123456789ab"),
             .session = AbsPath::literal("/home/u/.local/state/psbc/builds/lab-0123456789ab/inside"),
             .temporary = base::AbsPath::literal("/tmp/psbc-1000/0123456789ab"),
             .environment = AbsPath::literal("/home/u/envs/lab")};
  for (const char* closed : {"/home/u", "/tmp", "/run", "/var", "/opt", "/srv"}) out.rules.push_back(rule(Access::closed, closed, "closed"));
  out.rules.push_back(rule(Access::writable, "/home/u/lab", "the project"));
  for (Rule& each : more) out.rules.push_back(std::move(each));
  std::string broken;
  auto done = policy::run_passes(std::move(out), broken);
  if (!done) FAIL(broken);
  return *done;
}

struct Emitted {
  std::optional<std::string> profile;
  diag::Diagnostics diagnostics;
  std::string first_message() const { return diagnostics.empty() ? "" : diagnostics.all().front().message; }
};

Emitted emit_one(const Policy& policy, Variant variant = Variant::enter, emit::FirejailVersion version = v72,
                 const emit::Templates& templates = emit::builtin_templates(), std::size_t matches = 1) {
  Emitted out;
  out.profile = emit::emit_firejail({.policy = policy, .version = version, .variant = variant, .templates = templates,
                                     .matches = [=](const std::string&) { return matches; }},
                                    out.diagnostics);
  return out;
}

/// The directives of a profile, one per line, without the fixed ones.
std::string rules_of(const std::string& profile) {
  std::string out;
  for (const auto& line : emit::lex(profile, v72).lines)
    for (const char* name : {"whitelist", "read-only", "read-write", "blacklist", "env"})
      if (line.directive == name) out += line.directive + " " + line.argument + "\n";
  return out;
}

bool has_line(const std::string& profile, const std::string& line) { return ("\n" + profile).find("\n" + line + "\n") != std::string::npos; }

emit::Templates with(std::string_view name, const std::string& from, const std::string& to) {
  emit::Templates out = emit::builtin_templates();
  auto& tmpl = out.all.find(name)->second;
  const std::size_t at = tmpl.text.find(from);
  if (at == std::string::npos) FAIL("not in the template: " << from);
  tmpl.text.replace(at, from.size(), to);
  tmpl.from = "~/t/x.profile";
  static std::vector<std::shared_ptr<const diag::SourceFile>> files; // diagnostics point into them
  tmpl.file = files.emplace_back(std::make_shared<const diag::SourceFile>(tmpl.from, tmpl.text)).get();
  return out;
}

} // namespace

TEST_CASE("closed directories are emptied by what they show, or by a name that never exists, or hidden") {
  const auto out = emit_one(lab({rule(Access::read_only, "/srv/data")}));
  REQUIRE(out.profile);
  CHECK(rules_of(*out.profile) ==
        "whitelist /home/u/lab\n"
        "whitelist /run/psbc-none\n"
        "whitelist /srv/data\n"
        "whitelist /tmp/psbc-none\n"
        "whitelist /var/psbc-none\n"
        "read-only /srv/data\n"
        "blacklist /opt\n"
        "blacklist ${HOME}/.Xauthority\n");
}

TEST_CASE("what is protected in a writable directory is pinned, outer before inner") {
  const auto out = emit_one(lab({rule(Access::read_only, "/home/u/lab/.git/hooks"), rule(Access::hidden, "/home/u/lab/cfg/.env"),
                                 rule(Access::read_only, "/home/u/data"), rule(Access::writable, "/home/u/data/out")}));
  REQUIRE(out.profile);
  const std::string rules = rules_of(*out.profile);
  CHECK(rules.find("read-only /home/u/data\n"
                   "read-write /home/u/data/out\n"
                   "read-only /home/u/lab/.git\n"
                   "read-write /home/u/lab/.git\n"
                   "read-only /home/u/lab/.git/hooks\n"
                   "read-only /home/u/lab/cfg\n"
                   "read-write /home/u/lab/cfg\n"
                   "blacklist /home/u/lab/cfg/.env\n") != std::string::npos);
  CHECK(rules.find("whitelist /home/u/data/out\n") == std::string::npos);
}

TEST_CASE("a project outside of every closed directory is not whitelisted: firejail would not start") {
  Policy policy = lab();
  policy.project = AbsPath::literal("/workspace");
  policy.rules.push_back(rule(Access::writable, "/workspace"));
  const auto out = emit_one(policy);
  REQUIRE(out.profile);
  CHECK(rules_of(*out.profile).find("/workspace") == std::string::npos);
}

TEST_CASE("each group of lines says who asked for it, and nothing of that is more than a comment") {
  const std::string evil = "x\nenv SPILLED=yes\r# \x1b[31m\xe2\x80\xae" + std::string(20000, 'A');
  const auto out = emit_one(lab({rule(Access::read_only, "/home/u/data", evil)}));
  REQUIRE(out.profile);
  CHECK(has_line(*out.profile, "# ~/lab/.python-sandbox.toml:3: the project"));
  CHECK(out.profile->find("\nenv") == std::string::npos);
  CHECK(out.profile->find('\x1b') == std::string::npos);
  CHECK(out.profile->find("\xe2\x80\xae") == std::string::npos);
  for (const auto& line : emit::lex(*out.profile, v72).lines) CHECK(line.directive != "env");
}

TEST_CASE("a profile names what made it and holds no include") {
  for (const Variant variant : {Variant::enter, Variant::standalone}) {
    const auto out = emit_one(lab(), variant);
    REQUIRE(out.profile);
    CHECK(has_line(*out.profile, "# psbc made this firejail profile of ~/lab/.python-sandbox.toml"));
    for (const auto& line : emit::lex(*out.profile, v72).lines) CHECK(line.directive != "include");
    for (const char* line : {"caps.drop all", "nonewprivs", "nogroups", "noroot", "private-dev", "ipc-namespace", "machine-id",
                             "dbus-user none", "dbus-system none", "nosound", "noinput", "novideo", "notv", "nodvd", "nou2f", "noprinters"})
      CHECK(has_line(*out.profile, line));
  }
}

TEST_CASE("the stand-alone profile carries what psbc's first process does otherwise, and says what it cannot") {
  const auto enter = emit_one(lab());
  const auto standalone = emit_one(lab(), Variant::standalone);
  REQUIRE(enter.profile);
  REQUIRE(standalone.profile);
  for (const char* line : {"protocol unix,inet,inet6", "restrict-namespaces", "seccomp.block-secondary",
                           "seccomp !ptrace,!process_vm_readv,io_uring_setup", "env JAILED_ENV=lab"}) {
    CHECK(has_line(*standalone.profile, line));
    CHECK_FALSE(has_line(*enter.profile, line));
  }
  CHECK(has_line(*enter.profile, "keep-fd 3"));
  CHECK_FALSE(has_line(*standalone.profile, "keep-fd 3"));
  CHECK(standalone.profile->substr(0, standalone.profile->find("caps.drop")).find("does NOT give") < 120);
}

TEST_CASE("a variable that firejail would change is left out and said") {
  Policy policy = lab();
  const policy::Origin origin{.source = policy::Origin::Source::project, .where = "~/lab/.python-sandbox.toml:9", .reason = "[env] set"};
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"GOOD", "a b='c' \"$d\";`e`"}, {"EMPTY", ""}, {"HASH", "a#b"}, {"BLANKS", "a  b"}, {"TRAILING", "a "},
           {"NEWLINE", "a\nnoroot"}, {"RETURN", "a\rb"}, {"NUL", std::string("a\0b", 3)}, {"LONG", std::string(9000, 'x')}})
    policy.variables.push_back({name, value, origin});
  const auto out = emit_one(policy, Variant::standalone);
  REQUIRE(out.profile);
  CHECK(has_line(*out.profile, "env GOOD=a b='c' \"$d\";`e`"));
  CHECK(has_line(*out.profile, "env EMPTY="));
  for (const char* name : {"HASH", "BLANKS", "TRAILING", "NEWLINE", "RETURN", "NUL", "LONG"}) {
    CHECK(out.profile->find(std::string("env ") + name) == std::string::npos);
    CHECK(has_line(*out.profile, std::string("# ") + name + " is not set here: firejail cannot carry its value. `psbc enter` does."));
  }
}

TEST_CASE("a link is whitelisted only when all that it leads to is exposed") {
  Policy policy = lab({rule(Access::read_only, "/home/u/dotfiles/vimrc"), rule(Access::read_only, "/home/u/dotfiles/config/nvim"),
                       rule(Access::read_only, "/srv/data")});
  const policy::Origin origin{.where = "psbc", .reason = "a link of yours"};
  policy.aliases = {{AbsPath::literal("/home/u/.vimrc"), "dotfiles/vimrc", origin},
                    {AbsPath::literal("/home/u/.config"), "dotfiles/config", origin}, // would expose its siblings
                    {AbsPath::literal("/home/u/data"), "/srv/data", origin},          // another top directory
                    {AbsPath::literal("/home/u/envs/lab"), "../lab/../lab", origin}};
  const auto out = emit_one(policy, Variant::standalone);
  REQUIRE(out.profile);
  CHECK(has_line(*out.profile, "whitelist /home/u/.vimrc"));
  CHECK(has_line(*out.profile, "whitelist /home/u/envs/lab"));
  CHECK_FALSE(has_line(*out.profile, "whitelist /home/u/.config"));
  CHECK_FALSE(has_line(*out.profile, "whitelist /home/u/data"));
  CHECK_FALSE(has_line(*emit_one(policy).profile, "whitelist /home/u/.vimrc"));
}

TEST_CASE("a path that only a pattern can spell must be the only one that it matches") {
  const Policy policy = lab({rule(Access::read_only, "/home/u/a,b")});
  CHECK(has_line(*emit_one(policy).profile, "whitelist /home/u/a?b"));
  for (const std::size_t matches : {std::size_t{0}, std::size_t{2}}) {
    const auto out = emit_one(policy, Variant::enter, v72, emit::builtin_templates(), matches);
    CHECK_FALSE(out.profile);
    REQUIRE(out.diagnostics.all().size() == 1); // one, although the rule gives two lines
    CHECK(out.diagnostics.all()[0].code == diag::Code::inexpressible_path);
    CHECK(out.first_message() == "`~/a,b` cannot be written in a firejail profile");
  }
}

TEST_CASE("the span of the rule is shown when a path cannot be expressed") {
  const diag::SourceFile file(".python-sandbox.toml", "readonly = [\"~/a..b\"]\n");
  Rule bad = rule(Access::read_only, "/home/u/a..b");
  bad.origin.span = {.file = &file, .begin = 12, .end = 20};
  const auto out = emit_one(lab({bad}));
  REQUIRE_FALSE(out.profile);
  REQUIRE(out.diagnostics.all()[0].labels.size() == 1);
  CHECK(out.diagnostics.all()[0].labels[0].span.begin == 12);
  CHECK_FALSE(out.diagnostics.all()[0].help.empty());
}

TEST_CASE("a directory in the middle of a visible one cannot be emptied") {
  Policy policy = lab({rule(Access::read_only, "/etc/x/y")});
  policy.rules.push_back(rule(Access::closed, "/etc/x"));
  CHECK_FALSE(emit_one(policy).profile);
}

TEST_CASE("a home that is not closed is psbc's own fault") {
  Policy policy = lab();
  std::erase_if(policy.rules, [&](const Rule& each) { return each.path == policy.home; });
  const auto out = emit_one(policy);
  CHECK_FALSE(out.profile);
  CHECK(out.diagnostics.all()[0].code == diag::Code::broken_law);
}

TEST_CASE("every firejail in the table gets a profile that it starts with, or a reason") {
  std::vector<emit::FirejailVersion> versions = {{0, 9, 64, 4}};
  for (std::uint16_t patch = 66; patch <= 82; patch = static_cast<std::uint16_t>(patch + 2)) versions.push_back({0, 9, patch});
  for (const emit::FirejailVersion version : versions) {
    CAPTURE(to_string(version));
    for (const Variant variant : {Variant::enter, Variant::standalone}) {
      const auto out = emit_one(lab({rule(Access::read_only, "/run/x/resolv.conf")}), variant, version);
      REQUIRE(out.profile);
      CHECK_FALSE(emit::lex(*out.profile, version).aborts);
      const bool says = out.profile->starts_with("# NOT HELD by firejail " + to_string(version) + ": new user namespaces");
      CHECK(says == (version < v72 && variant == Variant::standalone));
    }
  }
  const auto old = emit_one(lab(), Variant::enter, {0, 9, 68});
  CHECK(has_line(*old.profile, "# tab: not in firejail 0.9.68; psbc writes ~/.inputrc inside."));
}

TEST_CASE("what 0.9.64.4 cannot empty by a whitelist is hidden by patterns, all but what is shown") {
  constexpr emit::FirejailVersion v64{0, 9, 64, 4};
  const auto out = emit_one(lab({rule(Access::closed, "/data", "closed"), rule(Access::read_only, "/data/a/b"), rule(Access::read_only, "/run/r/f")}),
                            Variant::enter, v64);
  REQUIRE(out.profile);
  CHECK_FALSE(has_line(*out.profile, "whitelist /data/a/b"));
  CHECK_FALSE(has_line(*out.profile, "whitelist /run/r/f"));
  CHECK(has_line(*out.profile, "whitelist /tmp/psbc-none"));
  const auto blacklisted = [&](std::string_view path) {
    for (const auto& line : emit::lex(*out.profile, v64).lines)
      if (line.directive == "blacklist" && emit::glob_matches(line.argument, path)) return true;
    return false;
  };
  for (const char* path : {"/data/x", "/data/aa", "/data/.a", "/data/a/c", "/data/a/bb", "/run/user", "/run/firejaile", "/run/rr", "/run/r/g"})
    CHECK(blacklisted(path));
  for (const char* path : {"/data", "/data/a", "/data/a/b", "/run", "/run/r", "/run/r/f", "/run/firejail"}) CHECK_FALSE(blacklisted(path));
}

TEST_CASE("what a user's template may add, and what it may not") {
  struct Row { const char* line; const char* message; };
  const Row rows[] = {
      {"net none", ""},
      {"no3d", ""},
      {"blacklist ${HOME}/lab/notes", ""},
      {"read-only /home/u/lab/src", ""},
      {"rlimit-nproc 100", ""},
      {"nonewprivs", ""},
      {"# include disable-common.inc", ""},
      {"include disable-common.inc", "can open the sandbox"},
      {"ignore noroot", "can open the sandbox"},
      {"noblacklist /opt", "can open the sandbox"},
      {"nowhitelist /home/u/lab", "can open the sandbox"},
      {"join-or-start x", "can open the sandbox"},
      {"caps.keep sys_admin", "can open the sandbox"},
      {"allusers", "can open the sandbox"},
      {"private-tmp", "can open the sandbox"},
      {"tmpfs /home/u/lab", "can open the sandbox"},
      {"mkdir ~/x", "can open the sandbox"},
      {"whitelist ~", "exposes what the policy does not"},
      {"whitelist /home/u/.ssh", "exposes what the policy does not"},
      {"whitelist /home/u/lab#/.ssh", ""}, // what firejail reads is the project itself
      {"read-write /home/u/lab", "makes writable"},
      {"read-write /etc", "makes writable"},
      {"env LD_PRELOAD=/x", "is not a variable of the policy"},
      {"dbus-user filter", "is not what this sandbox needs"},
      {"keep-fd all", "is not what this sandbox needs"},
      {"?HAS_X11: include x", "depends on something else"},
      {"landlock /", "firejail would not start"},
      {"nonsense", "firejail would not start"},
      {"blacklist relative", "does not do what it says"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    const auto out = emit_one(lab({rule(Access::read_only, "/home/u/lab/.git/hooks")}), Variant::enter, v74,
                              with("profile/enter.profile", "caps.drop all\n", "caps.drop all\n" + std::string(row.line) + "\n"));
    const std::string message = row.message;
    CHECK(out.profile.has_value() == message.empty());
    if (message.empty()) continue;
    const auto& found = out.diagnostics.all().front();
    CHECK(found.code == diag::Code::bad_template);
    CHECK(found.message.find(message) != std::string::npos);
    REQUIRE(found.labels.size() == 1);
    const auto& span = found.labels[0].span;
    CHECK(span.file->text().substr(span.begin, span.end - span.begin) == row.line);
  }
}

TEST_CASE("a user's template cannot drop what is needed") {
  const auto drop = [](const std::string& line) {
    return emit_one(lab({rule(Access::hidden, "/home/u/lab/.env")}), Variant::enter, v72, with("profile/enter.profile", line, ""));
  };
  CHECK(drop("noroot\n").first_message() == "`noroot` is missing");
  CHECK(drop("dbus-user none\n").first_message() == "`dbus-user none` is missing");
  CHECK(drop("@{guarded}\n").first_message() == "the hole `@{guarded}` is missing");
  CHECK(drop("@{exposed}\n").first_message() == "the hole `@{exposed}` is missing");
}

TEST_CASE("a writable line behind the rules would take them back, and is refused") {
  const Policy policy = lab({rule(Access::read_only, "/home/u/lab/.git/hooks")});
  const auto out = emit_one(policy, Variant::enter, v72, with("profile/enter.profile", "tab\n", "tab\nread-write /home/u/lab/.git\n"));
  CHECK_FALSE(out.profile);
  CHECK(out.first_message().find("makes writable") != std::string::npos);
}

TEST_CASE("no policy yields a line outside of the grammar") {
  std::mt19937 random(7);
  const std::string odd = std::string("ab. #,;[]*?!\\\"'$~{}%\t\r\n\x01\x7f\xc3\xbc\xff") + "^&<>|`-_=";
  const auto text = [&](std::size_t most) {
    std::string out;
    for (std::size_t size = 1 + random() % most; size > 0; --size) out += odd[random() % odd.size()];
    return out;
  };
  std::size_t emitted = 0;
  for (int round = 0; round < 1500; ++round) {
    std::vector<Rule> rules;
    for (std::size_t i = 1 + random() % 4; i > 0; --i) {
      const auto path = AbsPath::parse((random() % 2 ? "/home/u/lab/" : "/home/u/") + text(6) + "/" + text(6));
      constexpr Access some[] = {Access::read_only, Access::writable, Access::hidden};
      if (path && !AbsPath::literal("/home/u/lab").is_under(*path))
        rules.push_back(rule(some[random() % 3], path->string(), text(40)));
    }
    Policy policy = lab(std::move(rules));
    policy.variables.push_back({"V", text(20), {.where = text(9), .reason = text(9)}});
    for (const Variant variant : {Variant::enter, Variant::standalone}) {
      const auto out = emit_one(policy, variant);
      for (const auto& diagnostic : out.diagnostics.all()) CHECK(diagnostic.code == diag::Code::inexpressible_path);
      if (!out.profile) continue;
      ++emitted;
      const auto read = emit::lex(*out.profile, v72);
      CHECK_FALSE(read.aborts);
      CHECK(read.deaf.empty());
      std::size_t lines = 0; // no line hides in a comment, none is split
      for (std::size_t at = 0; at < out.profile->size(); at = out.profile->find('\n', at) + 1)
        lines += (*out.profile)[at] != '#' && (*out.profile)[at] != '\n';
      CHECK(lines == read.lines.size());
    }
  }
  CHECK(emitted > 1000);
}

TEST_CASE("where firejail takes the name localhost away, /etc/hosts inside is a copy behind a line that it may replace") {
  for (const auto& [version, loses] : {std::pair{v72, false}, std::pair{v74, true}, std::pair{emit::FirejailVersion{0, 9, 80}, false}})
    CHECK(emit::loses_localhost(version) == loses);
  CHECK(emit::hosts_copy("127.0.0.1 localhost\n").find("\n127.0.0.1 localhost\n") != std::string::npos);
  const Policy policy = lab();
  for (const Variant variant : {Variant::enter, Variant::standalone}) {
    diag::Diagnostics diagnostics;
    const auto profile = emit::emit_firejail({.policy = policy, .version = v74, .variant = variant, .templates = emit::builtin_templates(),
                                              .matches = [](const std::string&) { return std::size_t{1}; }, .hosts = policy.session / "hosts"},
                                             diagnostics);
    REQUIRE(profile);
    CHECK(has_line(*profile, "hosts-file " + (policy.session / "hosts").string()));
  }
  CHECK_FALSE(has_line(*emit_one(policy).profile, "hosts-file " + (policy.session / "hosts").string()));
  // A template cannot bring its own.
  const auto own = emit_one(policy, Variant::enter, v74, with("profile/enter.profile", "nogroups", "nogroups\nhosts-file /home/u/lab/hosts"));
  CHECK_FALSE(own.profile);
}

TEST_CASE("no network, or a network of its own: the stand-alone profile never says more than it can hold") {
  const auto closes = [](config::NetworkAccess access, Variant variant) {
    Policy policy = lab();
    policy.network.access = access;
    const auto emitted = emit_one(policy, variant);
    REQUIRE(emitted.profile);
    return emitted.profile->find("\nnet none\n") != std::string::npos;
  };
  using config::NetworkAccess;
  CHECK(closes(NetworkAccess::none, Variant::enter));
  CHECK(closes(NetworkAccess::none, Variant::standalone));
  CHECK_FALSE(closes(NetworkAccess::ports, Variant::enter)); // Landlock's matter
  CHECK(closes(NetworkAccess::ports, Variant::standalone));
  CHECK_FALSE(closes(NetworkAccess::full, Variant::enter));
  CHECK_FALSE(closes(NetworkAccess::full, Variant::standalone));
}
