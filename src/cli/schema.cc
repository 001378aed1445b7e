// SPDX-License-Identifier: MIT
#include "cli/commands.h"

namespace psbc::cli {

int schema(config::Which which) {
  print(config::schema_text(which));
  return exit_fine;
}

} // namespace psbc::cli
