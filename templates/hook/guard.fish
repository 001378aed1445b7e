
# psbc @{version}, guard for fish, behind the hook: psbc hook fish --guard | source.
#
# `cd project; and pip install x` runs pip outside, because a shell acts at prompts only. With the guard, programs that run
# Python code of others run in the sandbox when they are typed in an approved project, and not at all in one that was never
# approved. `command pip` is pip itself. Only what is typed in this shell is covered: no script, and no path to a program.

function __psbc_guarded
    set -g __psbc_root
    builtin test "$PSBC_HOOK" = off; or __psbc_find
    if builtin test -z "$__psbc_root"
        command $argv
    else
        @{psbc} hook-run $argv
    end
end

if builtin set -q __psbc_left # the hook is at work: an interactive shell, and no sandbox
    for one in pip pip3 pipx python python3 ipython uv uvx poetry pdm hatch pipenv tox nox pytest jupyter
        # A function or an alias of yours stays.
        if not builtin functions -q $one
            function $one --wraps $one --inherit-variable one
                __psbc_guarded $one $argv
            end
        end
    end
end
