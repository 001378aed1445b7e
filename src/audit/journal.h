// SPDX-License-Identifier: MIT
// systemd's journal by its native protocol (systemd.journal-fields(7), "Native Journal Protocol"): one datagram of NAME=value lines.
#pragma once

#include <string_view>

#include "base/result.h"

namespace psbc::audit {

/// `line` as MESSAGE, with SYSLOG_IDENTIFIER=psbc and PSBC_EVENT. Waits for 5 seconds at most.
base::Status to_journal(std::string_view event, std::string_view line);

} // namespace psbc::audit
