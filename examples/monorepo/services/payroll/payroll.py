# SPDX-License-Identifier: MIT
SALARIES = {"ada": 1}  # no business of the service beside it
