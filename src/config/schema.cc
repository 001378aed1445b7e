// SPDX-License-Identifier: MIT
#include "config/schema.h"

#include "schema_tables.h"

namespace psbc::config {

std::string_view schema_text(Which which) {
  return which == Which::project ? project_schema_text : user_schema_text;
}

const TableShape& shape_of(Which which) { return which == Which::project ? project_shape : user_shape; }

} // namespace psbc::config
