// SPDX-License-Identifier: MIT
// The compiler, readable as a table of contents: files to values to bytes. Writes nothing.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "config/config.h"
#include "diag/diagnostic.h"
#include "driver/project.h"
#include "emit/firejail_version.h"
#include "policy/places.h"
#include "policy/policy.h"
#include "trace/store.h"
#include "trust/store.h"

namespace psbc::driver {

struct CompileInput {
  const policy::Places& places;
  const Project& project;
  base::AbsPath self; // the psbc binary, canonical
  base::Fs& fs;
  const base::Env& env;
  std::optional<base::AbsPath> templates = std::nullopt; // --template: wins over the user's file
  std::optional<std::string> approved = std::nullopt;    // the bytes to compile in place of the project's file, which asks for more
};

/// Everything that spans point into: must outlive the diagnostics.
using Sources = std::deque<diag::SourceFile>;

struct Compiled {
  const diag::SourceFile* source; // of the project: one of the Sources
  policy::Policy policy;
  std::vector<trace::Output> outputs;
  std::string excepted_until; // the last day of the organisation's exception that it rests on; empty: on none
};

// Names of the outputs; each shell has one more, named in its row of policy/shell_table.h.
inline constexpr const char* enter_profile = "enter.profile";
inline constexpr const char* standalone_profile = "standalone.profile";
inline constexpr const char* plan_file = "plan";
inline constexpr const char* filter_file = "filter.bpf";
inline constexpr const char* session_file = "session"; // also written where the sandbox sees it
inline constexpr const char* hosts_file = "hosts";     // so is this one, where this firejail needs it
inline constexpr const char* build_file = "build";     // and this: names what a session is made of, so that an older one knows that it is
inline constexpr const char* capabilities_file = "capabilities"; // what the compiled file grants: trust judges these
inline constexpr const char* firejail_file = "firejail"; // which one, and its version

/// The firejail that the profiles were made for.
struct FirejailUsed {
  base::AbsPath path;
  emit::FirejailVersion version;
};
std::string serialise(const FirejailUsed& used);
std::optional<FirejailUsed> parse_firejail_used(std::string_view bytes);
/// The firejail of this machine; nothing, and an error, when there is none that can be used.
std::optional<FirejailUsed> firejail_here(base::Fs& fs, diag::Diagnostics& diagnostics);
/// What is known against it: an error or a warning each.
void report_firejail(base::Fs& fs, const FirejailUsed& firejail, diag::Diagnostics& diagnostics);

/// A file that decides about a sandbox, which must be plain and nobody else's; nullptr, and an error, when it cannot be read.
const diag::SourceFile* read_config(base::Fs& fs, const base::AbsPath& file, Sources& sources, diag::Diagnostics& diagnostics);

/// The user's own file, as it is now; an empty one when there is none. Nothing when `diagnostics` has errors.
std::optional<config::UserConfig> load_user_config(base::Fs& fs, const policy::Places& places, Sources& sources,
                                                   diag::Diagnostics& diagnostics);

/// The organisation's exception for these grants; nullptr when there is none today.
const config::GrantsRow* exception_for(const config::Ceiling& ceiling, const trust::Capabilities& capabilities, const policy::Places& places);

/// What the project's file, or `in.approved`, grants. Nothing when `diagnostics` has errors.
struct Asked {
  trust::Capabilities capabilities;
  std::string config; // the bytes that say so
};
std::optional<Asked> asked(const CompileInput& in, Sources& sources, diag::Diagnostics& diagnostics);

/// The policy, through all passes. Nothing when `diagnostics` has errors.
std::optional<policy::Policy> compile_policy(const CompileInput& input, Sources& sources, diag::Diagnostics& diagnostics);
/// The policy and all outputs: needs a usable firejail on this machine.
std::optional<Compiled> compile(const CompileInput& input, Sources& sources, diag::Diagnostics& diagnostics);

} // namespace psbc::driver
