// SPDX-License-Identifier: MIT
// `[[python.index]]`: what its entries may say together, and which token goes to which host.
#include <algorithm>

#include "base/catalogue.h"
#include "base/text.h"
#include "base/url.h"
#include "policy/lowering.h"
#include "policy/project_indexes.h"
#include "policy/secret_scan.h"

namespace psbc::policy {
namespace {

using config::Index;

void refuse(Lowering& lowering, std::string message, const diag::Span& here, std::string label, const diag::Span& first, std::string help) {
  std::vector<diag::Label> labels = {{.span = here, .text = std::move(label), .primary = true}};
  if (first.file != nullptr) labels.push_back({.span = first, .text = "first here", .primary = false});
  lowering.diagnostics.add({.code = diag::Code::index_clash, .severity = diag::Severity::error, .message = std::move(message),
                            .labels = std::move(labels), .notes = {}, .help = {std::move(help)}});
}

const config::Token* asked(const Lowering& lowering, const std::string& name) {
  for (const config::Token& token : lowering.in.project.tokens)
    if (token.name.value == name) return &token;
  return nullptr;
}

std::string quoted(const std::string& text) { return "`" + base::escape(text) + "`"; }

/// A token of one service that goes to another: what a hijacked file would ask for.
void advise(Lowering& lowering, const Index& index, const std::string& host) {
  const auto service = base::service_of_variable(index.token->value);
  if (!service || service->hosts.empty() || base::is_host_of(*service, host)) return;
  lowering.report(diag::Code::index_token, diag::Severity::warning, index.token->span,
                  quoted(index.token->value) + " is a token of " + std::string(service->title) + ", and goes to `" + host + "`", "",
                  {"an index sees the whole token"}, {"where that is your own server of this service, there is nothing to do"});
}

void grant(Lowering& lowering, const Index& index, std::vector<const Index*>& seen) {
  const std::string& token = index.token->value;
  const std::string host = base::url_host(index.url.value);
  if (asked(lowering, token) == nullptr) {
    std::vector<std::string> names;
    for (const config::Token& one : lowering.in.project.tokens) names.push_back(one.name.value);
    const std::string meant = base::nearest(token, names);
    // Not shown: it may be the token itself.
    return refuse(lowering, "the token of the index " + quoted(index.name.value) + " is not in `tokens`", index.token->span, "", {},
                  meant.empty() ? "name the token's variable here, and in `tokens` at the top of the file" : "did you mean `" + meant + "`?");
  }
  for (const Index* const other : seen) {
    if (base::url_host(other->url.value) != host) continue;
    if (other->token->value == token) return; // one login serves both
    return refuse(lowering, "two tokens for `" + host + "`", index.token->span, "another one here", other->token->span,
                  "tools find a password by the host alone: use one token for both");
  }
  if (host.find_first_of("[") != std::string::npos || host.empty())
    return refuse(lowering, "tools find no password for an address in brackets", index.token->span, "", {}, "give the host a name");
  seen.push_back(&index);
  advise(lowering, index, host);
  lowering.out.logins.push_back({.host = host, .user = std::string(index_login(host, token)), .token = token,
                                 .origin = origin_of(index.url.span, Origin::Source::project, "[[python.index]] token", lowering.in.places.home)});
}

} // namespace

void check_project_indexes(Lowering& lowering) {
  const std::vector<Index>& all = lowering.in.project.indexes;
  std::vector<const Index*> with_token;
  const Index* first_default = nullptr;
  for (const Index& index : all) {
    for (const Index* before = all.data(); before != &index; ++before)
      if (before->name.value == index.name.value) {
        refuse(lowering, "two indexes are called " + quoted(index.name.value), index.name.span, "again here", before->name.span, "tools know an index by its name: give each its own");
        break;
      }
    if (index.is_default.value && first_default != nullptr)
      refuse(lowering, "two indexes are the default", index.is_default.span, "again here", first_default->is_default.span, "one index is asked first: remove `default` from the other");
    if (index.is_default.value && first_default == nullptr) first_default = &index;
    if (!scan_secrets(index.url.value).empty())
      lowering.diagnostics.add({.code = diag::Code::index_clash, .severity = diag::Severity::error,
                                .message = "the address of the index " + quoted(index.name.value) + " holds what looks like a token", .labels = {},
                                .notes = {"it is not shown; the file is committed"},
                                .help = {"remove it from the address, and make it anew where it was issued: everybody who has the repository has it"}});
    if (index.token) grant(lowering, index, with_token);
  }
  if (!lowering.out.logins.empty())
    if (const config::Token* const netrc = asked(lowering, "NETRC"))
      refuse(lowering, "`NETRC` hides the tokens of [[python.index]]", netrc->name.span, "tools read this file in place of theirs", {}, "remove `NETRC` from `tokens`, or `token` from the indexes");
  if (!all.empty() && first_default == nullptr)
    lowering.report(diag::Code::public_index, diag::Severity::info, all.front().name.span, "the public index is asked as well", "",
                    {"whoever registers the name of a package of yours there, with a higher version, is installed by pip"},
                    {"`default = true` at an index that has all that the project needs asks that one in its place"});
}

} // namespace psbc::policy
