# psbc hook for fish: psbc hook fish | source, at the end of ~/.config/fish/config.fish.
#
# At a prompt whose directory lies in a project that you approved, its sandbox opens, in that very directory. After it the shell
# is where it was, and enters again only when the project was left. PSBC_HOOK=off switches it off.
# It never reads a file of a project: the program decides. Unchanged prompts start no process, and neither does a directory
# outside of every project.

# Only a person at a prompt gets a sandbox: not an editor that asks for the environment, or a shell that has no terminal.
function __psbc_look
    builtin test -t 0; and builtin test -t 1; and builtin test "$TERM" != dumb; and builtin test "$PSBC_HOOK" != off; or return 0
    builtin test -z "$VSCODE_RESOLVING_ENVIRONMENT$MC_SID"; or return 0
    set -g __psbc_seen $PWD
    # By the real directories above: a name that leads here by a link says nothing of where here is. fish 3.6 has no `-ef`.
    set -l at (builtin pwd -P | builtin string collect)
    set -l root
    while builtin true
        if builtin test -e "$at/.python-sandbox.toml"
            set root $at/
            break
        end
        builtin test -n "$at"; or break
        set at (builtin string replace -r '/[^/]*$' '' -- $at | builtin string collect)
    end
    if builtin test -z "$root"
        set -g __psbc_left
        return 0
    end
    builtin test "$root" = "$__psbc_left"; and return 0
    set -g __psbc_left $root
    set -l told
    builtin contains -- "$root" $__psbc_told; and set told 1
    PSBC_HOOK_TOLD=$told @{psbc} hook-enter; and return 0
    builtin test -n "$told"; or set -g -a __psbc_told $root
    return 0
end

# Nothing here runs a program or prints. In a sandbox there is nothing to enter.
if builtin status is-interactive
    set -l one
    builtin test -r /proc/1/comm; and builtin read one 2>/dev/null </proc/1/comm
    if builtin test "$one" != firejail
        set -g __psbc_seen
        set -g __psbc_left
        set -g __psbc_told
        function __psbc_hook --on-event fish_prompt
            builtin test "$PWD" = "$__psbc_seen"; or __psbc_look
        end
    end
end
