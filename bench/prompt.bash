# SPDX-License-Identifier: MIT
# Microseconds for one prompt in a directory that did not change, for each command that is given: psbc's hook, direnv's.
# They take turns, so that whatever else the machine does hits all alike.
# bash --norc -i bench/prompt.bash COMMAND...
rounds=40 calls=50
declare -A best
for ((round = 0; round < rounds; round++)); do
  for command in "$@"; do
    begin=${EPOCHREALTIME/./}
    for ((call = 0; call < calls; call++)); do eval "$command"; done
    took=$(((${EPOCHREALTIME/./} - begin) * 10 / calls)) # tenths
    if [[ -z ${best[$command]-} || $took -lt ${best[$command]} ]]; then best[$command]=$took; fi
  done
done
for command in "$@"; do printf '%s\n' "${best[$command]}"; done
