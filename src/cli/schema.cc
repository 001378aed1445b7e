// SPDX-License-Identifier: MIT
#include "cli/commands.h"
#include "config/schema.h"

namespace psbc::cli {

int schema(bool user) {
  print(config::schema_text(user ? config::Which::user : config::Which::project));
  return exit_fine;
}

} // namespace psbc::cli
