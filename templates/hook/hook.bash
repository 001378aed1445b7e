# psbc @{version}, hook for bash: command -v psbc >/dev/null && eval "$(psbc hook bash)" at the end of ~/.bashrc.
#
# At a prompt whose directory lies in a project that you approved, its sandbox opens, in that very directory. After it the shell
# is where it was, and enters again only when the project was left. PSBC_HOOK=off switches it off.
# It never reads a file of a project: the program decides. Unchanged prompts start no process, and neither does a directory
# outside of every project. `builtin` and `\`, because functions and aliases may have any name.

# Keeps the status of the command before; under `set -e` one other than 0 would end the shell here.
__psbc_hook() {
  \builtin local status=$? IFS=$' \t\n'
  if [[ $PWD != "${__psbc_seen-}" ]] || __psbc_is_new; then __psbc_look; fi
  if [[ $- == *e* ]]; then \builtin return 0; fi
  \builtin return "$status"
}

# Was something approved, or the file changed, since the program last said no to this directory? By the second: bash's `-nt`
# knows no less.
__psbc_is_new() {
  [[ -n ${__psbc_refused-} ]] || \builtin return 1
  \builtin local state=${XDG_STATE_HOME:-$HOME/.local/state}/psbc
  [[ -e $state/hook && ! ($state/hook -nt $state/trust && $state/hook -nt $__psbc_refused/.python-sandbox.toml) ]]
}

# Sets `root`: the innermost project above. By the real directories: a name that leads here by a link says nothing of where
# here is. `old`: where no such project is, a directory with a file of python-sandbox.
__psbc_find() {
  \builtin local at=. depth
  for ((depth = 0; depth < 128; depth++)); do
    if [[ -e $at/.python-sandbox.toml ]]; then
      root=$PWD/$at
      \builtin break
    fi
    if [[ -z $old && -f $at/.python-sandbox ]]; then old=$PWD/$at; fi
    if [[ $at -ef / ]]; then \builtin break; fi
    at=$at/..
  done
}

# Only a person at a prompt gets a sandbox: not a subshell, an editor that asks for the environment, or a shell that has no
# terminal yet (an instant prompt), which is asked again at its next prompt.
__psbc_look() {
  if [[ ! -t 0 || ! -t 1 || $BASH_SUBSHELL -ne 0 || ${TERM-dumb} == dumb || ${PSBC_HOOK-} == off ]]; then \builtin return 0; fi
  if [[ -n ${VSCODE_RESOLVING_ENVIRONMENT-}${MC_SID-} ]]; then \builtin return 0; fi
  __psbc_seen=$PWD
  \builtin local root= old= told= known answer=0
  __psbc_find
  root=${root:-$old}
  if [[ -n $root && -n $__psbc_left && $root -ef $__psbc_left ]] && ! __psbc_is_new; then \builtin return 0; fi
  __psbc_left=$root __psbc_refused=
  if [[ -z $root ]]; then \builtin return 0; fi
  for known in ${__psbc_told[@]+"${__psbc_told[@]}"}; do
    if [[ $root -ef $known ]]; then told=1; fi
  done
  PSBC_HOOK_TOLD=$told PSBC_HOOK_SHELL=$$ @{psbc} hook-enter || answer=$?
  if [[ $answer == 3 ]]; then # psbc leave DIR
    \builtin cd -- "$(PSBC_HOOK_SHELL=$$ @{psbc} hook-leave)" && __psbc_look
  elif [[ $answer != 0 ]]; then
    __psbc_refused=$root
    if [[ -z $told ]]; then __psbc_told+=("$root"); fi
  fi
  \builtin return 0
}

# Nothing here runs a program or prints. In a sandbox there is nothing to enter.
if [[ $- == *i* ]]; then
  __psbc_one=
  if [[ -r /proc/1/comm ]]; then \builtin read -r __psbc_one 2>/dev/null </proc/1/comm || \builtin true; fi
  if [[ $__psbc_one != firejail ]]; then
    __psbc_left= __psbc_seen= __psbc_refused=
    __psbc_told=()
    # The name that python-sandbox had for it.
    if ! \builtin type sbox &>/dev/null; then
      function sbox { @{psbc} enter "$@"; }
    fi
    if [[ -n ${PROMPT_COMMAND+set} && ${PROMPT_COMMAND@a} == *r* ]]; then
      \builtin : # read-only: psbc cannot be called at prompts
    elif [[ "${PROMPT_COMMAND[*]-}" == *__psbc_hook* ]]; then
      \builtin :
    elif ((BASH_VERSINFO[0] > 5 || (BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] >= 1))); then
      PROMPT_COMMAND+=(__psbc_hook) # others overwrite the first element at most
    else
      PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__psbc_hook
    fi
  fi
  \builtin unset -v __psbc_one
fi
