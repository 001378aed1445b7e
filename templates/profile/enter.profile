@{header}
#
# For `psbc enter` and `psbc run` alone: psbc's own first process inside refuses to go on unless this
# profile really holds. It also loads one system call filter (no new namespaces, no io_uring, no foreign
# socket families, no 32-bit calls, no keys pushed into the terminal) and builds the environment from
# nothing, so neither is here. For plain firejail there is standalone.profile.

# ---- What exists -------------------------------------------------------------------------------------
# One whitelist below a directory empties it: of HOME, /run, /tmp and /var, nothing is left but this.
# `psbc-none` does not exist; it empties a directory of which nothing is needed.
@{exposed}

# ---- What may be read and written --------------------------------------------------------------------
# Outer directories first: firejail mounts these one after the other. `read-only` followed by
# `read-write` pins a directory: it stays writable, and can be neither renamed nor removed. What is hidden
# comes last.
@{guarded}

# ---- Privileges --------------------------------------------------------------------------------------
caps.drop all
nonewprivs
nogroups
noroot

# The filter leaves bwrap no namespaces; firejail need not put a dummy in its place.
allow-bwrap

# ---- Ways to the rest of the machine -----------------------------------------------------------------
# Shared memory and message queues of other programs, and what identifies the machine.
ipc-namespace
machine-id
# firejail leaves the key to X open whatever is whitelisted.
blacklist ${HOME}/.Xauthority
# D-Bus can start programs outside.
dbus-user none
dbus-system none

# ---- Devices -----------------------------------------------------------------------------------------
private-dev
nodvd
noinput
noprinters
notv
nou2f
novideo

# ---- The shell inside --------------------------------------------------------------------------------
# Descriptor 3 is the session: command, environment and proof of entry, which no one can see in `ps`.
keep-fd 3
# Without this line firejail switches off completion in bash.
tab
