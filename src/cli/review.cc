// SPDX-License-Identifier: MIT
#include "cli/review.h"

#include <algorithm>

#include "base/guards.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/recording.h"
#include "cli/unified_diff.h"

namespace psbc::cli {
namespace {

using Shown = runtime::ObeyedReview::Shown;

std::string short_path(const std::string& path, const base::AbsPath& root) {
  return path.starts_with(root.string() + "/") ? path.substr(root.string().size() + 1) : path;
}

const char* how(const Shown& shown) {
  if (shown.change.before.what.empty()) return "appeared";
  return shown.now.what.empty() ? "vanished" : "changed";
}

bool is_text(const std::optional<std::string>& bytes) {
  return !bytes || (base::is_valid_utf8(*bytes) && bytes->find('\0') == std::string::npos);
}

/// "file 644 DIGEST" as "file, mode 644"
std::string kind_of(const std::string& what) {
  if (what.empty()) return "nothing";
  const std::size_t space = what.find(' ');
  const std::string kind = what.substr(0, space),
                    mode = what.substr(space + 1, what.find(' ', space + 1) - space - 1);
  if (kind == "file" || kind == "large") return mode == "there" ? "file" : "file, mode " + mode;
  return kind == "link" ? "link" : kind == "directory" ? "directory" : "special file";
}

constexpr std::ptrdiff_t max_lines = 2000; // the comparison takes the product of both numbers

std::ptrdiff_t lines(std::string_view text) { return std::count(text.begin(), text.end(), '\n'); }

/// The lines of a file, each escaped but for its tabs: they are a session's.
std::string safe(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::vector<std::string_view> parts = base::split(text.substr(0, end), '\t');
    for (std::size_t i = 0; i < parts.size(); ++i) out += (i > 0 ? "\t" : "") + base::escape(parts[i]);
    if (end == std::string_view::npos) break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string difference(const Shown& shown, const std::string& name) {
  const std::string before = kind_of(shown.change.before.what), now = kind_of(shown.now.what);
  std::string out;
  if (before != now && before != "nothing" && now != "nothing")
    out += "  " + before + " -> " + now + "\n";
  else if (now != "nothing" && !now.starts_with("file"))
    out += "  a " + now + "\n";
  const bool copy_before = shown.bytes_before || shown.change.before.what.empty();
  const bool copy_now = shown.bytes_now || shown.now.what.empty();
  if (!copy_before || !copy_now)
    return out + "  no copy of the " + (copy_before ? "new" : "earlier") +
           " state was kept: " + std::to_string((copy_before ? shown.now : shown.change.before).size) +
           " bytes\n";
  if (!is_text(shown.bytes_before) || !is_text(shown.bytes_now))
    return out + "  binary: " + std::to_string(shown.bytes_before.value_or("").size()) + " bytes -> " +
           std::to_string(shown.bytes_now.value_or("").size()) + " bytes\n";
  const std::string earlier = shown.bytes_before.value_or(""), later = shown.bytes_now.value_or("");
  if (std::max(lines(earlier), lines(later)) > max_lines)
    return out + "  too long to show: " + std::to_string(lines(earlier)) + " lines -> " + std::to_string(lines(later)) + " lines\n";
  return out + safe(unified_diff(base::escape(name), earlier, later, "before the session"));
}

void print_text(const std::vector<Shown>& all, const base::AbsPath& root) {
  for (const Shown& shown : all) {
    const auto guard = base::find_guard(shown.change.before.guard);
    const std::string name = short_path(shown.change.path, root);
    print(base::escape(name) + " " + how(shown) + ". " +
          (guard ? "Obeyed by " + std::string(guard->tool) + ": " + std::string(guard->when)
                 : std::string("[protect] extra names it")) +
          "\n" + difference(shown, name) + "\n");
  }
}

void print_json(const std::vector<Shown>& all, const base::AbsPath& root) {
  std::string list;
  for (const Shown& shown : all) {
    const auto guard = base::find_guard(shown.change.before.guard);
    const auto state = [](const std::string& what) {
      return what.empty() ? std::string("null") : base::json_text(what);
    };
    list += (list.empty() ? "" : ",") + std::string("{\"path\":") + base::json_text(shown.change.path) +
            ",\"how\":\"" + how(shown) + "\",\"row\":" + base::json_text(shown.change.before.guard) +
            ",\"tool\":" + base::json_text(guard ? guard->tool : "") +
            ",\"before\":" + state(shown.change.before.what) + ",\"now\":" + state(shown.now.what) +
            ",\"restorable\":" + (shown.change.before.what.empty() || shown.bytes_before ? "true" : "false") +
            ",\"difference\":" + base::json_text(difference(shown, short_path(shown.change.path, root))) +
            "}";
  }
  print("{\"version\":1,\"root\":" + base::json_text(root.string()) + ",\"changes\":[" + list + "]}\n");
}

int failed(const base::Error& error) {
  complain(error);
  return exit_machine;
}

void record(Context& context, const policy::Places& places, const base::AbsPath& root, const std::vector<std::string>& paths, std::string_view how) {
  std::vector<audit::Event> events;
  for (const std::string& path : paths) events.push_back(audit::Event("guard").text("path", path).text("how", how));
  if (const auto written = audit::append(sink_here(context, places, root), events); !written) warn("this is not in the record: " + base::describe(written.error()));
}

/// The paths that the user names, or all; nothing, with a message, when one of them waits for no review.
std::optional<std::vector<std::string>> chosen(const Context& context, const std::vector<Shown>& all,
                                               const std::vector<std::string>& named) {
  std::vector<std::string> out;
  if (named.empty())
    for (const Shown& shown : all) out.push_back(shown.change.path);
  for (const std::string& name : named) {
    // The parents are resolved, the file itself may be a link.
    const std::size_t slash = name.find_last_of('/');
    const auto parent = slash == std::string::npos
                            ? std::optional(context.cwd)
                            : absolute(context, slash == 0 ? "/" : name.substr(0, slash));
    const auto path =
        parent ? parent->join(name.substr(slash == std::string::npos ? 0 : slash + 1)) : std::nullopt;
    const auto found = std::find_if(all.begin(), all.end(), [&](const Shown& shown) {
      return path && shown.change.path == path->string();
    });
    if (found == all.end()) {
      complain("`" + base::escape(name) + "` waits for no review", "psbc review lists what does");
      return std::nullopt;
    }
    out.push_back(found->change.path);
  }
  return out;
}

} // namespace

int review(Context& context, const ReviewOptions& options) {
  const bool acts = options.accept || options.restore;
  if (!acts && options.paths.size() > 1) {
    complain("several projects are named", "psbc review DIR");
    return exit_usage;
  }
  if (options.restore && options.paths.empty()) {
    complain("--restore needs to know which files", "psbc review --restore FILE");
    return exit_usage;
  }
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  const auto project =
      project_here(context, acts || options.paths.empty() ? std::string() : options.paths.front(), status);
  if (!project) return status;
  auto review = runtime::ObeyedReview::open(places->state, policy::project_id(project->root));
  if (!review) return failed(review.error());
  if (const auto recovered = review->recover(); !recovered) return failed(recovered.error());
  const auto all = review->pending(!acts);
  if (!all) return failed(all.error());

  if (acts) {
    const auto paths = chosen(context, *all, options.paths);
    if (!paths) return exit_usage;
    if (options.accept) {
      if (const auto accepted = review->accept(*paths); !accepted) return failed(accepted.error());
    } else {
      for (const std::string& path : *paths)
        if (const auto restored = review->restore(path); !restored) return failed(restored.error());
    }
    record(context, *places, project->root, *paths, options.accept ? "accepted" : "restored");
    for (const std::string& path : *paths)
      say(context,
          (options.accept ? "accepted " : "restored ") + base::escape(short_path(path, project->root)));
    return exit_fine;
  }

  if (options.json)
    print_json(*all, project->root);
  else
    print_text(*all, project->root);
  if (all->empty()) {
    if (!options.json) say(context, "nothing waits for review");
    return exit_fine;
  }
  if (options.json) return exit_findings;
  const Answer answer = ask(context, "shall these files be as they are now? [y/N] ");
  if (answer != Answer::yes) {
    say(context,
        "psbc review --accept [PATH...] takes them as they are, psbc review --restore PATH... undoes");
    return exit_findings;
  }
  const auto paths = chosen(context, *all, {});
  if (const auto accepted = review->accept(*paths); !accepted) return failed(accepted.error());
  record(context, *places, project->root, *paths, "accepted");
  say(context, "accepted");
  return exit_fine;
}

} // namespace psbc::cli
