// SPDX-License-Identifier: MIT
#include "emit/firejail.h"

#include <algorithm>

#include "base/text.h"
#include "emit/check.h"
#include "emit/directives.h"
#include "emit/lexer.h"

namespace psbc::emit {
namespace {

/// Text from files ends up in comments: escaped, and short, because firejail reads what is beyond
/// 8191 bytes of a comment as a line of the profile (THREATS A7).
std::string comment(const std::string& text) {
  constexpr std::size_t longest = 240;
  std::string out = base::escape(text);
  if (out.size() > longest) {
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0) == 0x80) --end; // not inside a character
    out = out.substr(0, end) + "...";
  }
  return "# " + out + "\n";
}

std::string because(const policy::Origin& origin) {
  return comment(origin.where + (origin.reason.empty() ? "" : ": " + origin.reason));
}

/// Groups of lines, each below the comment that says who asked for it.
std::string lines_of(const std::vector<Wanted>& wanted) {
  std::string out;
  std::string last;
  for (const Wanted& line : wanted) {
    std::string reason = because(line.origin);
    if (reason != last) out += reason;
    last = std::move(reason);
    out += line.directive + (line.argument.empty() ? "" : " ") + line.argument + "\n";
  }
  return out;
}

std::string header(const policy::Policy& policy) {
  return comment("psbc made this firejail profile of " + base::display_path(policy.project, policy.home) + "/.python-sandbox.toml") +
         "# Edit that file and run `psbc build`: what is changed here is lost.\n";
}

struct Environment {
  std::vector<Wanted> set;
  std::string text; // lines and comments
};

/// `env` has no quotes: a value whose blanks, `#` or line breaks firejail would change is left out and
/// said, because half a value is worse than none.
Environment environment_of(const policy::Policy& policy, FirejailVersion version) {
  constexpr std::size_t most = 128; // firejail refuses to start with 256, the inherited ones included
  Environment out;
  std::vector<policy::Variable> variables = policy.variables;
  const auto has_name = [](const policy::Variable& variable) { return variable.name == "JAILED_ENV"; };
  if (std::none_of(variables.begin(), variables.end(), has_name))
    variables.insert(variables.begin(), {.name = "JAILED_ENV", .value = policy.name,
                                         .origin = {.where = "psbc", .reason = "names the sandbox, for prompts"}});
  for (const policy::Variable& variable : variables) {
    const Wanted line{.directive = "env", .argument = variable.name + "=" + variable.value, .origin = variable.origin};
    const std::string text = line.directive + " " + line.argument + "\n";
    const Lexed read = lex(text, version);
    const bool exact = text.size() <= longest_line && !read.aborts && read.lines.size() == 1 &&
                       read.lines[0].directive == line.directive && read.lines[0].argument == line.argument;
    if (exact && out.set.size() < most) {
      out.text += because(line.origin) + text;
      out.set.push_back(line);
    } else {
      out.text += comment(variable.name + " is not set here: firejail cannot carry its value. `psbc enter` does.");
    }
  }
  return out;
}

/// What this firejail does not know is replaced by a comment; what nothing else covers is said at the top.
void adapt(Filled& filled, FirejailVersion version) {
  std::string out, top;
  std::string_view rest = filled.text;
  for (std::size_t i = 0; i < filled.lines.size(); ++i) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    // Read by the newest firejail, so that the table decides alone what is missing in this one.
    const Lexed read = lex(line, FirejailVersion{0, 9, 80});
    const Directive* directive = read.lines.size() == 1 ? find_directive(read.lines[0].directive) : nullptr;
    if (directive == nullptr || directive->exists_in(version) || directive->missing == Missing::never) {
      out.append(line) += '\n';
    } else {
      const std::string lacks = "# " + std::string(directive->name) + ": not in firejail " + to_string(version) + "; ";
      out += lacks + (directive->missing == Missing::covered ? std::string(directive->instead) : "see the top of this file") + ".\n";
      if (directive->missing == Missing::covered) continue;
      top += "# NOT HELD by firejail " + to_string(version) + ": " + std::string(directive->instead) + ".\n";
      filled.lines.insert(filled.lines.begin(), 0);
      filled.from_hole.insert(filled.from_hole.begin(), false);
      ++i;
    }
  }
  filled.text = top + out;
}

std::string_view template_name(Variant variant) {
  return variant == Variant::enter ? "profile/enter.profile" : "profile/standalone.profile";
}

/// The lines that every profile must have: those which psbc's own template has for this firejail.
std::optional<std::vector<Line>> baseline_of(const EmitInput& input, const Holes& names) {
  Holes empty;
  for (const auto& [name, unused] : names) empty.emplace(name, "");
  auto filled = fill_lines(builtin_templates().get(template_name(input.variant)), empty);
  if (!filled) return std::nullopt;
  adapt(*filled, input.version);
  return lex(filled->text, input.version).lines;
}

/// firejail sleeps 10 ms until its loopback is up. The alternative, a network made by psbc's first process in a user
/// namespace of its own, takes 1 ms, and does not exist where an administrator closed those.
std::optional<Wanted> network_line(const EmitInput& input) {
  using config::NetworkAccess;
  const policy::Network& network = input.policy.network;
  Wanted line{.directive = "net", .argument = "none", .origin = network.origin};
  if (network.access == NetworkAccess::none) return line;
  if (network.access == NetworkAccess::full || input.variant == Variant::enter) return std::nullopt;
  line.origin.reason += ": firejail alone cannot limit ports, so all are closed here";
  return line;
}

std::vector<Wanted> device_lines(const policy::Devices& devices) {
  const policy::Origin closed{.where = "psbc", .reason = "off unless [devices] asks for it"};
  std::vector<Wanted> out;
  if (!devices.gpu) out.push_back({.directive = "no3d", .argument = "", .origin = closed});
  if (!devices.audio) out.push_back({.directive = "nosound", .argument = "", .origin = closed});
  return out;
}

bool closes_home(const policy::Policy& policy) {
  return std::any_of(policy.rules.begin(), policy.rules.end(), [&](const policy::Rule& rule) {
    return rule.access == policy::Access::closed && rule.path == policy.home;
  });
}

} // namespace

std::string hosts_copy(std::string_view hosts) { return "127.0.0.1 psbc-first-line\n" + std::string(hosts); }

std::optional<std::string> emit_firejail(const EmitInput& input, diag::Diagnostics& diagnostics) {
  if (!closes_home(input.policy)) {
    diagnostics.add({.code = diag::Code::broken_law,
                     .message = "psbc would build a sandbox in which all of your home directory is visible",
                     .help = {"this is a defect of psbc: please report it together with your .python-sandbox.toml"}});
    return std::nullopt;
  }
  auto mounts = plan_mounts(input.policy, input.version, input.matches, diagnostics);
  if (!mounts) return std::nullopt;

  if (input.hosts)
    mounts->exposed.push_back({.directive = "hosts-file", .argument = input.hosts->string(),
                               .origin = {.where = "psbc", .reason = "this firejail takes the name localhost away from /etc/hosts"}});

  if (const auto line = network_line(input)) mounts->exposed.push_back(*line);
  for (Wanted& line : device_lines(input.policy.devices)) mounts->exposed.push_back(std::move(line));

  Holes holes = {{"header", header(input.policy)}};
  Environment environment;
  if (input.variant == Variant::standalone) {
    environment = environment_of(input.policy, input.version);
    holes["environment"] = environment.text;
    for (Wanted& link : plan_links(input.policy, input.version, input.matches)) mounts->exposed.push_back(std::move(link));
  }
  holes["exposed"] = lines_of(mounts->exposed);
  holes["guarded"] = lines_of(mounts->guarded);

  const Template& tmpl = input.templates.get(template_name(input.variant));
  auto filled = fill_lines(tmpl, holes);
  if (!filled) {
    diagnostics.add(bad_template(tmpl, filled.error()));
    return std::nullopt;
  }
  adapt(*filled, input.version);
  const auto baseline = baseline_of(input, holes);
  if (!baseline) return std::nullopt; // psbc's own template: a unit test fills it for every version
  const auto findings = check_profile(
      filled->text, {.mounts = *mounts, .environment = environment.set, .baseline = *baseline, .version = input.version});
  for (const Finding& finding : findings) {
    const bool known = finding.line > 0 && finding.line <= filled->lines.size();
    diagnostics.add(bad_template(tmpl, known ? filled->lines[finding.line - 1] : 0, finding.message, {finding.help}));
  }
  if (!findings.empty()) return std::nullopt;
  return std::move(filled->text);
}

} // namespace psbc::emit
