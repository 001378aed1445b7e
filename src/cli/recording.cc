// SPDX-License-Identifier: MIT
#include "cli/recording.h"

#include <sys/utsname.h>

#include <utility>

#include "audit/chain.h"
#include "base/landlock.h"
#include "base/text.h"
#include "cli/version.h"
#include "driver/ceiling.h"
#include "driver/compile.h"
#include "policy/lower.h"
#include "runtime/session.h"

namespace psbc::cli {
namespace {

using audit::Event;

constexpr std::size_t most_exposures = 100; // records of one session: what runs inside can make files that appear
constexpr std::size_t most_guards = 100;

std::string kernel() {
  utsname names{};
  return uname(&names) == 0 ? names.release : "";
}

/// SHA-256 of the organisation's file, as `sha256sum` prints it; empty where there is none.
std::string ceiling_digest() {
  base::RealFs fs;
  const auto text = fs.read(policy::ceiling_file(), 1U << 20U);
  return text ? audit::digest(*text) : "";
}

const char* word(runtime::Exposure::How how) {
  switch (how) {
    case runtime::Exposure::How::replaced: return "replaced";
    case runtime::Exposure::How::appeared: return "appeared";
    case runtime::Exposure::How::linked: return "linked";
    case runtime::Exposure::How::unpinned: return "unpinned";
  }
  return "";
}

} // namespace

const char* word(runtime::ObeyedChange::How how) {
  switch (how) {
    case runtime::ObeyedChange::How::appeared: return "appeared";
    case runtime::ObeyedChange::How::changed: return "changed";
    case runtime::ObeyedChange::How::vanished: return "vanished";
  }
  return "";
}

audit::Sink sink_of(const policy::Places& places, config::AuditTo to, bool is_required, const std::string& project) {
  return {.state = places.state, .is_on = to != config::AuditTo::off, .to_journal = to == config::AuditTo::journal, .is_required = is_required, .project = project};
}

audit::Sink sink_here(Context& context, const policy::Places& places, const base::AbsPath& project) {
  driver::Sources sources;
  diag::Diagnostics unused;
  const auto ceiling = driver::load_ceiling(context.fs, sources, unused);
  const auto user = driver::load_user_config(context.fs, places, sources, unused);
  const auto choice = policy::audit_choice(ceiling ? &*ceiling : nullptr, user ? &*user : nullptr);
  return sink_of(places, choice.to, choice.is_required, project.string());
}

EntryRecord::EntryRecord(const policy::Places& places, const emit::EnterPlan& plan)
    : sink_(sink_of(places, plan.audit, plan.audit_required, plan.project)), plan_(plan), home_(places.home) {
  sink_.name = plan.name;
  constexpr std::size_t digits = 16;
  if (!sink_.is_on) return;
  if (auto nonce = runtime::make_nonce()) sink_.session = nonce->substr(0, digits); // another one than the entry is proved by
}

bool EntryRecord::begin(Context& context, const About& about) {
  if (!sink_.is_on) return true;
  std::vector<Event> events = {Event("entry")
                                   .text("command", about.program)
                                   .text("approved_by", about.approved_by)
                                   .text("grants", trust::digest(about.granted, home_))
                                   .text("policy", ceiling_digest())
                                   .text("build", about.build)
                                   .text("psbc", PSBC_VERSION)
                                   .text("firejail", about.firejail)
                                   .text("kernel", kernel())
                                   .number("landlock", base::landlock_version())};
  for (const std::string& what : plan_.overrides) events.push_back(Event("override").text("what", what));
  return add_before(context, events);
}

bool EntryRecord::add_before(Context& context, const std::vector<Event>& events) {
  if (is_broken_) return true;
  const auto written = audit::append(sink_, events);
  if (written) return true;
  is_broken_ = true;
  if (sink_.is_required) {
    if (sink_.to_journal) { // the file may have the entry
      audit::Sink file = sink_;
      file.to_journal = false;
      [[maybe_unused]] const auto ended = audit::append(file, {Event("exit").number("status", exit_own_failure).flag("proved", false).text("failure", base::describe(written.error()))});
    }
    base::Error error = written.error();
    error.hint = "your organisation's policy requires a record of each entry, so nothing was started" + (error.hint.empty() ? "" : "; " + error.hint);
    complain(error);
    return false;
  }
  say(context, "psbc: this session is not in the record: " + base::describe(written.error()));
  return true;
}

void EntryRecord::add(const std::vector<Event>& events) {
  if (is_broken_) return;
  const auto written = audit::append(sink_, events);
  if (!written && !std::exchange(is_broken_, true)) warn("what this session does is not in the record any more: " + base::describe(written.error()));
}

bool EntryRecord::tokens(Context& context, const std::vector<runtime::Delivered>& delivered) {
  std::vector<Event> events;
  for (const runtime::Delivered& token : delivered) events.push_back(Event("token").text("token", token.name).text("source", token.source).text("as", token.as_file ? "file" : "env"));
  return add_before(context, events);
}

void EntryRecord::unhidden(const runtime::Exposure& found) {
  if (++exposures_ > most_exposures) return;
  add({exposures_ == most_exposures ? Event("unhidden").text("how", "more than are recorded") : Event("unhidden").text("path", found.path).text("how", word(found.how))});
}

void EntryRecord::guards(const runtime::ObeyedReport& report) {
  std::vector<Event> events;
  for (const runtime::ObeyedChange& change : report.changes) {
    if (events.size() == most_guards) {
      events.push_back(Event("guard").text("how", "more than are recorded"));
      break;
    }
    events.push_back(Event("guard").text("path", change.path).text("row", change.guard).text("how", word(change.how)).flag("after_kill", report.after_kill));
  }
  add(events);
}

void EntryRecord::end(const runtime::EnterResult& result) {
  Event event("exit");
  event.number("status", result.status).flag("proved", result.is_proved);
  if (result.failure) event.text("failure", base::describe(result.failure->error));
  add({event});
}

} // namespace psbc::cli
