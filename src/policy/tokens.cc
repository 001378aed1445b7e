// SPDX-License-Identifier: MIT
// `tokens`: which credentials the project asks for. Their sources are the user's, see policy/token_source.h.
#include <algorithm>

#include "base/catalogue.h"
#include "base/text.h"
#include "policy/lowering.h"

namespace psbc::policy {
namespace {

/// Adds the diagnostic when two things of one file say what a variable holds, and says true.
bool refuse_clash(Lowering& lowering, const config::SpannedString& token, const config::SpannedString& other, const char* key) {
  if (token.value != other.value) return false;
  lowering.diagnostics.add({.code = diag::Code::token_clash, .severity = diag::Severity::error,
                            .message = "`" + base::escape(token.value) + "` is a token and in `" + key + "` as well",
                            .labels = {{.span = token.span, .text = "a token here", .primary = true},
                                       {.span = other.span, .text = "and here", .primary = false}},
                            .notes = {"a token has the value that the developer's own source gives, and no other"},
                            .help = {"remove one of the two"}});
  return true;
}

/// What the catalogue knows: a weaker kind would do as well, perhaps; or a name is misspelt.
void advise(Lowering& lowering, const config::Token& asked) {
  const std::string& name = asked.name.value;
  const auto service = base::service_of_variable(name);
  if (service && !service->read_only.empty() && !asked.read_only) {
    std::vector<std::string> notes = {"its read-only kind: " + std::string(service->read_only)};
    if (!service->read_only_link.empty()) notes.back() += ", " + std::string(service->read_only_link);
    lowering.report(diag::Code::write_token, diag::Severity::info, asked.name.span,
                    "a token of " + std::string(service->title) + " can be one that only reads", "", std::move(notes),
                    {"if reading is all that the project does, write \"" + name + ":read" + (asked.optional ? "?" : "") + "\""});
  } else if (service && service->read_only.empty() && asked.read_only) {
    lowering.report(diag::Code::unscopable_token, diag::Severity::info, asked.name.span, std::string(service->title) + " has no token that can only read", "", {},
                    {"write \"" + name + (asked.optional ? "?" : "") + "\", and use an account that may do little"});
  } else if (const std::string meant = service ? "" : base::nearest_variable(name); !meant.empty()) {
    lowering.report(diag::Code::unknown_token, diag::Severity::info, asked.name.span, "psbc knows no service with `" + base::escape(name) + "`", "did you mean " + meant + "?",
                    {}, {"if it is right, there is nothing to do"});
  }
}

} // namespace

void lower_tokens(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  std::vector<Token>& tokens = lowering.out.tokens;
  std::vector<const config::Token*> seen;
  for (const config::Token& asked : in.project.tokens) {
    if (refuse_reserved(lowering, asked.name)) continue;
    bool clash = false;
    for (const config::Token* const other : seen) clash = clash || refuse_clash(lowering, asked.name, other->name, "tokens");
    for (const auto& name : in.project.env_pass) clash = clash || refuse_clash(lowering, asked.name, name, "[env] pass");
    for (const auto& variable : in.project.env_set) clash = clash || refuse_clash(lowering, asked.name, variable.name, "[env] set");
    seen.push_back(&asked);
    if (clash) continue;
    // What the user passes to every sandbox is the broad one: where a token is asked for, only its source counts.
    for (const auto& name : in.user.env_pass)
      if (name.value == asked.name.value)
        lowering.report(diag::Code::token_clash, diag::Severity::warning, name.span,
                        "`" + base::escape(name.value) + "` does not cross by `[env] pass` here: the project has it in `tokens`",
                        "without effect in this project", {}, {"say where it comes from: [tokens." + base::escape(name.value) + "]"});
    std::erase(lowering.out.pass, asked.name.value);
    std::erase_if(lowering.out.variables, [&](const Variable& variable) { return variable.name == asked.name.value; });
    advise(lowering, asked);
    tokens.push_back({.name = asked.name.value, .read_only = asked.read_only, .optional = asked.optional,
                      .origin = origin_of(asked.name.span, Origin::Source::project, "tokens", in.places.home)});
  }
}

} // namespace psbc::policy
