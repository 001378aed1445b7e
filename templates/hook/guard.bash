
# psbc @{version}, guard for bash, behind the hook: eval "$(psbc hook bash --guard)".
#
# `cd project && pip install x` runs pip outside, because a shell acts at prompts only. With the guard, programs that run
# Python code of others run in the sandbox when they are typed in an approved project, and not at all in one that was never
# approved. `command pip` is pip itself. Only what is typed in this shell is covered: no script, and no path to a program.

__psbc_guarded() {
  \builtin local root= old=
  if [[ ${PSBC_HOOK-} != off ]]; then __psbc_find; fi
  if [[ -z $root ]]; then
    \builtin command "$@"
  else
    @{psbc} hook-run "$@"
  fi
}

if [[ -n ${__psbc_left+set} ]]; then # the hook is at work: an interactive shell, and no sandbox
  for __psbc_one in pip pip3 pipx python python3 ipython uv uvx poetry pdm hatch pipenv tox nox pytest jupyter; do
    # A function or an alias of yours stays.
    if [[ -n ${BASH_ALIASES[$__psbc_one]+set} ]] || \builtin declare -F "$__psbc_one" >/dev/null; then \builtin continue; fi
    \builtin eval "function $__psbc_one { __psbc_guarded $__psbc_one \"\$@\"; }"
  done
  \builtin unset -v __psbc_one
fi
