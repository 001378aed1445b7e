// SPDX-License-Identifier: MIT
#include "driver/propose.h"

#include "config/load.h"
#include "driver/path_dependencies.h"
#include "support/catch.h"
#include "support/memory_fs.h"

using namespace psbc::driver;
using psbc::base::AbsPath;
using Strings = std::vector<std::string>;

namespace {

Strings paths_of(std::string_view toml) {
  const psbc::diag::SourceFile source("pyproject.toml", std::string(toml));
  const auto value = psbc::config::load_foreign(source);
  REQUIRE(value);
  Strings out;
  for (const PathDependency& found : path_dependencies(*value)) out.push_back(found.path);
  return out;
}

Strings paths_of_requirements(std::string_view text) {
  Strings out;
  for (const PathDependency& found : requirement_paths(text, "requirements.txt")) out.push_back(found.path);
  return out;
}

Strings names(const std::vector<ProposedPath>& paths) {
  Strings out;
  for (const ProposedPath& path : paths) out.push_back(path.path);
  return out;
}

const AbsPath home = AbsPath::literal("/home/u"), web = AbsPath::literal("/home/u/mono/services/web");

psbc::test::MemoryFs& mono(psbc::test::MemoryFs& fs) {
  fs.file("/home/u/mono/.git/HEAD").directory("/home/u/mono/services/web");
  for (const char* member : {"libs/common", "libs/client", "services/api", "libs/old"})
    fs.file("/home/u/mono/" + std::string(member) + "/pyproject.toml", "[project]\nname = \"x\"\n");
  return fs;
}

} // namespace

TEST_CASE("every tool's way to depend on a directory is read") {
  struct Row { const char* toml; Strings paths; };
  const Row rows[] = {
      {"[tool.uv.sources]\na = { path = \"../a\", editable = true }\nb = { workspace = true }\nc = [{ path = \"../c\", marker = \"x\" }, { url = \"u\" }]\n", {"../a", "../c"}},
      {"[tool.poetry.dependencies]\npython = \"*\"\na = { path = \"../a\", develop = true }\n", {"../a"}},
      {"[tool.poetry.group.dev.dependencies]\na = { path = \"../a\" }\n[tool.poetry.group.x.dependencies]\nb = [{ path = \"../b\" }]\n", {"../a", "../b"}},
      {"[project]\ndependencies = [\"httpx\", \"a @ file:///home/u/a\", \"b[x] @ file:../b ; python_version > '3'\", \"c @ https://x/c\"]\n", {"/home/u/a", "../b"}},
      {"[project.optional-dependencies]\ndev = [\"a @ {root:uri}/../a\"]\n", {"../a"}},
      {"[tool.pdm.dev-dependencies]\ndev = [\"-e file:///${PROJECT_ROOT}/../a#egg=a\", \"pytest\"]\n", {"../a"}},
      {"[tool.hatch.envs.default]\nextra-dependencies = [\"a @ {root:uri}/../a\"]\n", {"../a"}},
      {"[dependency-groups]\ndev = [\"a @ file:///x/a\", { include-group = \"b\" }]\nb = []\n", {"/x/a"}},
      {"[packages]\na = { path = \"../a\", editable = true }\nb = \"*\"\n[dev-packages]\nc = { path = \"./c\" }\n", {"../a", "./c"}},
      {"[tool]\nuv = 1\n[project]\nname = 2\ndependencies = \"x\"\n", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.toml);
    CHECK(paths_of(row.toml) == row.paths);
  }
}

TEST_CASE("a requirements file names directories and other files") {
  CHECK(paths_of_requirements("# -e ../no\nhttpx==1\n-e ../a[x]  # why\r\n--editable=../b\n../c ; x\n./wheels/d.whl\n-r ../base.txt\n"
                              "-c https://x/y\n-e git+https://x/y\ne @ file:///srv/e\nfile:../f#egg=f\n") ==
        Strings{"../a", "../b", "../c", "./wheels/d.whl", "../base.txt", "/srv/e", "../f"});
}

TEST_CASE("what lies in the repository is proposed from its top level, what does not by its own path") {
  psbc::test::MemoryFs fs;
  mono(fs).directory("/home/u/elsewhere/a").directory("/srv/b");
  fs.file("/home/u/mono/services/web/requirements-dev.txt", "-e ../../libs/common\n-e ../../../elsewhere/a\n/srv/b\n./own\n../..\n../absent\n../api/x\n../api\n");
  fs.directory("/home/u/mono/services/api/x").directory("/home/u/mono/services/web/own");
  const WorkspaceProposal found = propose_workspace(fs, web, home);
  CHECK(names(found.workspace) == Strings{"libs/common", "services/api"});
  CHECK(names(found.readonly) == Strings{"~/elsewhere/a", "/srv/b"});
  CHECK(found.workspace.front().why == "requirements-dev.txt");
}

TEST_CASE("a member of a uv workspace gets its root's files and the other members") {
  psbc::test::MemoryFs fs;
  mono(fs).file("/home/u/mono/services/web/pyproject.toml", "[tool.uv.sources]\ncommon = { workspace = true }\n");
  fs.file("/home/u/mono/pyproject.toml", "[tool.uv.workspace]\nmembers = [\"libs/*\", \"services/*\"]\nexclude = [\"libs/old\"]\n");
  fs.file("/home/u/mono/uv.lock").directory("/home/u/mono/libs/no-member");
  CHECK(names(propose_workspace(fs, web, home).workspace) == Strings{"libs/client", "libs/common", "pyproject.toml", "services/api", "uv.lock"});
  // Somebody else's workspace.
  fs.file("/home/u/mono/pyproject.toml", "[tool.uv.workspace]\nmembers = [\"libs/*\"]\n");
  CHECK(propose_workspace(fs, web, home).workspace.empty());
}

TEST_CASE("a cloned repository's files make no line that is not a path, and none that the first build would refuse") {
  psbc::test::MemoryFs fs;
  mono(fs).directory("/home/u/mono/a\"]\nwritable = [\"/").directory("/home/u/mono/$x").directory("/home/u/.ssh");
  fs.file("/home/u/mono/services/web/pyproject.toml",
          "[tool.uv.sources]\na = { path = '''../../a\"]\nwritable = [\"/''' }\nb = { path = \"../../$x\" }\nc = { path = \"/home/u\" }\nd = { path = \"/\" }\n");
  fs.file("/home/u/mono/services/web/requirements\n[env]\n.txt", "-e ../../libs/common\n");
  const Proposal proposal = propose(fs, web, home, "web");
  CHECK(names(proposal.workspace) == Strings{"libs/common"});
  CHECK(proposal.readonly.empty());
  const psbc::diag::SourceFile source("f", proposal.text);
  psbc::diag::Diagnostics diagnostics;
  const auto config = psbc::config::load_project(source, diagnostics);
  REQUIRE(config);
  CHECK(config->workspace.readonly.size() == 1);
  CHECK(config->env_set.empty());
}

TEST_CASE("without a repository, or with one that is the home directory, nothing is proposed from its top level") {
  psbc::test::MemoryFs fs;
  fs.file("/home/u/.git/HEAD").directory("/home/u/a").file("/home/u/lab/requirements.txt", "-e ../a\n");
  const WorkspaceProposal found = propose_workspace(fs, AbsPath::literal("/home/u/lab"), home);
  CHECK(found.workspace.empty());
  CHECK(names(found.readonly) == Strings{"~/a"});
}
