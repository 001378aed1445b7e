// SPDX-License-Identifier: MIT
// psbc audit: the record of what was granted and used, and whether it is whole.
#include <charconv>
#include <ctime>
#include <map>

#include "audit/read.h"
#include "base/date.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"

namespace psbc::cli {
namespace {

using audit::Record;

/// The time that "30d", "12h", "45m" or "2026-11-01" means; nothing for anything else.
std::optional<std::string> beginning(std::string_view since) {
  if (since.empty()) return "";
  if (since.size() == 10 && since[4] == '-' && since[7] == '-' && since.find_first_not_of("0123456789-") == std::string_view::npos) return std::string(since);
  long count = 0;
  const auto read = std::from_chars(since.data(), since.data() + since.size() - 1, count);
  const long unit = since.back() == 'd' ? 24 * 3600 : since.back() == 'h' ? 3600 : since.back() == 'm' ? 60 : 0;
  constexpr long longest = 1'000'000;
  if (read.ec != std::errc() || read.ptr != since.data() + since.size() - 1 || unit == 0 || count < 0 || count > longest) return std::nullopt;
  return base::utc(std::time(nullptr) - count * unit);
}

/// "reads `a`, b": the parts that are there, for a person.
std::string words(const Record& record) {
  const auto part = [&](const char* before, const char* key) {
    const std::string value = record.get(key);
    return value.empty() ? std::string() : before + base::escape(value);
  };
  const std::string& event = record.event;
  if (event == "trust") return part("", "decision") + part(", grants ", "grants") + part(", of commit ", "commit");
  if (event == "entry") return part("", "command") + part(", approved by ", "approved_by") + part(", firejail ", "firejail");
  if (event == "exit") return part("status ", "status") + (record.get("proved") == "true" ? "" : ", never inside") + part(": ", "failure");
  if (event == "token") return part("", "token") + part(" from ", "source") + part(" as ", "as");
  if (event == "ssh") return part("", "verdict") + part(" ", "why") + part(": ", "purpose") + part(", key ", "key");
  if (event == "guard" || event == "unhidden") return part("", "path") + part(" ", "how");
  return part("", "what");
}

std::string line_of(const Record& record, const base::AbsPath& home) {
  const auto root = base::AbsPath::parse(record.get("project"));
  std::string event = record.event;
  constexpr std::size_t column = 9; // "unhidden" and a blank
  event.resize(std::max(event.size(), column), ' ');
  return base::escape(record.time) + "  " + base::escape(event) + (root ? base::escape(base::display_path(*root, home)) + ": " : "") + words(record) + "\n";
}

} // namespace

int show_audit(Context& context, const AuditOptions& options) {
  if (refuse_inside("the record is not there inside", "type it in a terminal outside")) return exit_not_trusted;
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  const auto since = beginning(options.since);
  if (!since) {
    complain("`" + base::escape(options.since) + "` is no time", "write --since 30d, 12h, 45m, or a day as 2026-11-01");
    return exit_usage;
  }
  const auto history = audit::read(places->state);
  if (!history) {
    complain(history.error());
    return exit_machine;
  }
  if (history->records.empty() && history->problems.empty()) {
    complain("there is no record", "to keep one: `to = \"file\"` below `[audit]` in ~/.config/psbc/config.toml");
    return exit_not_trusted;
  }
  for (const std::string& problem : history->problems) warn(problem);
  if (options.verify) {
    if (!history->problems.empty()) complain("the record is not whole", "what is missing or changed cannot be got back from it; the system's journal has a copy where `to = \"journal\"`");
    else say(context, "the record is whole: " + std::to_string(history->records.size()) + " lines, " + history->records.front().time + " to " + history->records.back().time);
  }
  if (!options.verify || options.json)
    for (const Record& record : history->records)
      if (record.time >= *since) print(options.json ? record.line + "\n" : line_of(record, places->home));
  return history->problems.empty() ? exit_fine : exit_findings;
}

} // namespace psbc::cli
