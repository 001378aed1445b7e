# psbc @{version}, hook for fish: command -q psbc; and psbc hook fish | source, at the end of ~/.config/fish/config.fish.
#
# At a prompt whose directory lies in a project that you approved, its sandbox opens, in that very directory. After it the shell
# is where it was, and enters again only when the project was left. PSBC_HOOK=off switches it off.
# It never reads a file of a project: the program decides. Unchanged prompts start no process, and neither does a directory
# outside of every project.

# Was something approved, or the file changed, since the program last said no to this directory? By the second: fish 3.6 has
# no `-nt`.
function __psbc_is_new
    builtin test -n "$__psbc_refused"; or return 1
    set -l state $HOME/.local/state/psbc
    builtin test -n "$XDG_STATE_HOME"; and set state $XDG_STATE_HOME/psbc
    set -l asked (builtin path mtime -- $state/hook); or return 1
    for one in (builtin path mtime -- $state/trust $__psbc_refused/.python-sandbox.toml)
        builtin test $one -ge $asked; and return 0
    end
    return 1
end

# Sets __psbc_root: the innermost project above. By the real directories: a name that leads here by a link says nothing of where
# here is. fish 3.6 has no `-ef`. __psbc_old: where no such project is, a directory with a file of python-sandbox.
function __psbc_find
    set -g __psbc_root
    set -g __psbc_old
    set -l at (builtin pwd -P | builtin string collect)
    while builtin true
        if builtin test -e "$at/.python-sandbox.toml"
            set __psbc_root $at/
            break
        end
        builtin test -z "$__psbc_old" -a -f "$at/.python-sandbox"; and set __psbc_old $at/
        builtin test -n "$at"; or break
        set at (builtin string replace -r '/[^/]*$' '' -- $at | builtin string collect)
    end
end

# Only a person at a prompt gets a sandbox: not an editor that asks for the environment, or a shell that has no terminal.
function __psbc_look
    builtin test -t 0; and builtin test -t 1; and builtin test "$TERM" != dumb; and builtin test "$PSBC_HOOK" != off; or return 0
    builtin test -z "$VSCODE_RESOLVING_ENVIRONMENT$MC_SID"; or return 0
    set -g __psbc_seen $PWD
    __psbc_find
    set -l root $__psbc_root
    builtin test -n "$root"; or set root $__psbc_old
    builtin test -n "$root"; and builtin test "$root" = "$__psbc_left"; and not __psbc_is_new; and return 0
    set -g __psbc_left $root
    set -g __psbc_refused
    builtin test -n "$root"; or return 0
    set -l told
    builtin contains -- "$root" $__psbc_told; and set told 1
    PSBC_HOOK_TOLD=$told PSBC_HOOK_SHELL=$fish_pid @{psbc} hook-enter
    set -l answer $status
    if builtin test $answer = 3 # psbc leave DIR
        set -l there (PSBC_HOOK_SHELL=$fish_pid @{psbc} hook-leave | builtin string collect)
        cd $there; and __psbc_look # fish's own function, which knows where `cd -` leads; the path begins with `/`
    else if builtin test $answer != 0
        set -g __psbc_refused $root
        builtin test -n "$told"; or set -g -a __psbc_told $root
    end
    return 0
end

# Nothing here runs a program or prints. In a sandbox there is nothing to enter.
if builtin status is-interactive
    set -l one
    builtin test -r /proc/1/comm; and builtin read one 2>/dev/null </proc/1/comm
    if builtin test "$one" != firejail
        set -g __psbc_seen
        set -g __psbc_left
        set -g __psbc_refused
        set -g __psbc_told
        # The name that python-sandbox had for it.
        if not builtin type -q sbox
            function sbox --wraps 'psbc enter'
                @{psbc} enter $argv
            end
        end
        function __psbc_hook --on-event fish_prompt
            builtin test "$PWD" = "$__psbc_seen"; and not __psbc_is_new; or __psbc_look
        end
    end
end
