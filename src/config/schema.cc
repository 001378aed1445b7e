// SPDX-License-Identifier: MIT
#include "config/schema.h"

#include "schema_tables.h"

namespace psbc::config {

std::string_view schema_text(Which which) {
  switch (which) {
    case Which::project: return project_schema_text;
    case Which::user: return user_schema_text;
    case Which::ceiling: return ceiling_schema_text;
  }
  return {};
}

const TableShape& shape_of(Which which) {
  switch (which) {
    case Which::project: return project_shape;
    case Which::user: return user_shape;
    case Which::ceiling: break;
  }
  return ceiling_shape;
}

} // namespace psbc::config
