// SPDX-License-Identifier: MIT
// Days and times in UTC, as text that sorts: "2027-03-31", "2027-03-31T08:15:00Z" (RFC 3339).
#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace psbc::base {

/// Empty for a time that no calendar has.
std::string utc(std::time_t time);
/// Whether the day "2027-03-31" has ended everywhere by UTC's clock: the day itself is not over.
bool is_over(std::string_view day);

} // namespace psbc::base
