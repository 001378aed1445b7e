// SPDX-License-Identifier: MIT
// What goes into the record (audit/log.h), as the commands know it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/log.h"
#include "cli/context.h"
#include "emit/enter_plan.h"
#include "runtime/enter.h"
#include "runtime/obeyed_review.h"
#include "runtime/token_values.h"
#include "trust/capabilities.h"

namespace psbc::cli {

/// For a command that compiled the policy, or read the files that decide it.
audit::Sink sink_of(const policy::Places& places, config::AuditTo to, bool is_required, const std::string& project);
/// For one that did neither; off, where the files cannot be read, which is then said where it matters.
audit::Sink sink_here(Context& context, const policy::Places& places, const base::AbsPath& project);

/// One entry, from before anything of it happens to its end.
class EntryRecord {
 public:
  struct About {
    std::string approved_by; // "user", "organisation"
    const trust::Capabilities& granted;
    std::string build;
    std::string firejail;    // its version
    std::string program;     // of the command; what it was given may be secret
  };

  EntryRecord(const policy::Places& places, const emit::EnterPlan& plan);
  /// False, and said, when the organisation requires a record and it cannot be written: nothing may be entered then, and there is nothing to end.
  bool begin(Context& context, const About& about);
  /// What is about to cross; false as above.
  bool tokens(Context& context, const std::vector<runtime::Delivered>& delivered);
  void unhidden(const runtime::Exposure& found);
  void guards(const runtime::ObeyedReport& report);
  void end(const runtime::EnterResult& result);
  const audit::Sink& sink() const { return sink_; }

 private:
  bool add_before(Context& context, const std::vector<audit::Event>& events);
  /// Whoever is in a session is not thrown out: it is said, once.
  void add(const std::vector<audit::Event>& events);

  audit::Sink sink_;
  const emit::EnterPlan& plan_;
  const base::AbsPath& home_;
  std::size_t exposures_ = 0;
  bool is_broken_ = false;
};

/// "appeared", "changed", "vanished"
const char* word(runtime::ObeyedChange::How how);

} // namespace psbc::cli
