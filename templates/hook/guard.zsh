
# psbc @{version}, guard for zsh, behind the hook: eval "$(psbc hook zsh --guard)".
#
# `cd project && pip install x` runs pip outside, because a shell acts at prompts only. With the guard, programs that run
# Python code of others run in the sandbox when they are typed in an approved project, and not at all in one that was never
# approved. `command pip` is pip itself. Only what is typed in this shell is covered: no script, and no path to a program.

__psbc_guarded() {
  \builtin local root= old=
  [[ ${PSBC_HOOK-} == off ]] || __psbc_find
  if [[ -z $root ]]; then
    \builtin command "$@"
  else
    @{psbc} hook-run "$@"
  fi
}

if [[ -n ${__psbc_left+set} ]]; then # the hook is at work: an interactive shell, and no sandbox
  () {
    \builtin emulate -L zsh
    \builtin local one
    for one in pip pip3 pipx python python3 ipython uv uvx poetry pdm hatch pipenv tox nox pytest jupyter; do
      # A function or an alias of yours stays.
      \builtin functions -- $one >/dev/null || \builtin alias -- $one >/dev/null || \builtin eval "function $one { __psbc_guarded $one \"\$@\" }"
    done
  }
fi
