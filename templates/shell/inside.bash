# ---- psbc ---------------------------------------------------------------------------------------------
# What an interactive shell inside the sandbox needs after your own settings. ~/.bashrc.own is a copy of
# your ~/.bashrc, and is gone when you leave; edit ~/.bashrc outside.

# Functions first: aliases of yours must not change what they mean.

# Activates the environment of the sandbox, or another one of ~/envs.
declare -F sa >/dev/null || sa() {
  local environment=@{environment}
  [[ -z ${1-} ]] || environment=$HOME/envs/$1
  if [[ ! -r $environment/bin/activate ]]; then
    printf 'there is no environment in %s\n  help: python3 -m venv %q\n' "$environment" "$environment" >&2
    return 1
  fi
  local VIRTUAL_ENV_DISABLE_PROMPT=1 # the segment of the prompt says enough
  builtin source "$environment/bin/activate"
}

# Deactivates it.
declare -F sad >/dev/null || sad() {
  if declare -F deactivate >/dev/null; then
    deactivate
  else
    PATH=:$PATH:
    PATH=${PATH//":${VIRTUAL_ENV-}/bin:"/:}
    PATH=${PATH#:}
    PATH=${PATH%:}
    unset -v VIRTUAL_ENV
    hash -r
  fi
}

# Tells the terminal the directory (OSC 7), so that a new tab starts in it. No forks.
__psbc_told=
__psbc_tell() {
  [[ $PWD != "$__psbc_told" && -t 1 && ${TERM-dumb} != @(dumb|linux) ]] || return 0
  __psbc_told=$PWD
  declare -F __vte_osc7 >/dev/null && return 0 # the terminal's own integration does it
  local LC_ALL=C i c url=
  for ((i = 0; i < ${#PWD}; i++)); do
    c=${PWD:i:1}
    if [[ $c != [a-zA-Z0-9/._~-] ]]; then
      printf -v c '%02X' "'$c"
      c=%${c: -2}
    fi
    url+=$c
  done
  printf '\e]7;file://%s%s\e\\' "${HOSTNAME-}" "$url"
  # Windows Terminal knows directories of WSL by another sequence, and as Windows does.
  [[ -z ${WSL_DISTRO_NAME-} || $PWD == *[[:cntrl:]]* ]] || printf '\e]9;9;%s\e\\' "\\\\wsl.localhost\\$WSL_DISTRO_NAME${PWD//\//\\}"
}

# Says once that there is a newer build: what it changes is for the next session. No forks.
__psbc_compare() {
  local build=
  [[ ${PSBC_BUILD-} && -r @{session}/build ]] && read -r build <@{session}/build
  [[ $build && $build != "$PSBC_BUILD" ]] || return 0
  PSBC_BUILD=
  printf 'psbc: this session is older than the current build: leave it, and enter again\n' >&2
}

# An error, `return` or `set -e` in your file ends that file, not this one.
if [[ -r ~/.bashrc.own ]]; then
  . ~/.bashrc.own || : # `builtin source` would mind `set -e`
fi

__psbc_flags=$-
set +eu # an activation script may use what is unset

export JAILED_ENV=@{name}
__psbc_environment=@{environment}

# Can the variable be assigned? An error here would end the rest of this file.
__psbc_free() {
  local -n __psbc_variable=$1
  [[ ${__psbc_variable@a} != *r* ]]
}

# The environment's programs come first, once, whatever your settings did to PATH.
if __psbc_free PATH; then
  __psbc_path=:$PATH:
  while [[ $__psbc_path == *":$__psbc_environment/bin:"* ]]; do
    __psbc_path=${__psbc_path//":$__psbc_environment/bin:"/:}
  done
  __psbc_path=${__psbc_path#:}
  PATH=${__psbc_path%:}
  # For `deactivate`. Nobody runs this file of the environment outside of the sandbox.
  if [[ -r $__psbc_environment/bin/activate ]]; then
    __psbc_shown=${VIRTUAL_ENV_DISABLE_PROMPT-}
    VIRTUAL_ENV_DISABLE_PROMPT=1 # the segment below says enough
    builtin source "$__psbc_environment/bin/activate" >/dev/null || :
    VIRTUAL_ENV_DISABLE_PROMPT=$__psbc_shown
    [[ $__psbc_shown ]] || unset -v VIRTUAL_ENV_DISABLE_PROMPT
  fi
  [[ :$PATH: == *":$__psbc_environment/bin:"* ]] || PATH=$__psbc_environment/bin${PATH:+:$PATH}
  export PATH
  hash -r
fi

# A history of the sandbox's own. Unset in your settings means that you want none.
if [[ ${HISTFILE+set} ]] && __psbc_free HISTFILE; then
  HISTFILE=@{history}
fi

# (J:name) in the prompt, also when something sets PS1 anew later. No forks.
__psbc_prompt() {
  __psbc_tell
  __psbc_compare
  local segment='${JAILED_ENV:+(J:$JAILED_ENV) }'
  [[ ${PSBC_PROMPT-} != off ]] || return 0
  shopt -q promptvars || segment="(J:$JAILED_ENV) "
  [[ ${PS1-} == *JAILED_ENV* || ${PS1-} == *'(J:'* ]] && return 0
  if [[ ${PS1-} == '\n'* ]]; then
    PS1='\n'$segment${PS1#'\n'} # a prompt of two lines: not on the empty one
  else
    PS1=$segment${PS1-}
  fi
}

if __psbc_free PS1; then
  __psbc_prompt
  if __psbc_free PROMPT_COMMAND; then
    # firejail sets it to `:` in the environment.
    [[ ${PROMPT_COMMAND-} == : ]] && unset -v PROMPT_COMMAND
    export -n PROMPT_COMMAND
    if [[ " ${PROMPT_COMMAND[*]-} " == *__psbc_prompt* ]]; then
      :
    elif [[ -z ${PROMPT_COMMAND-} ]]; then
      PROMPT_COMMAND=__psbc_prompt
    elif ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
      PROMPT_COMMAND+=(__psbc_prompt) # bash itself keeps $? for each element
    else
      PROMPT_COMMAND=$PROMPT_COMMAND$'\n'__psbc_prompt
    fi
  fi
fi

unset -v __psbc_environment __psbc_path __psbc_shown
unset -f __psbc_free
[[ $__psbc_flags != *u* ]] || set -u
if [[ $__psbc_flags == *e* ]]; then
  unset -v __psbc_flags
  set -e
else
  unset -v __psbc_flags
fi
