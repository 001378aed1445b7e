// SPDX-License-Identifier: MIT
#include "config/format.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "config/source_form.h"
#include "config/versions.h"
#include "config/words.h"

namespace psbc::config {

namespace {

using diag::Code;
using Problem = std::optional<FormatProblem>;

constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_variable = 128;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_name_character(char c) { return is_lower_or_digit(c) || c == '.' || c == '_' || c == '-'; }
bool is_variable_character(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string write(std::string_view text) {
  return text.empty() ? std::string("remove it") : "write `" + toml_string(text) + "`";
}

/// C0, DEL and C1: no profile line, shell word or terminal could hold them.
bool has_control_character(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const base::CodePoint point = base::decode_utf8(text, offset);
    if (point.value < 0x20 || (point.value >= 0x7f && point.value < 0xa0)) return true;
    offset += point.size;
  }
  return false;
}

/// What a person who wrote `text` may have wanted as a name.
std::string as_name(std::string_view text) {
  std::string name;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!is_name_character(c)) c = '-';
    const bool separates = !is_lower_or_digit(c);
    if (separates && (name.empty() || !is_lower_or_digit(name.back()))) // no first, no double separator
      continue;
    name += c;
  }
  name.resize(std::min(name.size(), longest_name));
  while (!name.empty() && !is_lower_or_digit(name.back())) name.pop_back();
  return name;
}

Problem check_name(std::string_view text) {
  const std::string better = as_name(text);
  const std::string help = better.empty() ? "write `\"my-project\"`" : write(better);
  if (text.empty()) return FormatProblem{"is empty", help, Code::invalid_name};
  if (text.size() > longest_name)
    return FormatProblem{"is longer than " + std::to_string(longest_name) + " characters", help, Code::invalid_name};
  if (text.find("..") != std::string_view::npos)
    return FormatProblem{"holds `..`, which file names made from it must not", help, Code::invalid_name};
  if (!std::all_of(text.begin(), text.end(), is_name_character))
    return FormatProblem{"holds more than a-z, 0-9, `.`, `_` and `-`", help, Code::invalid_name};
  if (!is_lower_or_digit(text[0])) return FormatProblem{"does not start with a letter or a digit", help, Code::invalid_name};
  return std::nullopt;
}

Problem check_variable(std::string_view text) {
  std::string_view bare = text;
  while (!bare.empty() && (bare[0] == '$' || bare[0] == '{')) bare.remove_prefix(1);
  bare = bare.substr(0, bare.find_first_of("=}"));
  const bool valid = !bare.empty() && bare.size() <= longest_variable && !is_digit(bare[0]) &&
                     std::all_of(bare.begin(), bare.end(), is_variable_character);
  if (valid && bare == text) return std::nullopt;
  if (text.empty()) return FormatProblem{"is empty", "a name is like `OMP_NUM_THREADS`"};
  if (text.find('*') != std::string_view::npos || text.find('?') != std::string_view::npos)
    return FormatProblem{"is a pattern, and variables are named one by one", "write the whole names"};
  if (valid && text.find('=') != std::string_view::npos)
    return FormatProblem{"is a name with a value", write(bare) + "; values are given in `[env] set`"};
  return FormatProblem{"is not the name of a variable",
                       valid ? write(bare) : "a name is like `OMP_NUM_THREADS`"};
}

Problem check_token(std::string_view text) {
  std::string_view name = text;
  if (name.ends_with('?')) name.remove_suffix(1);
  if (name.ends_with(":read")) name.remove_suffix(5);
  auto problem = check_variable(name);
  if (!problem) return std::nullopt;
  const std::string_view bare = text.substr(0, text.find_first_of(":?"));
  if (text.find('=') == std::string_view::npos && bare != text && !check_variable(bare))
    return FormatProblem{"is not a token: after the name, only `:read` and then `?` mean something",
                         write(std::string(bare) + ":read") + " or `" + toml_string(bare) + "`"};
  if (text.find('=') != std::string_view::npos)
    problem->help = "name the variable alone: a value in this file would be committed";
  return problem;
}

Problem check_argument(std::string_view text);

Problem check_source(std::string_view text) {
  if (auto problem = check_argument(text)) return problem;
  const SourceForm* const form = source_form(text);
  std::vector<std::string> words;
  if (form != nullptr && form->words(text.substr(form->prefix.size()), words)) return std::nullopt;
  if (form != nullptr) return FormatProblem{"is not complete, or not as psbc reads it", "write it as `" + std::string(form->shape) + "`"};
  std::string shapes;
  for (const SourceForm& known : source_forms()) shapes += (shapes.empty() ? "`" : ", `") + std::string(known.shape) + "`";
  return FormatProblem{"is no source that psbc knows", "write one of " + shapes + ", or a command as an array of its words"};
}

bool is_host_character(char c) { return is_lower_or_digit(c) || c == '.' || c == '-'; }
bool is_address_character(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || c == ':' || c == '.'; }

bool is_login(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text[0] != '.' && text[0] != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_variable_character(c) || c == '.' || c == '-'; });
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || text[0] == '0' || !std::all_of(text.begin(), text.end(), is_digit)) return false;
  unsigned port = 0;
  for (const char c : text) port = 10 * port + static_cast<unsigned>(c - '0');
  return port <= 65535;
}

bool is_host(std::string_view text) {
  if (text.starts_with('['))
    return text.size() >= 4 && text.size() <= 47 && text.ends_with(']') &&
           std::all_of(text.begin() + 1, text.end() - 1, is_address_character);
  return !text.empty() && text.size() <= 253 && is_lower_or_digit(text.front()) && is_lower_or_digit(text.back()) &&
         std::all_of(text.begin(), text.end(), is_host_character);
}

Problem check_host(std::string_view text) {
  const std::string example = "a host is like `github.com`, `git@github.com` or `git.example.com:2222`";
  if (text.empty()) return FormatProblem{"is empty", example};
  if (text.find_first_of("*?") != std::string_view::npos)
    return FormatProblem{"is a pattern, and hosts are named one by one", example};
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    const std::string_view rest = text.substr(scheme + 3);
    const std::string_view host = rest.substr(0, rest.find('/'));
    return FormatProblem{"is a URL", check_host(host) ? example : write(host)};
  }
  std::string_view rest = text;
  const std::size_t at = rest.find('@');
  const bool login = at == std::string_view::npos || is_login(rest.substr(0, at));
  if (at != std::string_view::npos) rest.remove_prefix(at + 1);
  const std::size_t colon = rest.find(':', rest.starts_with('[') ? rest.find(']') : 0);
  const bool port = colon == std::string_view::npos || is_port(rest.substr(colon + 1));
  if (login && port && is_host(rest.substr(0, colon))) return std::nullopt;
  std::string small(text);
  for (std::size_t i = at == std::string_view::npos ? 0 : at; i < small.size(); ++i)
    if (small[i] >= 'A' && small[i] <= 'Z') small[i] = static_cast<char>(small[i] - 'A' + 'a');
  return FormatProblem{"is not an ssh host", small != text && !check_host(small) ? write(small) : example};
}

bool is_base64(char c) { return is_variable_character(c) ? c != '_' : c == '+' || c == '/'; }

Problem check_fingerprint(std::string_view text) {
  constexpr std::string_view prefix = "SHA256:";
  constexpr std::size_t digits = 43; // base64 of 32 bytes, without `=`
  const std::string help = "`ssh-add -l` shows the fingerprints of your keys";
  if (text.starts_with("MD5:") || std::count(text.begin(), text.end(), ':') == 15)
    return FormatProblem{"is an MD5 fingerprint, which can be forged", help};
  if (text.starts_with(prefix) && text.size() == prefix.size() + digits &&
      std::all_of(text.begin() + prefix.size(), text.end(), is_base64))
    return std::nullopt;
  if (text.size() == digits && std::all_of(text.begin(), text.end(), is_base64))
    return FormatProblem{"lacks its kind", write(std::string(prefix) + std::string(text))};
  return FormatProblem{text.empty() ? "is empty" : "is not the fingerprint of a key", help};
}

Problem check_editor(std::string_view text) {
  const std::vector<std::string> known = {"vscode", "pycharm"};
  if (std::find(known.begin(), known.end(), text) != known.end()) return std::nullopt;
  for (const std::string_view relative : {"code", "codium", "vscodium", "cursor", "windsurf", "vs code"})
    if (base::edit_distance(text, relative) == 0) return FormatProblem{"is meant by `vscode`, too", write("vscode")};
  const std::string meant = base::nearest(text, known);
  return FormatProblem{text.empty() ? "is empty" : "is not an editor whose helpers psbc knows", meant.empty() ? "write \"vscode\" or \"pycharm\"" : write(meant)};
}

Problem check_signature_namespace(std::string_view text) {
  const auto fits = [](char c) { return is_variable_character(c) || c == '@' || c == '.' || c == '-'; };
  if (!text.empty() && text.size() <= 128 && text[0] != '_' && is_variable_character(text[0]) &&
      std::all_of(text.begin(), text.end(), fits))
    return std::nullopt;
  return FormatProblem{text.empty() ? "is empty" : "is not the namespace of a signature", "git's is `git`"};
}

Problem check_index_name(std::string_view text) {
  auto problem = check_name(text);
  if (problem || text.find('.') == std::string_view::npos) return problem;
  std::string better(text);
  std::replace(better.begin(), better.end(), '.', '-');
  return FormatProblem{"holds a dot, which separates tables in the settings of tools", write(better)};
}

/// What stands between the slashes of an index's address: nothing that a tool's settings would replace or end at.
bool is_url_path_character(char c) { return is_variable_character(c) || std::string_view("/.~%+,=-").find(c) != std::string_view::npos; }

Problem check_index_url(std::string_view text) {
  const std::string example = "an address is like `https://pypi.acme.example/simple/`";
  if (text.empty()) return FormatProblem{"is empty", example};
  if (base::has_userinfo(text)) {
    const std::string bare = base::without_userinfo(text);
    return FormatProblem{"holds a user name or a password", (bare != text && !check_index_url(bare) ? "write `url = " + toml_string(bare) + "`" : "remove what stands before the host") +
                         " and `token = \"NAME\"`, with NAME in `tokens`; `psbc tokens set NAME ask:` says where yours is"};
  }
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) {
    const bool host = !check_index_url("https://" + std::string(text));
    return FormatProblem{"has no `https://`", host ? write("https://" + std::string(text)) : example};
  }
  const std::string_view rest = text.substr(scheme + 3);
  const std::string_view path = rest.substr(std::min(rest.find_first_of("/?#"), rest.size()));
  const std::string_view authority = rest.substr(0, rest.size() - path.size());
  const std::size_t colon = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
  const std::string_view host = authority.substr(0, colon);
  const bool is_local = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  if (text.starts_with("http://") && !is_local)
    return FormatProblem{"is not encrypted: whoever is on the way decides what is installed", write("https://" + std::string(rest))};
  if (!text.starts_with("https://") && !text.starts_with("http://")) return FormatProblem{"is no address that tools ask with https", example};
  if (path.find_first_of("?#") != std::string_view::npos) return FormatProblem{"has a query or a fragment, which no index needs", write(text.substr(0, text.find_first_of("?#")))};
  const bool port = colon == std::string_view::npos || is_port(authority.substr(colon + 1));
  if (is_host(host) && port && std::all_of(path.begin(), path.end(), is_url_path_character)) return std::nullopt;
  std::string small(text);
  std::transform(small.begin(), small.begin() + static_cast<std::ptrdiff_t>(text.size() - path.size()), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return FormatProblem{"is not the address of an index", small != text && !check_index_url(small) ? write(small) : example};
}

Problem check_text(std::string_view text) {
  if (has_control_character(text))
    return FormatProblem{"holds a control character or a line break", "write it on one line"};
  return std::nullopt;
}

Problem check_argument(std::string_view text) {
  if (text.empty()) return FormatProblem{"is empty", "write a word, or remove it"};
  return check_text(text);
}

/// `text` without its `..` components; nothing when one leads out of it.
std::optional<std::string> without_dot_dot(std::string_view text) {
  std::vector<std::string_view> kept;
  for (const std::string_view part : base::split(text, '/')) {
    if (part != "..") {
      kept.push_back(part);
    } else if (kept.empty() || kept.back().empty() || kept.back() == "~" || kept.back() == "." ||
               kept.back() == "**") {
      return std::nullopt;
    } else {
      kept.pop_back();
    }
  }
  std::string joined;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (i > 0) joined += '/';
    joined += kept[i];
  }
  return joined;
}

Problem check_dollar(std::string_view text) {
  if (text.find('$') == std::string_view::npos) return std::nullopt;
  for (const std::string_view home : {"$HOME", "${HOME}"})
    if (text.starts_with(home) && (text.size() == home.size() || text[home.size()] == '/'))
      return FormatProblem{"holds `$`: variables are not replaced here", write("~" + std::string(text.substr(home.size()))), Code::unsupported_expansion,
                           "~" + std::string(text.substr(home.size()))};
  return FormatProblem{"holds `$`: variables are not replaced here", "write the path out, from `~/` or `/`", Code::unsupported_expansion};
}

Problem check_components(std::string_view text) {
  const std::vector<std::string_view> parts = base::split(text, '/');
  if (std::find(parts.begin(), parts.end(), "..") == parts.end()) return std::nullopt;
  const std::optional<std::string> plain = without_dot_dot(text);
  return FormatProblem{"holds `..`",
                       plain && !plain->empty() ? write(*plain)
                                                : "name the path from `~/` or `/`", Code::path_escapes_project};
}

/// What holds for each path and pattern. Only what no firejail can express, or what would silently
/// mean something else than it says, is refused here; the rest is a matter of spelling (emit/).
Problem check_any_path(std::string_view text) {
  if (text.empty()) return FormatProblem{"is empty", "remove it"};
  if (has_control_character(text))
    return FormatProblem{"holds a control character", "rename the file: no sandbox can name it", Code::inexpressible_path};
  if (auto problem = check_dollar(text)) return problem;
  if (text.find('\\') != std::string_view::npos) {
    std::string slashes(text);
    std::replace(slashes.begin(), slashes.end(), '\\', '/');
    return FormatProblem{"holds `\\`", write(slashes), Code::inexpressible_path};
  }
  if (text.starts_with('~') && text.size() > 1 && text[1] != '/')
    return FormatProblem{"starts with `~` and a name, which is not replaced here",
                         "write `~/` for your own home; for a file of that name " +
                             write("./" + std::string(text)), Code::unsupported_expansion};
  if (text.starts_with(' ') || text.ends_with(' ')) {
    const std::size_t first = text.find_first_not_of(' ');
    return FormatProblem{"has a blank at an end",
                         write(first == std::string_view::npos
                                   ? std::string_view{}
                                   : text.substr(first, text.find_last_not_of(' ') - first + 1)), Code::inexpressible_path};
  }
  return check_components(text);
}

Problem check_path(std::string_view text) {
  if (auto problem = check_any_path(text)) return problem;
  const std::size_t wildcard = text.find_first_of("*?");
  if (wildcard == std::string_view::npos) return std::nullopt;
  const std::size_t slash = text.substr(0, wildcard).rfind('/');
  return FormatProblem{"holds a wildcard, which only `hidden` takes",
                       slash == std::string_view::npos
                           ? "name the files one by one, or a directory"
                           : "name the directory: " + write(text.substr(0, slash + 1)), Code::glob_in_path};
}

Problem check_anchored_path(std::string_view text) {
  if (auto problem = check_path(text)) return problem;
  if (text.starts_with('~') || text.starts_with('/')) return std::nullopt;
  return FormatProblem{"is relative, and this file belongs to no project",
                       write("~/" + std::string(text.starts_with("./") ? text.substr(2) : text))};
}

Problem check_project_path(std::string_view text) {
  auto problem = check_path(text);
  if (problem && text.starts_with("../") && problem->message == "holds `..`")
    problem->help += "; a sibling in the same git repository is named in `[workspace] readonly`, from the top level";
  return problem;
}

/// By its form alone: lint, and no build, minds a rule that there is not.
Problem check_rule(std::string_view text) {
  const std::string_view digits = text.starts_with("PSB") ? text.substr(3) : "";
  if (digits.size() == 3 && std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  const bool slug = !text.empty() && text.size() <= longest_name && text[0] >= 'a' && text[0] <= 'z' &&
                    std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
  if (slug) return std::nullopt;
  return FormatProblem{text.empty() ? "is empty" : "is not the id or the name of a rule", "psbc rule lists them"};
}

Problem check_severity(std::string_view text) {
  if (text == "error" || text == "warning" || text == "info") return std::nullopt;
  return FormatProblem{text.empty() ? "is empty" : "is no severity", "write \"error\", \"warning\" or \"info\""};
}

/// Relative to a directory that is found, not named: neither home nor root has a meaning.
Problem check_inner_path(std::string_view text) {
  if (text.starts_with('~') || text.starts_with('/'))
    return FormatProblem{"is not relative to the repository's top level", "name it in `readonly` or `writable` at the top of the file"};
  if (base::split(text, '/')[0] == "..") {
    while (text.starts_with("../")) text.remove_prefix(3);
    const std::string_view rest = text == ".." ? "" : text;
    const bool clean = !rest.empty() && !check_components(rest);
    return FormatProblem{"holds `..`, and paths here start at the repository's top level already",
                         clean ? write(rest) + ", if that is where it lies below the top level" : "name the path below the top level",
                         Code::path_escapes_project};
  }
  return check_path(text);
}

Problem check_source_kind(std::string_view text) {
  const std::vector<std::string> known = source_kinds();
  if (std::find(known.begin(), known.end(), text) != known.end()) return std::nullopt;
  const std::string meant = base::nearest(text, known);
  std::string all;
  for (const std::string& kind : known) all += (all.empty() ? "\"" : ", \"") + kind + "\"";
  return FormatProblem{text.empty() ? "is empty" : "is no kind of source that psbc knows", "write " + (meant.empty() ? "one of " + all : "`" + toml_string(meant) + "`")};
}

Problem check_versions(std::string_view text) {
  if (!text.starts_with(' ') && !text.ends_with(' ') && parse_version_rules(text)) return std::nullopt;
  if (parse_version_rules(">=" + std::string(text))) return FormatProblem{"compares nothing", write(">=" + std::string(text))};
  return FormatProblem{text.empty() ? "is empty" : "is no list of comparisons", "write it as `\">=0.9.72, !=0.9.73\"`"};
}

Problem check_digest(std::string_view text) {
  const bool is_digest = text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
  if (is_digest) return std::nullopt;
  return FormatProblem{text.empty() ? "is empty" : "is not the digest of a set of grants", "in the project, `psbc trust --show --digest` prints it"};
}

Problem check_date(std::string_view text) {
  const auto number = [&](std::size_t from, std::size_t size) {
    int out = 0;
    for (const char c : text.substr(from, size)) out = is_digit(c) ? 10 * out + (c - '0') : 10000;
    return out;
  };
  const bool is_date = text.size() == 10 && text[4] == '-' && text[7] == '-' && number(0, 4) < 10000 && number(5, 2) >= 1 && number(5, 2) <= 12 && number(8, 2) >= 1 && number(8, 2) <= 31;
  if (is_date) return std::nullopt;
  return FormatProblem{text.empty() ? "is empty" : "is not a day", "write it as year, month and day: `\"2027-03-31\"`"};
}

} // namespace

std::optional<FormatProblem> check_format(Format format, std::string_view text) {
  switch (format) {
    case Format::name: return check_name(text);
    case Format::path: return check_project_path(text);
    case Format::anchored_path: return check_anchored_path(text);
    case Format::inner_path: return check_inner_path(text);
    case Format::pattern: return check_any_path(text);
    case Format::variable: return check_variable(text);
    case Format::token: return check_token(text);
    case Format::source: return check_source(text);
    case Format::argument: return check_argument(text);
    case Format::text: return check_text(text);
    case Format::host: return check_host(text);
    case Format::fingerprint: return check_fingerprint(text);
    case Format::signature_namespace: return check_signature_namespace(text);
    case Format::index_name: return check_index_name(text);
    case Format::index_url: return check_index_url(text);
    case Format::editor: return check_editor(text);
    case Format::rule: return check_rule(text);
    case Format::severity: return check_severity(text);
    case Format::source_kind: return check_source_kind(text);
    case Format::versions: return check_versions(text);
    case Format::digest: return check_digest(text);
    case Format::date: return check_date(text);
  }
  return std::nullopt;
}

} // namespace psbc::config
