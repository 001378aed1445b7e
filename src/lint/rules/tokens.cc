// SPDX-License-Identifier: MIT
// 4xx beside what the build refuses: secrets in the file, and credentials that are broader than they need to be.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "base/catalogue.h"
#include "base/token_forms.h"
#include "lint/look.h"
#include "policy/places.h"

namespace psbc::lint {

using diag::Code;

namespace {

constexpr std::array secret_endings = {"_TOKEN", "_KEY", "_SECRET", "_PASSWORD", "_PASSWD", "_PASSPHRASE", "_CREDENTIALS", "_APIKEY", "_PAT"};
constexpr std::array secret_words = {"TOKEN", "PASSWORD", "SECRET", "APIKEY", "API_KEY"};
/// Called like a secret, and none.
constexpr std::array harmless = {"SSH_AUTH_SOCK", "PUBLIC_KEY", "GPG_KEY", "SORT_KEY", "PRIMARY_KEY"};

bool sounds_secret(std::string_view name) {
  if (std::find(harmless.begin(), harmless.end(), name) != harmless.end() || name.ends_with("_PUBLIC_KEY")) return false;
  return std::find(secret_words.begin(), secret_words.end(), name) != secret_words.end() ||
         std::any_of(secret_endings.begin(), secret_endings.end(), [&](std::string_view ending) { return name.ends_with(ending); }) || base::service_of_variable(name).has_value();
}

void passed(const Look& look) {
  for (const config::SpannedString& name : look.document.config->env_pass)
    if (sounds_secret(name.value))
      look.add(Code::secret_env_pass, name.span, shown(name.value) + " crosses with the value that it has outside", "", {"that is the broad one, of whoever enters"},
               {"ask for a token instead, whose source each developer chooses: `tokens = [\"" + base::escape(name.value) + "\"]`"});
}

/// The bits per character of a text: above 4 for keys, below 3.5 for names.
double entropy(std::string_view text) {
  std::array<std::size_t, 256> count{};
  for (const char c : text) ++count[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const std::size_t n : count)
    if (n > 0) {
      const double share = static_cast<double>(n) / static_cast<double>(text.size());
      bits -= share * std::log2(share);
    }
  return bits;
}

void random_values(const Look& look) {
  constexpr std::size_t shortest = 20;
  constexpr double threshold = 4.0;
  for (const config::Variable& variable : look.document.config->env_set) {
    const std::string& value = variable.value.value;
    const bool one_word = value.find_first_of(" /:,=") == std::string::npos;
    if (value.size() >= shortest && one_word && entropy(value) > threshold)
      look.add(Code::high_entropy_value, variable.value.span, "the value of " + shown(variable.name.value) + " looks random", "", {"what is written here is committed"}, {"if it is a secret: `tokens`"});
  }
}

/// The project asks for a weak token, and shows the file where the service keeps the strong one.
void shadowed(const Look& look) {
  for (const config::Token& token : look.document.config->tokens) {
    const auto service = base::service_of_variable(token.name.value);
    if (!service) continue;
    for (const auto* list : {&look.document.config->readonly, &look.document.config->writable})
      for (const config::SpannedString& entry : *list) {
        const auto path = policy::expand(entry.value, look.in.root, look.in.places.home);
        if (path && look.in.places.home.is_under(*path)) continue; // the whole home is another rule's
        for (const std::string_view file : service->files) {
          const auto kept = policy::expand(file.ends_with('/') ? file.substr(0, file.size() - 1) : file, look.in.root, look.in.places.home);
          if (path && kept && (kept->is_under(*path) || path->is_under(*kept)))
            look.add(Code::token_shadowed_by_file, entry.span, shown(entry.value) + " shows " + shown(file) + ", the broad token of " + std::string(service->title), "",
                     {shown(token.name.value) + " is asked for beside it, and would not matter"}, {"remove this entry"});
        }
      }
  }
}

void any_login(const Look& look) {
  for (const config::SpannedString& host : look.document.config->ssh.hosts)
    if (host.value.find('@') == std::string::npos)
      look.add(Code::agent_any_login, host.span, "keys may sign in at " + shown(host.value) + " as any user", "", {"a key often opens more than one account"}, {"name the user: `\"git@" + base::escape(host.value) + "\"`"});
}

/// Variables that name what is executed, and lists of directories where one is that of whoever calls: allowed, and worth a look.
constexpr std::array command_variables = {"GIT_EDITOR", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH", "GIT_SSH_COMMAND", "PYTHONBREAKPOINT", "PYTHONSTARTUP"};
constexpr std::array search_paths = {"LD_LIBRARY_PATH", "PERL5LIB", "PYTHONPATH"};

void dangerous_variables(const Look& look) {
  const auto add = [&](const config::Variable& variable, const char* why) {
    look.add(Code::dangerous_variable, variable.name.span, shown(variable.name.value) + " " + why, "", {"whoever writes this file, or a file that it names, decides what runs in each session"}, {"remove it, or suppress this with the reason"}).severity = diag::Severity::warning;
  };
  for (const config::Variable& variable : look.document.config->env_set) {
    const std::string& name = variable.name.value;
    const std::string& value = variable.value.value;
    if (std::find(command_variables.begin(), command_variables.end(), name) != command_variables.end() && !value.empty()) add(variable, "names something that is executed");
    if (std::find(search_paths.begin(), search_paths.end(), name) == search_paths.end() || value.empty()) continue;
    const auto parts = base::split(value, ':');
    if (std::any_of(parts.begin(), parts.end(), [](std::string_view part) { return part.empty() || part == "."; })) add(variable, "has the current directory in it, whichever that is");
  }
}

constexpr std::array requirement_files = {"requirements.txt", "pyproject.toml", "setup.cfg", "setup.py", "environment.yml", "Pipfile", "requirements-dev.txt", "requirements.in"};

/// A service that no requirement names, in any of its words.
void unused(const Look& look) {
  if (!look.sees(diag::Scope::repo)) return;
  std::string wanted;
  for (const char* name : requirement_files)
    if (const auto text = look.in.fs.read(look.in.root / name, 1U << 20U)) wanted += *text;
  if (wanted.empty()) return;
  std::transform(wanted.begin(), wanted.end(), wanted.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const config::Token& token : look.document.config->tokens) {
    const auto service = base::service_of_variable(token.name.value);
    if (!service || wanted.find(service->id) != std::string::npos) continue;
    look.add(Code::unused_token, token.name.span, "nothing that the project requires is called like " + std::string(service->title), "", {"looked at requirements.txt, pyproject.toml and their like"}, {"remove it, if nothing needs it"});
  }
}

} // namespace

void token_rules(const Look& look) {
  passed(look);
  random_values(look);
  shadowed(look);
  any_login(look);
  dangerous_variables(look);
  unused(look);
}

/// What redact masks byte for byte: tokens by their form, passwords in addresses. Strings and comments alike.
void secret_rules(const Document& document, diag::Diagnostics& out) {
  const std::string& text = document.source.text();
  if (!base::is_valid_utf8(text)) return;
  const std::string masked = base::redact(text);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == masked[at]) continue;
    std::size_t end = at;
    while (end < text.size() && text[end] != '\n' && (text[end] != masked[end] || text[end] == '*')) ++end;
    const auto token = base::find_token(text, at > 40 ? at - 40 : 0);
    const bool is_token = token && token->begin <= at && at < token->end;
    const diag::Span span{.file = &document.source, .begin = static_cast<std::uint32_t>(is_token ? token->begin : at), .end = static_cast<std::uint32_t>(end)};
    out.add({.code = Code::literal_secret, .severity = diag::rule(Code::literal_secret).severity,
             .message = "a " + (is_token ? std::string(token->form.what) : std::string("password in an address")) + " is written here",
             .labels = {{.span = span, .text = "in every copy of this repository"}},
             .notes = {"it stays in the history of git when the line is gone"},
             .help = {"make it worthless where it was issued; then ask for it by `tokens`"}});
    at = end;
  }
}

} // namespace psbc::lint
