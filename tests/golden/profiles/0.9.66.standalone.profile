# NOT HELD by firejail 0.9.66: new user namespaces, in which a program is root over mounts of its own; `psbc enter` closes them.
# For `firejail --profile=` without psbc. It does NOT give what only `psbc enter` can:
#   - a proof that you are inside: in a container, or inside another firejail, firejail runs your command
#     without any sandbox, without a word, and with status 0
#   - a clean environment: all your variables cross, the tokens among them. Start it as `env -i HOME="$HOME"
#     TERM="$TERM" PATH=/usr/bin:/bin firejail --profile=...`
#   - protection of your terminal: a program can type into it after Ctrl-Z
#   - Landlock: services of this machine that listen on 127.0.0.1 or on an abstract socket can be reached
# What is hidden and exposed is what was there at the last `psbc build`.
#
# psbc made this firejail profile of ~/p/.python-sandbox.toml
# Edit that file and run `psbc build`: what is changed here is lost.

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

# ---- Variables ---------------------------------------------------------------------------------------
# psbc: names the sandbox, for prompts
env JAILED_ENV=test

# ---- Privileges --------------------------------------------------------------------------------------
caps.drop all
nonewprivs
nogroups
noroot
# No user namespaces: in one, a program is root over new mounts. Blocking the second architecture keeps
# 32-bit calls from walking around this (0.9.74 and later).
# restrict-namespaces: not in firejail 0.9.66; see the top of this file.
seccomp.block-secondary
# A refused call fails, and does not kill (0.9.64.4 knows that only when told).
seccomp-error-action EPERM
# firejail's list, without what debuggers and profilers need for processes of their own, and with
# io_uring, which opens sockets that `protocol` does not see.
seccomp !ptrace,!process_vm_readv,io_uring_setup
protocol unix,inet,inet6

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
# noprinters: not in firejail 0.9.66; private-dev shows no /dev/lp*, and /run is closed.
notv
nou2f
novideo

# ---- The shell inside --------------------------------------------------------------------------------
# Without this line firejail switches off completion in bash.
# tab: not in firejail 0.9.66; psbc writes ~/.inputrc inside.
# The status of the command itself, not of what it left running.
deterministic-exit-code
