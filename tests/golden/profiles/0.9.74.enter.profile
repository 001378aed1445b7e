# psbc made this firejail profile of ~/p/.python-sandbox.toml
# Edit that file and run `psbc build`: what is changed here is lost.
#
# For `psbc enter` and `psbc run` alone: psbc's own first process inside refuses to go on unless this
# profile really holds. It also loads one system call filter (no new namespaces, no io_uring, no foreign
# socket families, no 32-bit calls, no keys pushed into the terminal) and builds the environment from
# nothing, so neither is here. For plain firejail there is standalone.profile.

# ---- What exists -------------------------------------------------------------------------------------
# One whitelist below a directory empties it: of HOME, /run, /tmp and /var, nothing is left but this.
# `psbc-none` does not exist; it empties a directory of which nothing is needed.
# test: asked
whitelist /data/sets/one
whitelist /home/dev/.vimrc
whitelist /home/dev/p
whitelist /home/dev/root
whitelist /mnt/disk/two
whitelist /run/systemd/resolve/stub-resolv.conf
whitelist /tmp/psbc-none
whitelist /var/psbc-none
# psbc: off unless [devices] asks for it
no3d
nosound

# ---- What may be read and written --------------------------------------------------------------------
# Outer directories first: firejail mounts these one after the other. `read-only` followed by
# `read-write` pins a directory: it stays writable, and can be neither renamed nor removed. What is hidden
# comes last.
# test: asked
read-only /data/sets/one
read-only /home/dev/.vimrc
# test: must stay where it is: asked
read-only /home/dev/p/.git
read-write /home/dev/p/.git
# test: asked
read-only /home/dev/p/.git/hooks
# test: must stay where it is: asked
read-only /home/dev/p/conf
read-write /home/dev/p/conf
# test: asked
read-only /mnt/disk/two
read-only /run/systemd/resolve/stub-resolv.conf
blacklist /home/dev/p/.env
blacklist /home/dev/p/conf/key
blacklist /media
blacklist /opt
blacklist /run/user/1000
blacklist /srv

# ---- Privileges --------------------------------------------------------------------------------------
caps.drop all
nonewprivs
nogroups
noroot

# The filter leaves bwrap no namespaces; firejail need not put a dummy in its place.
# allow-bwrap: not in firejail 0.9.74; this firejail leaves bwrap alone, and the system call filter closes what it needs.

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
