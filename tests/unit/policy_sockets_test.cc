// SPDX-License-Identifier: MIT
// `sockets` and `[devices]`: lowering on a machine in memory.
#include <unistd.h>

#include "policy/control_sockets.h"
#include "support/catch.h"
#include "support/lowered.h"

using namespace psbc;
using test::access_of;
using test::Machine;

namespace {

std::string runtime() { return "/run/user/" + std::to_string(geteuid()); }

config::Spanned<bool> yes(Machine& machine) { return {.value = true, .span = machine.said("gpu = true").span}; }

std::string value_of(const policy::Policy& policy, std::string_view name) {
  for (const auto& variable : policy.variables)
    if (variable.name == name) return variable.value;
  return "";
}

} // namespace

TEST_CASE("a socket that is asked for is shown alone") {
  Machine machine;
  machine.fs.socket("/run/postgresql/.s.PGSQL.5432", "postgres").socket("/run/acme/control");
  machine.project.sockets = {machine.said("/run/postgresql/.s.PGSQL.5432")};
  const auto policy = machine.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/run/postgresql/.s.PGSQL.5432") == "read-only");
  CHECK(access_of(*policy, "/run/acme/control").empty());
  CHECK(policy->sockets.size() == 1);
}

TEST_CASE("control sockets are refused by place, by name, by what a link leads to, and by who listens") {
  const auto refused = [](const std::string& asked, const std::string& comm = "", const std::string& link = "") {
    Machine machine;
    machine.fs.socket(asked, comm);
    if (!link.empty()) machine.fs.link(link, asked);
    machine.project.sockets = {machine.said(link.empty() ? asked : link)};
    return !machine.compile() && machine.codes() == std::vector<std::string>{"exposes-control-socket"};
  };
  CHECK(refused("/run/docker.sock"));
  CHECK(refused("/run/containerd/containerd.sock"));
  CHECK(refused(runtime() + "/bus"));
  CHECK(refused("/run/user/4711/x"));
  CHECK(refused("/home/u/.gnupg/S.gpg-agent"));
  CHECK(refused("/tmp/ssh-abc/agent.12"));
  CHECK(refused("/srv/x/docker.sock"));
  CHECK(refused("/srv/x/db.sock", "dockerd"));
  CHECK(refused("/srv/x/db.sock", "tmux: server"));
  CHECK(refused("/run/docker.sock", "", "/srv/link"));
  CHECK_FALSE(refused("/srv/x/db.sock", "postgres"));
  CHECK_FALSE(refused("/run/dockerish/x"));
}

TEST_CASE("what is no socket, or a link that a session could have made, is refused; what is not there is said") {
  Machine machine;
  machine.fs.file("/srv/file");
  machine.project.sockets = {machine.said("/srv/file")};
  CHECK_FALSE(machine.compile());
  CHECK(machine.codes() == std::vector<std::string>{"invalid-value"});
  Machine planted;
  planted.fs.socket("/run/postgresql/s").link("/home/u/code/lab/s", "/run/postgresql/s");
  planted.project.sockets = {planted.said("s")};
  CHECK_FALSE(planted.compile());
  CHECK(planted.codes() == std::vector<std::string>{"symlink-escape"});
  Machine absent;
  absent.project.sockets = {absent.said("/run/postgresql/s")};
  CHECK(absent.compile());
  CHECK(absent.codes() == std::vector<std::string>{"missing-path"});
}

TEST_CASE("of the session nothing is there, or what a facet shows") {
  Machine machine;
  for (const char* name : {"/bus", "/pulse/native", "/pipewire-0", "/wayland-0"}) machine.fs.socket(runtime() + name);
  machine.fs.socket("/tmp/.X11-unix/X3");
  machine.variables["WAYLAND_DISPLAY"] = "wayland-0";
  machine.variables["DISPLAY"] = ":3.0";
  const auto closed = machine.compile();
  REQUIRE(closed);
  CHECK(access_of(*closed, runtime()) == "closed");
  CHECK(value_of(*closed, "WAYLAND_DISPLAY").empty());

  machine.project.devices.audio = machine.project.devices.gui = yes(machine);
  const auto open = machine.compile();
  REQUIRE(open);
  CHECK(access_of(*open, runtime() + "/pulse/native") == "read-only");
  CHECK(access_of(*open, runtime() + "/wayland-0") == "read-only");
  CHECK(access_of(*open, runtime() + "/bus").empty());
  CHECK(access_of(*open, "/tmp/.X11-unix/X3").empty()); // Wayland first
  CHECK(value_of(*open, "WAYLAND_DISPLAY") == runtime() + "/wayland-0");
  CHECK_FALSE(open->devices.x11);

  machine.variables.erase("WAYLAND_DISPLAY");
  const auto x11 = machine.compile();
  REQUIRE(x11);
  CHECK(x11->devices.x11);
  CHECK(access_of(*x11, "/tmp/.X11-unix/X3") == "read-only");
  CHECK(value_of(*x11, "DISPLAY") == ":3");
}

TEST_CASE("a variable chooses a display among those of the user, and nothing else") {
  for (const auto& [name, value] : {std::pair{"WAYLAND_DISPLAY", "/run/docker.sock"}, {"WAYLAND_DISPLAY", "../../docker.sock"}, {"DISPLAY", ":../docker"},
                                    {"DISPLAY", "elsewhere:0"}, {"DISPLAY", ":"}, {"WAYLAND_DISPLAY", ""}}) {
    Machine machine;
    machine.fs.socket("/run/docker.sock").socket("/tmp/docker");
    machine.variables[name] = value;
    machine.project.devices.gui = yes(machine);
    const auto policy = machine.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/run/docker.sock").empty());
    CHECK(machine.codes() == std::vector<std::string>{"missing-path"});
  }
}
