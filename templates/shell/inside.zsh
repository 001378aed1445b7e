# ---- psbc ---------------------------------------------------------------------------------------------
# Read once for each start-up file of zsh, whose name is the argument: it reads your own file of that
# name, then does what zsh inside the sandbox needs. While zsh starts, ZDOTDIR is psbc's directory; your
# files see the value that they have outside.

# Functions first: aliases and options of yours must not change what they mean.
if (( ! ${+functions[__psbc_finish]} )); then

# The environment's programs come first, once, whatever your settings did to PATH.
__psbc_first() {
  emulate -L zsh
  [[ ${(t)path} != *readonly* && ${(t)PATH} != *readonly* ]] || return 0
  path=("${(@)path:#$1/bin}")
  # For `deactivate`. Nobody runs this file of the environment outside of the sandbox.
  if [[ -n ${2-} && -r $1/bin/activate ]]; then
    local VIRTUAL_ENV_DISABLE_PROMPT=1 # the segment of the prompt says enough
    builtin source "$1/bin/activate" >/dev/null
  fi
  path=("$1/bin" "${(@)path:#$1/bin}")
  typeset -gx PATH
}

# Activates the environment of the sandbox, or another one of ~/envs.
(( ${+functions[sa]} || ${+aliases[sa]} )) || sa() {
  emulate -L zsh
  local environment=@{environment}
  [[ -z $1 ]] || environment=$HOME/envs/$1
  if [[ ! -r $environment/bin/activate ]]; then
    print -ru2 -- "there is no environment in $environment"
    print -ru2 -- "  help: python3 -m venv ${(q)environment}"
    return 1
  fi
  local VIRTUAL_ENV_DISABLE_PROMPT=1 # the segment of the prompt says enough
  builtin source "$environment/bin/activate"
}

# Deactivates it.
(( ${+functions[sad]} || ${+aliases[sad]} )) || sad() {
  if (( ${+functions[deactivate]} )); then
    deactivate
  else
    path=("${(@)path:#${VIRTUAL_ENV-}/bin}")
    unset VIRTUAL_ENV
    rehash
  fi
}

# Tells the terminal the directory (OSC 7), so that a new tab starts in it. No forks.
__psbc_tell() {
  emulate -L zsh
  setopt no_multibyte
  [[ $PWD != $__psbc_told && -t 1 && ${TERM-dumb} != (dumb|linux) ]] || return 0
  typeset -g __psbc_told=$PWD
  (( ! ${+functions[__vte_osc7]} )) || return 0 # the terminal's own integration does it
  local c url=
  local -i i
  for (( i = 1; i <= $#PWD; i++ )); do
    c=$PWD[i]
    [[ $c == [a-zA-Z0-9/._~-] ]] || printf -v c '%%%02X' $(( #c & 255 ))
    url+=$c
  done
  printf '\e]7;file://%s%s\e\\' "$HOST" "$url"
  # Windows Terminal knows directories of WSL by another sequence, and as Windows does.
  [[ -z ${WSL_DISTRO_NAME-} || $PWD == *[[:cntrl:]]* ]] || printf '\e]9;9;%s\e\\' "\\\\wsl.localhost\\$WSL_DISTRO_NAME${PWD//\//\\}"
}

# Says once that there is a newer build: what it changes is for the next session. No forks.
__psbc_compare() {
  emulate -L zsh
  local build=
  [[ -z ${PSBC_BUILD-} || ! -r @{session}/build ]] || read -r build <@{session}/build
  [[ -n $build && $build != $PSBC_BUILD ]] || return 0
  typeset -gx PSBC_BUILD=
  print -ru2 'psbc: this session is older than the current build: leave it, and enter again'
}

# (J:name) in the prompt, also when a theme sets PROMPT anew before each prompt.
__psbc_precmd() {
  local __psbc_expands=
  [[ ! -o prompt_subst ]] || __psbc_expands=1
  emulate -L zsh
  __psbc_tell
  __psbc_compare
  # Themes that came later put themselves behind; they set PROMPT, so this has to be the last.
  [[ $precmd_functions[-1] == __psbc_precmd ]] || precmd_functions=("${(@)precmd_functions:#__psbc_precmd}" __psbc_precmd)
  [[ ${PSBC_PROMPT-} != off ]] || return 0
  (( ! ${+functions[p10k]} || ! ${+functions[prompt_psbc]} )) || return 0 # it has a segment of its own
  [[ $PROMPT == *JAILED_ENV* || $PROMPT == *'(J:'* || ${(t)PROMPT} == *readonly* ]] && return 0
  local segment='${JAILED_ENV:+(J:${JAILED_ENV//\%/%%}) }'
  [[ -n $__psbc_expands ]] || segment="(J:${JAILED_ENV//\%/%%}) "
  if [[ $PROMPT == $'\n'* ]]; then
    PROMPT=$'\n'$segment${PROMPT#$'\n'} # a prompt of two lines: not on the empty one
  else
    PROMPT=$segment$PROMPT
  fi
}

# powerlevel10k draws its prompt also between commands: it gets an element.
__psbc_p10k() {
  emulate -L zsh
  (( ${+functions[p10k]} && ${+POWERLEVEL9K_LEFT_PROMPT_ELEMENTS} && ! ${+functions[prompt_psbc]} )) || return 0
  [[ ${PSBC_PROMPT-} != off ]] || return 0
  prompt_psbc() { p10k segment -f 208 -t "(J:${JAILED_ENV//\%/%%})" }
  instant_prompt_psbc() { prompt_psbc }
  POWERLEVEL9K_LEFT_PROMPT_ELEMENTS=(psbc "${(@)POWERLEVEL9K_LEFT_PROMPT_ELEMENTS}")
}

# What an interactive shell needs after your own settings.
__psbc_interactive() {
  emulate -L zsh
  local environment=@{environment}
  __psbc_first "$environment" activate
  rehash
  # A history of the sandbox's own. Set to nothing in your settings means that you want none.
  if [[ ${(t)HISTFILE} != *readonly* ]]; then
    if (( ! ${+HISTFILE} )); then
      HISTFILE=@{history}
      (( SAVEHIST > 0 )) || SAVEHIST=10000
      (( HISTSIZE >= SAVEHIST )) || HISTSIZE=$SAVEHIST
    elif [[ -n $HISTFILE ]]; then
      HISTFILE=@{history}
    fi
  fi
  __psbc_p10k
  typeset -ga precmd_functions
  (( ${precmd_functions[(I)__psbc_precmd]} )) || precmd_functions+=(__psbc_precmd)
}

# After each file. `$1`: its name.
__psbc_finish() {
  emulate -L zsh
  local environment=@{environment} more=
  typeset -gx JAILED_ENV=@{name}
  [[ ${VIRTUAL_ENV-} != $environment ]] || __psbc_first $environment
  case $1 in
    (.zshenv) [[ ! -o interactive && ! -o login ]] || more=1 ;;
    (.zprofile) more=1 ;;
    (.zshrc) __psbc_interactive; [[ ! -o login ]] || more=1 ;;
    (.zlogin) [[ ! -o interactive ]] || __psbc_interactive ;;
  esac
  # Never exported: a zsh below this one must begin at ~/.zshenv again.
  typeset -g +x ZDOTDIR 2>/dev/null
  if [[ -n $more ]]; then
    typeset -g __psbc_zdotdir=${ZDOTDIR-}
    typeset -g ZDOTDIR=$HOME/.psbc/zsh
  else
    [[ -n ${ZDOTDIR-} ]] || unset ZDOTDIR
    unset __psbc_zdotdir __psbc_own
  fi
}

fi

if [[ $1 == .zshenv ]]; then
  unset ZDOTDIR
  __psbc_own=$HOME/.zshenv.own
  if [[ ! -r $__psbc_own && -n @{zdotdir} ]]; then
    ZDOTDIR=@{zdotdir}
    __psbc_own=$ZDOTDIR/.zshenv.own # where the system's files set ZDOTDIR
    [[ -r $__psbc_own ]] || __psbc_own=$ZDOTDIR/.zshenv
  fi
else
  ZDOTDIR=$__psbc_zdotdir
  [[ -n $ZDOTDIR ]] || unset ZDOTDIR
  __psbc_own=${ZDOTDIR:-$HOME}/$1
fi

# An error, `return` or `set -e` in your file ends that file, not this one.
if [[ -r $__psbc_own ]]; then
  { builtin source "$__psbc_own" || : } always { TRY_BLOCK_ERROR=0 }
fi
if [[ $1 == .zshenv && -z ${ZDOTDIR-} && -n @{zdotdir} ]]; then
  ZDOTDIR=@{zdotdir}
fi
__psbc_finish "$1"
