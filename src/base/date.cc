// SPDX-License-Identifier: MIT
#include "base/date.h"

namespace psbc::base {

std::string utc(std::time_t time) {
  std::tm parts{};
  char text[32] = "";
  if (gmtime_r(&time, &parts) == nullptr || std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) return "";
  return text;
}

bool is_over(std::string_view day) { return std::string_view(utc(std::time(nullptr))).substr(0, day.size()) > day; }

} // namespace psbc::base
