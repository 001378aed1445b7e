// SPDX-License-Identifier: MIT
#include "emit/directives.h"

#include <algorithm>
#include <iterator>

namespace psbc::emit {
namespace {

using enum Argument;
using enum Role;

constexpr FirejailVersion always{};
constexpr FirejailVersion no_end{0xffff, 0, 0};
constexpr FirejailVersion v66{0, 9, 66}, v68{0, 9, 68}, v70{0, 9, 70}, v72{0, 9, 72}, v74{0, 9, 74}, v78{0, 9, 78}, v80{0, 9, 80};

// Sorted by name. Acceptance was measured on each version (FIREJAIL A); a test runs the rows against
// the firejail that is installed.
constexpr Directive table[] = {
    // Without it firejail warns at every start, --quiet or not, where no bwrap is installed.
    {"allow-bwrap", none, fixed, v78, no_end, Missing::covered, "this firejail leaves bwrap alone, and the system call filter closes what it needs"},
    {"allow-debuggers", none, refused},
    {"allusers", none, refused},
    {"blacklist", glob, rule},
    {"blacklist-nolog", glob, narrowing},
    {"caps", none, refused},
    {"caps.drop", word, fixed},
    {"caps.keep", word, refused},
    {"dbus-system", word, fixed},
    {"dbus-user", word, fixed},
    {"deterministic-exit-code", none, narrowing},
    {"deterministic-shutdown", none, narrowing, v68},
    {"disable-mnt", none, narrowing},
    {"env", variable, rule},
    {"hostname", word, narrowing},
    {"hosts-file", plain, rule},
    {"ignore", word, refused},
    {"include", word, refused},
    {"ipc-namespace", none, baseline},
    {"join-or-start", word, refused},
    // Before 0.9.68 firejail passes every descriptor on; psbc closes all but its own before.
    {"keep-fd", word, fixed, v68, no_end, Missing::covered, "this firejail closes no descriptors, and psbc leaves only its own open"},
    {"keep-shell-rc", none, refused, v74},
    {"keep-var-tmp", none, refused},
    {"machine-id", none, baseline},
    {"memory-deny-write-execute", none, narrowing},
    {"mkdir", plain, refused},
    {"mkfile", plain, refused},
    {"name", word, refused},
    {"net", word, fixed},
    {"netlock", none, narrowing, v72},
    {"nice", word, narrowing},
    {"no3d", none, narrowing},
    {"noblacklist", glob, refused},
    {"nodvd", none, baseline},
    {"noexec", glob, narrowing},
    {"nogroups", none, baseline},
    {"noinput", none, baseline, v66, no_end, Missing::covered, "private-dev shows no /dev/input"},
    {"nonewprivs", none, baseline},
    {"noprinters", none, baseline, v68, no_end, Missing::covered, "private-dev shows no /dev/lp*, and /run is closed"},
    {"noroot", none, baseline},
    {"nosound", none, baseline},
    {"notpm", none, narrowing, v74},
    {"notv", none, baseline},
    {"nou2f", none, baseline},
    {"novideo", none, baseline},
    {"nowhitelist", glob, refused},
    {"private", optional, refused},
    {"private-cwd", plain, refused},
    {"private-dev", none, baseline},
    {"private-tmp", none, refused}, // shows /tmp/.X11-unix again
    {"protocol", word, fixed},
    {"quiet", none, narrowing},
    {"read-only", glob, rule},
    {"read-write", glob, rule},
    {"restrict-namespaces", optional, fixed, v72, no_end, Missing::said,
     "new user namespaces, in which a program is root over mounts of its own; `psbc enter` closes them"},
    {"rlimit-cpu", word, narrowing},
    {"rlimit-fsize", word, narrowing},
    {"rlimit-nofile", word, narrowing},
    {"rlimit-nproc", word, narrowing},
    {"rmenv", word, narrowing},
    {"seccomp", optional, fixed},
    {"seccomp-error-action", word, fixed},
    {"seccomp.block-secondary", none, baseline},
    {"seccomp.drop", word, refused},
    {"seccomp.keep", word, refused},
    {"shell", word, refused, always, v74},
    // Without it firejail plants an .inputrc that switches completion off (0.9.68 alone has no cure).
    {"tab", none, baseline, v70, no_end, Missing::covered, "psbc writes ~/.inputrc inside"},
    {"timeout", word, narrowing},
    {"tmpfs", glob, refused},
    {"whitelist", glob, rule},
    {"whitelist-ro", glob, refused, v66},
    {"writable-etc", none, refused},
    {"writable-run-user", none, refused},
    {"writable-var", none, refused},
    {"writable-var-log", none, refused},
};

static_assert(std::is_sorted(std::begin(table), std::end(table), [](const Directive& a, const Directive& b) { return a.name.view() < b.name.view(); }));

} // namespace

std::span<const Directive> all_directives() { return table; }

const Directive* find_directive(std::string_view name) {
  const auto* found = std::lower_bound(std::begin(table), std::end(table), name,
                                       [](const Directive& row, std::string_view wanted) { return row.name.view() < wanted; });
  return found != std::end(table) && found->name == name ? found : nullptr;
}

} // namespace psbc::emit
