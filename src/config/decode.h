// SPDX-License-Identifier: MIT
// From a tree that keeps its schema to plain structs. Nothing can fail here: validate has run.
#pragma once

#include "config/config.h"
#include "config/value.h"

namespace psbc::config {

ProjectConfig decode_project(const Value& root);
UserConfig decode_user(const Value& root);
Ceiling decode_ceiling(const Value& root);

} // namespace psbc::config
