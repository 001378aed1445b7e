
# ---- psbc ---------------------------------------------------------------------------------------------
# This file is a copy of your own ~/.bashrc, and this is its end: what an interactive shell inside the
# sandbox needs after your own settings. The copy is gone when you leave; edit ~/.bashrc outside.

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
  local segment='${JAILED_ENV:+(J:$JAILED_ENV) }'
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
