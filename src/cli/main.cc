// SPDX-License-Identifier: MIT
#include "cli/app.h"

int main(int argc, char** argv) { return psbc::cli::run(argc, argv); }
