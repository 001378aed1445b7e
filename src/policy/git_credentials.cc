// SPDX-License-Identifier: MIT
// git over https: a token that is granted is a password of its own host, and of no other. git compares the address
// that it is about to ask with the host of the setting (gitcredentials(7), git-config(1) `credential.<url>.*`); the
// helper compares again, and reads the value where it is while the session runs. The empty helper before it forgets
// all that git knew until then.
#include <algorithm>

#include "base/catalogue.h"
#include "base/quote.h"
#include "base/text.h"
#include "policy/gitconfig.h"
#include "policy/lowering.h"
#include "policy/token_source.h"

namespace psbc::policy {
namespace {

constexpr std::string_view helper_path = ".config/psbc/git-credential"; // below HOME

// printf is a builtin of every sh: no value becomes an argument.
constexpr std::string_view helper_begin =
    R"(# Made by psbc at every entry: git asks it for the password of one host, which is a token.
# sh git-credential VARIABLE HOST USER get   (see gitcredentials(7))
[ "$4" = get ] || exit 0
protocol= host= user= token=
while IFS= read -r line && [ -n "$line" ]; do
  case $line in
    protocol=*) protocol=$protocol${line#*=} ;; # what is said twice matches nothing
    host=*) host=$host${line#*=} ;;
    username=*) user=${line#*=} ;;
  esac
done
[ "$protocol $host" = "https $2" ] || exit 0
)";
constexpr std::string_view helper_end =
    R"(if [ -f "$file" ]; then IFS= read -r token <"$file"; else eval "token=\${$1-}"; fi
case $token in
  '') exit 0 ;;
  ?*:?*) printf 'username=%s\n' "${token%%:*}"; token=${token#*:} ;;
  *) [ -n "$user" ] || printf 'username=%s\n' "$3" ;;
esac
printf 'password=%s\n' "$token"
)";

/// What a variable will hold inside; empty: nothing that is known.
std::string value_inside(const Lowering& lowering, std::string_view name, Origin::Source& said_by) {
  for (const Variable& variable : lowering.out.variables)
    if (variable.name == name) {
      said_by = variable.origin.source;
      return variable.value;
    }
  const auto& pass = lowering.out.pass;
  if (std::find(pass.begin(), pass.end(), name) == pass.end()) return {};
  said_by = Origin::Source::user;
  return lowering.in.env.get(std::string(name)).value_or("");
}

/// "HOST" or "HOST:PORT" as git will say it, of a name or an address; nothing when it is none, or not for https.
std::optional<std::string> server(std::string_view text) {
  if (text.starts_with("https://")) text.remove_prefix(8);
  if (text.ends_with('/')) text.remove_suffix(1);
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (out.ends_with(":443")) out.resize(out.size() - 4);
  const std::size_t colon = std::min(out.find(':'), out.size());
  const std::string_view name = std::string_view(out).substr(0, colon),
                         port = std::string_view(out).substr(std::min(colon + 1, out.size()));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto of_name = [&](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.'; };
  if (name.empty() || name[0] == '-' || name[0] == '.' || !std::all_of(name.begin(), name.end(), of_name))
    return std::nullopt;
  if (colon < out.size() &&
      (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit)))
    return std::nullopt;
  return out;
}

/// The host that git may send the token to: the one that a variable names, else the service's own.
std::string host_of(Lowering& lowering, const base::GitLogin& login, const Token& token) {
  Origin::Source said_by{};
  const std::string named =
      login.host_variable.empty() ? "" : value_inside(lowering, login.host_variable, said_by);
  if (named.empty()) return std::string(login.host);
  const std::string what =
      "git gets no password from " + token.name + ": " + std::string(login.host_variable);
  const auto host = server(named);
  if (!host) {
    lowering.out.remarks.push_back(what + " names no server of https");
    return {};
  }
  const base::Service service = base::service(login.service);
  const std::string name = host->substr(0, host->find(':'));
  if (base::is_host_of(service, name)) {
    if (!login.host.empty()) return *host;
    lowering.out.remarks.push_back(what + " names " + name + ", which has a token of its own");
    return {};
  }
  if (said_by == Origin::Source::project)
    lowering.report(diag::Code::index_token, diag::Severity::warning, token.origin.span,
                    "`" + token.name + "` is a token of " + std::string(service.title) +
                        ", and git gives it to `" + *host + "`",
                    "", {"the file says so: [env] set " + std::string(login.host_variable)},
                    {"where that is your own server of this service, there is nothing to do"});
  return *host;
}

} // namespace

void lower_git_credentials(Lowering& lowering) {
  const base::AbsPath& home = lowering.in.places.home;
  std::vector<std::string> hosts;
  std::string settings;
  for (std::size_t i = 0; i < base::git_login_count(); ++i) {
    const base::GitLogin login = base::git_login(i);
    const auto& tokens = lowering.out.tokens;
    const auto token = std::find_if(tokens.begin(), tokens.end(),
                                    [&](const Token& one) { return one.name == login.variable; });
    if (token == tokens.end()) continue;
    const std::string host = host_of(lowering, login, *token);
    if (host.empty()) continue;
    settings += "[credential \"https://" + host + "\"]\n";
    if (std::find(hosts.begin(), hosts.end(), host) == hosts.end())
      settings += "\thelper =\n"; // once: a second token is asked after the first
    hosts.push_back(host);
    settings += "\thelper = " +
                gitconfig_quoted("!sh " + base::quote_posix((home / helper_path).string()) + " " +
                                 token->name + " " + host + " " + std::string(login.user)) +
                "\n";
  }
  if (settings.empty()) return;
  for (HomeFile& file : lowering.out.home_files)
    if (file.path == ".gitconfig") file.content += settings;
  const std::string file = "file=" + base::quote_posix((home / secret_directory).string()) +
                           "/$1 # where it is delivered as one\n";
  lowering.out.home_files.push_back({.path = std::string(helper_path),
                                     .content = std::string(helper_begin) + file + std::string(helper_end),
                                     .origin = builtin("tokens of yours as passwords of git over https")});
}

} // namespace psbc::policy
