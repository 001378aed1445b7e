# firejail --profile=lab bash
include lab.local
whitelist ${HOME}/code/lab
blacklist ${HOME}/code/lab/**/.env
read-only ${HOME}/code/lab/.git/hooks
net none # offline
