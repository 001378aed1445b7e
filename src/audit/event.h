// SPDX-License-Identifier: MIT
// One thing that happened, for the record: names, paths and verdicts, and never a value. schema/audit-record.schema.json is
// what a record holds, for programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace psbc::audit {

class Event {
 public:
  explicit Event(std::string_view name);
  /// What looks like a token of a known service is masked (base/token_forms.h), and of the rest it is at most 512 bytes.
  Event& text(std::string_view key, std::string_view value);
  Event& number(std::string_view key, std::int64_t value);
  Event& flag(std::string_view key, bool value);

  const std::string& name() const { return name_; }
  /// `,"key":value` for each field, in the order in which they were given.
  const std::string& fields() const { return fields_; }

 private:
  Event& add(std::string_view key, std::string_view json);
  std::string name_;
  std::string fields_;
};

} // namespace psbc::audit
