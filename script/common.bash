# SPDX-License-Identifier: MIT
# What the scripts share. Sourced: . "$(dirname "$0")/common.bash"
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8
umask 022 # what is built and copied here is read by the test users
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf '%s\n' "$*" >&2; }

fail() { # STATUS MESSAGE...
  local status=$1
  shift
  say "$(basename "$0"): $*"
  exit "$status"
}

# The build directory. A checkout that belongs to somebody else, or a build/ that another user made, is left
# alone: the build goes to the cache of whoever builds.
build_directory() {
  local there=$top/build
  if [ -n "${PSBC_BUILD_DIR:-}" ]; then
    there=$PSBC_BUILD_DIR
  elif { [ -e "$there" ] && [ ! -O "$there" ]; } || [ ! -w "$top" ]; then
    there=${XDG_CACHE_HOME:-$HOME/.cache}/psbc-build/$(printf '%s' "$top" | cksum | cut -d' ' -f1)
  fi
  printf '%s\n' "$there"
}

# Configures the directory when that was never done.
configure() { # DIRECTORY [MESON OPTION...]
  local directory=$1
  shift
  [ -e "$directory/build.ninja" ] || { mkdir -p "$directory" && meson setup "$@" "$directory" "$top" >&2; }
}

build() { # DIRECTORY [TARGET...]
  local directory=$1
  shift
  say "building in $directory ..."
  ninja -C "$directory" --quiet "$@" >&2
}

# What is committed; where there is no repository, as in an unpacked release, what is there.
source_tree() { # DIRECTORY
  mkdir -p "$1"
  if git -C "$top" rev-parse -q --verify HEAD >/dev/null 2>&1; then
    git -C "$top" archive HEAD | tar -x -C "$1"
  else
    tar -c -C "$top" --exclude=./build --exclude='./build-*' --exclude=./dist --exclude=__pycache__ . | tar -x --no-same-owner -C "$1"
  fi
}

# When that was, in seconds; it is the date of all that is made of it.
source_date() {
  printf '%s\n' "${SOURCE_DATE_EPOCH:-$(git -C "$top" log -1 --format=%ct 2>/dev/null || stat -c %Y "$top/meson.build")}"
}

version() { sed -n "s/^  version: '\(.*\)',/\1/p" "$top/meson.build"; }

mirror() { # Debian's, that of this machine's apt where it has one
  local found
  found=$({ cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null || true; } |
    sed -n 's/^URIs: *//p; s/^deb  *\(\[[^]]*\] *\)\{0,1\}\(http[^ ]*\).*/\2/p' | grep -m1 '/debian/*$' || true)
  printf '%s\n' "${found:-http://deb.debian.org/debian}"
}
