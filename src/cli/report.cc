// SPDX-License-Identifier: MIT
// psbc report: what a project's sandbox grants, by whose approval, which attacks were stopped in it, on what machine, and what record is kept: one page, or JSON.
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "audit/read.h"
#include "base/date.h"
#include "base/json.h"
#include "base/landlock.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/doctor.h"
#include "cli/picture.h"
#include "cli/verify.h"
#include "cli/version.h"
#include "driver/ceiling.h"
#include "driver/standing.h"

namespace psbc::cli {
namespace {

using base::json_text;

/// Whose word it is that the file may do what it does.
struct Approval {
  std::string state; // as of driver::Standing; wider: the file asks for more, and that is not granted
  std::string by, at, digest;
  std::string exception{}; // of the organisation's, by which it goes beyond the policy; empty: none
};

Approval approval_of(const Question& question) {
  const std::string id = policy::project_id(question.project.root);
  const auto kept = trust::Store(question.places.state).lookup(id, question.project.root);
  driver::Sources sources;
  diag::Diagnostics unused; // the file was compiled just now
  const auto ceiling = driver::load_ceiling(question.context.fs, sources, unused);
  if (!kept || !ceiling) return {.state = "never", .by = "", .at = "", .digest = trust::digest(question.granted, question.places.home)};
  const driver::Standing standing = driver::judge(*kept, question.granted, *ceiling, question.places.home);
  const bool is_users = standing.is == driver::Standing::Is::approved || standing.is == driver::Standing::Is::wider;
  Approval out{.state = std::string(to_string(standing.is)), .by = "", .at = "", .digest = trust::digest(is_users ? *kept->granted : question.granted, question.places.home)};
  if (standing.row != nullptr) out.by = "the organisation's policy, " + policy::origin_text(standing.row->digest.span, question.places.home) + ", until " + standing.row->until.value + ": " + standing.row->reason.value;
  // Not by getpwuid: a static program would load libraries for it.
  else out.by = question.context.env.get("USER").value_or("") + " (uid " + std::to_string(geteuid()) + ")";
  struct stat record {};
  if (is_users && stat((question.places.state / "trust" / id).c_str(), &record) == 0) out.at = base::utc(record.st_mtim.tv_sec);
  if (const config::GrantsRow* const row = driver::exception_for(*ceiling, question.granted, question.places))
    out.exception = policy::origin_text(row->digest.span, question.places.home) + ", until " + row->until.value + ": " + row->reason.value;
  return out;
}

using Facts = std::vector<std::pair<std::string, std::string>>; // what, and its version

Facts versions(Context& context) {
  Facts out = {{"psbc", PSBC_VERSION}};
  diag::Diagnostics unused;
  const auto firejail = driver::firejail_here(context.fs, unused);
  out.emplace_back("firejail", firejail ? to_string(firejail->version) : "none");
  utsname kernel{};
  if (uname(&kernel) == 0) out.emplace_back("kernel", kernel.release);
  out.emplace_back("Landlock", std::to_string(base::landlock_version()));
  return out;
}

/// What is kept of its sessions, and whether that is whole.
struct Kept {
  config::AuditTo to = config::AuditTo::off;
  bool is_required = false; // by the organisation
  std::size_t lines = 0;    // of all projects
  std::size_t problems = 0;
  std::string unread{}; // why nothing is known of it
};

Kept kept_of(const Question& question) {
  Kept out{.to = question.policy->audit, .is_required = question.policy->audit_required};
  if (out.to == config::AuditTo::off) return out;
  const auto history = audit::read(question.places.state);
  if (!history) return out.unread = base::describe(history.error()), out;
  out.lines = history->records.size();
  out.problems = history->problems.size();
  return out;
}

constexpr const char* sinks[] = {"off", "file", "journal"}; // as config::AuditTo

PictureSection section_of(const Kept& kept) {
  PictureSection out{.title = "record", .rows = {}};
  const std::string by = kept.is_required ? "required by the organisation's policy" : "[audit] to";
  if (kept.to == config::AuditTo::off) out.rows.push_back({"none is kept of its sessions", by});
  else out.rows.push_back({kept.to == config::AuditTo::file ? "a file has each session" : "a file and the system's journal have each session", by});
  if (!kept.unread.empty()) out.rows.push_back({base::escape(kept.unread), "psbc audit --verify"});
  else if (kept.to != config::AuditTo::off)
    out.rows.push_back({std::to_string(kept.lines) + (kept.lines == 1 ? " line, " : " lines, ") + (kept.problems == 0 ? "and they are whole" : "and it is not whole"), "psbc audit --verify"});
  return out;
}

PictureSection section_of(const Approval& approval) {
  PictureSection out{.title = "approval", .rows = {}};
  if (approval.state == "wider") out.rows.push_back({"the file asks for more than was approved, and does not get it", "psbc trust shows it"});
  out.rows.push_back({"approved by " + base::escape(approval.by) + (approval.at.empty() ? "" : ", " + approval.at), "grants " + approval.digest});
  if (!approval.exception.empty()) out.rows.push_back({"the organisation's policy makes an exception for it", base::escape(approval.exception)});
  return out;
}

PictureSection section_of(const Verified& attacks) {
  PictureSection out{.title = "attacks", .rows = {{attacks.summary(), "psbc verify: each works outside, on a decoy"}}, .more = {}, .of_more = "attacks that were stopped, or of which nothing can be told here"};
  for (const AttackRow& row : attacks.rows) {
    const std::string what = std::string(row.verdict()) + ": " + row.probe.what, because = std::string(row.probe.stands_for) + (row.why.empty() ? "" : "; " + row.why);
    (row.came_to == Attack::through || row.came_to == Attack::open ? out.rows : out.more).push_back({what, because});
  }
  return out;
}

PictureSection section_of(const std::vector<Check>& checks) {
  PictureSection out{.title = "machine", .rows = {}, .more = {}, .of_more = "checks that are as they should be"};
  for (const Check& check : checks)
    (check.verdict == Health::weak || check.verdict == Health::broken ? out.rows : out.more).push_back({std::string(to_string(check.verdict)) + ": " + check.what + ", " + check.found, check.hint});
  return out;
}

PictureSection section_of(const Facts& facts) {
  PictureSection out{.title = "versions", .rows = {}};
  for (const auto& [what, version] : facts) out.rows.push_back({what + " " + base::escape(version), ""});
  return out;
}

std::string json(const Question& question, const Approval& approval, const Verified& attacks, const std::vector<Check>& checks, const Facts& facts, const Kept& kept, const std::string& made) {
  std::string grants, rows, machine, versions;
  const auto add = [](std::string& list, const std::string& item) { list += (list.empty() ? "" : ",") + item; };
  for (trust::Step step : trust::widening({}, question.granted)) {
    if (step.what.key == "env.set") step.what.value.resize(std::min(step.what.value.find('='), step.what.value.size())); // its name: a report travels
    add(grants, trust::json(step, question.places.home));
  }
  for (const AttackRow& row : attacks.rows) add(rows, "{\"id\":" + json_text(row.probe.id) + ",\"verdict\":" + json_text(row.verdict()) + "}");
  for (const Check& check : checks) add(machine, "{\"what\":" + json_text(check.what) + ",\"verdict\":" + json_text(to_string(check.verdict)) + ",\"found\":" + json_text(check.found) + "}");
  for (const auto& [what, version] : facts) add(versions, json_text(what) + ":" + json_text(version));
  return "{\"version\":1,\"made\":" + json_text(made) + ",\"name\":" + json_text(question.policy->name) + ",\"root\":" + json_text(question.project.root.string()) + ",\"approval\":{\"state\":" + json_text(approval.state) +
         ",\"by\":" + json_text(approval.by) + ",\"at\":" + json_text(approval.at) + ",\"digest\":" + json_text(approval.digest) + ",\"exception\":" + json_text(approval.exception) + "},\"grants\":[" + grants + "],\"attacks\":[" + rows + "],\"machine\":[" + machine +
         "],\"versions\":{" + versions + "},\"record\":{\"to\":" + json_text(sinks[static_cast<std::size_t>(kept.to)]) + ",\"required\":" + (kept.is_required ? "true" : "false") + ",\"lines\":" + std::to_string(kept.lines) +
         ",\"whole\":" + (kept.problems == 0 && kept.unread.empty() ? "true" : "false") + "}}\n";
}

} // namespace

int report(Context& context, const ReportOptions& options) {
  int status = exit_fine;
  if (options.file.empty() && !options.json) {
    complain("where to?", "psbc report FILE writes a page; psbc report --json is for programs");
    return exit_usage;
  }
  const auto attacks = try_attacks(context, {.directory = {}, .command = {}}, status);
  if (!attacks) return status;
  int asked = exit_fine;
  const auto question = open_question(context, asked);
  if (!question) return asked;
  const Approval approval = approval_of(*question);
  const std::vector<Check> checks = check_machine(context, question->places);
  const Facts facts = versions(context);
  const Kept kept = kept_of(*question);
  const std::string made = base::utc(std::time(nullptr));
  for (const Check& check : checks)
    if (check.verdict == Health::broken) status = exit_findings;
  if (kept.problems > 0) status = exit_findings;

  if (options.json) print(json(*question, approval, *attacks, checks, facts, kept, made));
  if (options.file.empty()) return status;
  Picture picture = picture_of(*question);
  picture.about = "what it grants, by whose approval, which attacks were stopped, and on what machine; " + made;
  picture.first = {section_of(approval), section_of(*attacks), section_of(checks), section_of(facts), section_of(kept)};
  if (const auto written = write_page(context, options.file, picture); !written) {
    complain(written.error());
    return exit_machine;
  }
  say(context, "wrote " + base::escape(options.file) + ": " + attacks->summary());
  return status;
}

} // namespace psbc::cli
