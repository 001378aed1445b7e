# NOT HELD by firejail 0.9.64.4: new user namespaces, in which a program is root over mounts of its own; `psbc enter` closes them.
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
whitelist /home/dev/.vimrc
whitelist /home/dev/p
whitelist /home/dev/root
whitelist /mnt/disk/two
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
blacklist /data/[+0-rt-~-]*
blacklist /data/.[+0-~-]*
blacklist /data/s[+-df-~-]*
blacklist /data/s
blacklist /data/se[+-su-~-]*
blacklist /data/se
blacklist /data/set[+-rt-~-]*
blacklist /data/set
blacklist /data/sets?*
blacklist /data/sets/[+0-np-~-]*
blacklist /data/sets/.[+0-~-]*
blacklist /data/sets/o[+-mo-~-]*
blacklist /data/sets/o
blacklist /data/sets/on[+-df-~-]*
blacklist /data/sets/on
blacklist /data/sets/one?*
blacklist /home/dev/p/.env
blacklist /home/dev/p/conf/key
blacklist /media
blacklist /opt
blacklist /run/[+0-eg-rt-~-]*
blacklist /run/.[+0-~-]*
blacklist /run/f[+-hj-~-]*
blacklist /run/f
blacklist /run/fi[+-qs-~-]*
blacklist /run/fi
blacklist /run/fir[+-df-~-]*
blacklist /run/fir
blacklist /run/fire[+-ik-~-]*
blacklist /run/fire
blacklist /run/firej[+-_b-~-]*
blacklist /run/firej
blacklist /run/fireja[+-hj-~-]*
blacklist /run/fireja
blacklist /run/firejai[+-km-~-]*
blacklist /run/firejai
blacklist /run/s[+-xz-~-]*
blacklist /run/s
blacklist /run/sy[+-rt-~-]*
blacklist /run/sy
blacklist /run/sys[+-su-~-]*
blacklist /run/sys
blacklist /run/syst[+-df-~-]*
blacklist /run/syst
blacklist /run/syste[+-ln-~-]*
blacklist /run/syste
blacklist /run/system[+-ce-~-]*
blacklist /run/system
blacklist /run/firejail?*
blacklist /run/systemd?*
blacklist /run/systemd/[+0-qs-~-]*
blacklist /run/systemd/.[+0-~-]*
blacklist /run/systemd/r[+-df-~-]*
blacklist /run/systemd/r
blacklist /run/systemd/re[+-rt-~-]*
blacklist /run/systemd/re
blacklist /run/systemd/res[+-np-~-]*
blacklist /run/systemd/res
blacklist /run/systemd/reso[+-km-~-]*
blacklist /run/systemd/reso
blacklist /run/systemd/resol[+-uw-~-]*
blacklist /run/systemd/resol
blacklist /run/systemd/resolv[+-df-~-]*
blacklist /run/systemd/resolv
blacklist /run/systemd/resolve?*
blacklist /run/systemd/resolve/[+0-rt-~-]*
blacklist /run/systemd/resolve/.[+0-~-]*
blacklist /run/systemd/resolve/s[+-su-~-]*
blacklist /run/systemd/resolve/s
blacklist /run/systemd/resolve/st[+-tv-~-]*
blacklist /run/systemd/resolve/st
blacklist /run/systemd/resolve/stu[+-ac-~-]*
blacklist /run/systemd/resolve/stu
blacklist /run/systemd/resolve/stub[+.-~]*
blacklist /run/systemd/resolve/stub
blacklist /run/systemd/resolve/stub-[+-qs-~-]*
blacklist /run/systemd/resolve/stub-
blacklist /run/systemd/resolve/stub-r[+-df-~-]*
blacklist /run/systemd/resolve/stub-r
blacklist /run/systemd/resolve/stub-re[+-rt-~-]*
blacklist /run/systemd/resolve/stub-re
blacklist /run/systemd/resolve/stub-res[+-np-~-]*
blacklist /run/systemd/resolve/stub-res
blacklist /run/systemd/resolve/stub-reso[+-km-~-]*
blacklist /run/systemd/resolve/stub-reso
blacklist /run/systemd/resolve/stub-resol[+-uw-~-]*
blacklist /run/systemd/resolve/stub-resol
blacklist /run/systemd/resolve/stub-resolv[+0-~-]*
blacklist /run/systemd/resolve/stub-resolv
blacklist /run/systemd/resolve/stub-resolv.[+-bd-~-]*
blacklist /run/systemd/resolve/stub-resolv.
blacklist /run/systemd/resolve/stub-resolv.c[+-np-~-]*
blacklist /run/systemd/resolve/stub-resolv.c
blacklist /run/systemd/resolve/stub-resolv.co[+-mo-~-]*
blacklist /run/systemd/resolve/stub-resolv.co
blacklist /run/systemd/resolve/stub-resolv.con[+-eg-~-]*
blacklist /run/systemd/resolve/stub-resolv.con
blacklist /run/systemd/resolve/stub-resolv.conf?*
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
# restrict-namespaces: not in firejail 0.9.64.4; see the top of this file.
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
# noinput: not in firejail 0.9.64.4; private-dev shows no /dev/input.
# noprinters: not in firejail 0.9.64.4; private-dev shows no /dev/lp*, and /run is closed.
notv
nou2f
novideo

# ---- The shell inside --------------------------------------------------------------------------------
# Without this line firejail switches off completion in bash.
# tab: not in firejail 0.9.64.4; psbc writes ~/.inputrc inside.
# The status of the command itself, not of what it left running.
deterministic-exit-code
