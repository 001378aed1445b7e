// SPDX-License-Identifier: MIT
// The user's ssh agent, as an entry sees it: is it there, which of its keys are granted, and does it check to which
// host a connection is bound? Then the socket inside, and the process outside that serves it (ssh_filter.h).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/file.h"
#include "base/result.h"
#include "emit/enter_plan.h"
#include "runtime/ssh_filter.h"

namespace psbc::runtime {

/// A connection that does not block; none when nobody answers.
base::Fd connect_agent(const std::string& path);

struct AgentAccess {
  std::optional<FilterJob> job;   // nothing: no agent is there inside
  std::vector<std::string> lines; // why not, or why less than was asked for; with what to type
};
/// Asks the agent at most for two seconds. Costs nothing when the project asks for no key.
AgentAccess find_agent(const emit::EnterPlan& plan, const base::Env& host);

/// In the private HOME of one session: no path of the host leads there, and no other sandbox's.
std::string agent_socket(const std::string& home);
/// Run inside: a listening socket at `path`.
base::Result<base::Fd> listen_for_agent(const std::string& path);

/// The process of the filter; ended by the destructor, and by the kernel when this process is killed.
class AgentProcess {
 public:
  AgentProcess() = default;
  AgentProcess(const AgentProcess&) = delete;
  AgentProcess& operator=(const AgentProcess&) = delete;
  ~AgentProcess();
  /// `listener` comes from inside: nothing happens when it is none.
  void start(const FilterJob& job, base::Fd listener, const base::Env& host);

 private:
  pid_t process_ = -1;
  base::Fd alive_;
};

/// `psbc agent-filter`, which only `AgentProcess` starts.
int agent_filter_main();

} // namespace psbc::runtime
