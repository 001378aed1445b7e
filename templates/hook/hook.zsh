# psbc @{version}, hook for zsh: command -v psbc >/dev/null && eval "$(psbc hook zsh)" at the end of ~/.zshrc.
#
# At a prompt whose directory lies in a project that you approved, its sandbox opens, in that very directory. After it the shell
# is where it was, and enters again only when the project was left. PSBC_HOOK=off switches it off.
# It never reads a file of a project: the program decides. Unchanged prompts start no process, and neither does a directory
# outside of every project. Not a chpwd hook: that runs in the middle of `cd project && command`, and the rest of the line
# would run outside when the sandbox has ended.

__psbc_hook() {
  [[ $PWD == "${__psbc_seen-}" ]] && ! __psbc_is_new || __psbc_look
  \builtin return 0 # zsh keeps the status of the command before
}

# Was something approved, or the file changed, since the program last said no to this directory?
__psbc_is_new() {
  [[ -n ${__psbc_refused-} ]] || \builtin return 1
  \builtin local state=${XDG_STATE_HOME:-$HOME/.local/state}/psbc
  [[ -e $state/hook && ! ($state/hook -nt $state/trust && $state/hook -nt $__psbc_refused/.python-sandbox.toml) ]]
}

# Sets `root`: the innermost project above. By the real directories: a name that leads here by a link says nothing of where
# here is. `old`: where no such project is, a directory with a file of python-sandbox.
__psbc_find() {
  \builtin emulate -L zsh
  \builtin local at=.
  \builtin local -i depth
  for ((depth = 0; depth < 128; depth++)); do
    if [[ -e $at/.python-sandbox.toml ]]; then
      root=$PWD/$at
      \builtin break
    fi
    [[ -z $old && -f $at/.python-sandbox ]] && old=$PWD/$at
    [[ $at -ef / ]] && \builtin break
    at=$at/..
  done
  \builtin return 0
}

# Only a person at a prompt gets a sandbox: not a subshell, an editor that asks for the environment, or a shell that has no
# terminal yet (an instant prompt), which is asked again at its next prompt.
__psbc_look() {
  \builtin emulate -L zsh
  [[ -t 0 && -t 1 && $ZSH_SUBSHELL -eq 0 && ${TERM-dumb} != dumb && ${PSBC_HOOK-} != off ]] || \builtin return 0
  [[ -z ${VSCODE_RESOLVING_ENVIRONMENT-}${MC_SID-} ]] || \builtin return 0
  __psbc_seen=$PWD
  \builtin local root= old= told= known
  \builtin local -i answer=0
  __psbc_find
  root=${root:-$old}
  [[ -n $root && -n $__psbc_left && $root -ef $__psbc_left ]] && ! __psbc_is_new && \builtin return 0
  __psbc_left=$root __psbc_refused=
  [[ -n $root ]] || \builtin return 0
  for known in "${__psbc_told[@]}"; do
    [[ $root -ef $known ]] && told=1
  done
  PSBC_HOOK_TOLD=$told PSBC_HOOK_SHELL=$$ @{psbc} hook-enter || answer=$?
  if ((answer == 3)); then # psbc leave DIR
    \builtin cd -- "$(PSBC_HOOK_SHELL=$$ @{psbc} hook-leave)" && __psbc_look
  elif ((answer != 0)); then
    __psbc_refused=$root
    [[ -n $told ]] || __psbc_told+=("$root")
  fi
  \builtin return 0
}

# Nothing here runs a program or prints. In a sandbox there is nothing to enter.
if [[ -o interactive ]]; then
  () {
    \builtin emulate -L zsh
    \builtin local one=
    [[ -r /proc/1/comm ]] && \builtin read -r one 2>/dev/null </proc/1/comm
    [[ $one == firejail ]] && \builtin return 0
    \builtin typeset -g __psbc_left= __psbc_seen= __psbc_refused=
    \builtin typeset -ga __psbc_told precmd_functions
    __psbc_told=()
    # The name that python-sandbox had for it.
    \builtin whence sbox >/dev/null || function sbox { @{psbc} enter "$@" }
    ((${precmd_functions[(I)__psbc_hook]})) || precmd_functions+=(__psbc_hook)
    \builtin return 0
  }
fi
