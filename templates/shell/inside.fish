# ---- psbc ---------------------------------------------------------------------------------------------
# What fish inside the sandbox needs after your own settings. config.own.fish is a copy of your config.fish,
# and is gone when you leave; edit config.fish outside.

# The environment's programs come first, once, whatever your settings did to PATH.
function __psbc_first -a environment
    set -gx PATH (string match -v -- $environment/bin $PATH)
    # For `deactivate`. Nobody runs this file of the environment outside of the sandbox.
    if set -q argv[2]; and test -r $environment/bin/activate.fish
        set -lx VIRTUAL_ENV_DISABLE_PROMPT 1 # the segment of the prompt says enough
        builtin source $environment/bin/activate.fish >/dev/null
    end
    set -gx PATH $environment/bin (string match -v -- $environment/bin $PATH)
end

# Tells the terminal the directory (OSC 7), so that a new tab starts in it. No forks.
function __psbc_tell
    test "$PWD" != "$__psbc_told"; and isatty stdout; and not contains -- "$TERM" dumb linux ''; or return 0
    set -g __psbc_told $PWD
    if not functions -q __update_cwd_osc; and not functions -q __fish_update_cwd_osc # fish (4) does it itself
        builtin printf '\e]7;file://%s%s\e\\' $hostname (string escape --style=url -- $PWD)
    end
    # Windows Terminal knows directories of WSL by another sequence, and as Windows does.
    test -z "$WSL_DISTRO_NAME"; or string match -qr '[[:cntrl:]]' -- "$PWD"; and return 0
    builtin printf '\e]9;9;%s\e\\' '\\\\wsl.localhost\\'$WSL_DISTRO_NAME(string replace -a / '\\' -- $PWD)
end

# Says once that there is a newer build: what it changes is for the next session. No forks.
function __psbc_compare
    test -n "$PSBC_BUILD"; and test -r @{session}/build; or return 0
    read -l build <@{session}/build
    test -n "$build"; and test "$build" != "$PSBC_BUILD"; or return 0
    set -gx PSBC_BUILD ''
    echo 'psbc: this session is older than the current build: leave it, and enter again' >&2
end

# (J:name) in the prompt, also when something defines fish_prompt anew.
function __psbc_prompt
    set -l text (__psbc_own_prompt) # before anything else: it may show the last status
    set -q text[1]; or set text ''
    if test "$PSBC_PROMPT" != off; and not string match -q '*(J:*' -- "$text"
        set -l line 1
        test -z "$text[1]"; and set -q text[2]; and set line 2 # a prompt of two lines: not on the empty one
        set text[$line] "(J:$JAILED_ENV) $text[$line]"
    end
    builtin printf '%s' (string join \n -- $text | string collect)
end

set -gx JAILED_ENV @{name}

if test -r ~/.config/fish/config.own.fish
    builtin source ~/.config/fish/config.own.fish
end

# Behind the handlers of your own: some of them define fish_prompt.
function __psbc_on_prompt --on-event fish_prompt
    __psbc_tell
    __psbc_compare
    set -l details (functions -Dv fish_prompt)
    if test "$details[5]" != __psbc_prompt
        functions -e __psbc_own_prompt
        functions -q fish_prompt; and functions -c fish_prompt __psbc_own_prompt
        if not functions -q __psbc_own_prompt
            function __psbc_own_prompt
                builtin printf '%s> ' (prompt_pwd)
            end
        end
        function fish_prompt --description __psbc_prompt # by which it is recognised
            __psbc_prompt
        end
    end
end

# Activates the environment of the sandbox, or another one of ~/envs.
if not functions -q sa
    function sa
        set -l environment @{environment}
        test -z "$argv[1]"; or set environment ~/envs/$argv[1]
        if not test -r $environment/bin/activate.fish
            echo "there is no environment in $environment" >&2
            echo "  help: python3 -m venv "(string escape -- $environment) >&2
            return 1
        end
        set -lx VIRTUAL_ENV_DISABLE_PROMPT 1 # the segment of the prompt says enough
        builtin source $environment/bin/activate.fish
    end
end

# Deactivates it.
if not functions -q sad
    function sad
        if functions -q deactivate
            deactivate
        else
            set -gx PATH (string match -v -- $VIRTUAL_ENV/bin $PATH)
            set -e VIRTUAL_ENV
        end
    end
end

if status is-interactive
    __psbc_first @{environment} activate
else if test "$VIRTUAL_ENV" = @{environment}
    __psbc_first $VIRTUAL_ENV
end
