// SPDX-License-Identifier: MIT
#include "runtime/token_check.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/json.h"
#include "base/process.h"
#include "base/secret.h"
#include "base/text.h"

namespace psbc::runtime {
namespace {

using Kind = TokenVerdict::Kind;

constexpr int timeout_s = 20;

using Path = std::initializer_list<std::string_view>;

std::vector<std::string> scalars(const ServiceAnswer& answer, Path path) {
  const std::vector<std::string_view> parts(path);
  return base::json_scalars(answer.body, parts).value_or(std::vector<std::string>{});
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string until(const std::string& date) { return date.empty() ? "" : "; it ends on " + date; }

/// Hugging Face: {"auth": {"accessToken": {"role": "read" | "write" | "fineGrained", "fineGrained": {...}}}}
/// (huggingface.co/docs/hub/security-tokens).
TokenVerdict judge_huggingface(const ServiceAnswer& answer) {
  const auto role = scalars(answer, {"auth", "accessToken", "role"});
  if (role.size() != 1) return {.kind = Kind::unknown, .detail = {}};
  if (role[0] == "read") return {.kind = Kind::read, .detail = "role read"};
  if (role[0] != "fineGrained") return {.kind = Kind::write, .detail = "role " + role[0]};
  std::vector<std::string> more;
  for (const std::string& word : scalars(answer, {"auth", "accessToken", "fineGrained"}))
    if (word.find(".write") != std::string::npos || word.find(".manage") != std::string::npos || word.find(".admin") != std::string::npos) more.push_back(word);
  if (more.empty()) return {.kind = Kind::read, .detail = "fine-grained, with read permissions alone"};
  return {.kind = Kind::write, .detail = "fine-grained, with " + joined(more)};
}

/// GitHub names the scopes of classic tokens in a header; fine-grained ones and those of apps have none
/// (docs.github.com, "Scopes for OAuth apps").
TokenVerdict judge_github(const ServiceAnswer& answer) {
  const auto expires = answer.headers.find("github-authentication-token-expiration");
  const std::string end = until(expires == answer.headers.end() ? "" : expires->second);
  const auto header = answer.headers.find("x-oauth-scopes");
  if (header == answer.headers.end()) return {.kind = Kind::unknown, .detail = "a fine-grained token: GitHub does not say what it may do" + end};
  if (header->second.empty()) return {.kind = Kind::read, .detail = "no scope: what is public" + end};
  bool reads = true;
  for (std::string_view scope : base::split(header->second, ',')) {
    scope.remove_prefix(std::min(scope.find_first_not_of(' '), scope.size()));
    reads = reads && (scope.starts_with("read:") || scope == "user:email");
  }
  return {.kind = reads ? Kind::read : Kind::write, .detail = "scopes " + header->second + end};
}

/// GitLab: {"active": true, "revoked": false, "scopes": ["read_api"], "expires_at": "2026-01-01"}
/// (docs.gitlab.com/api/personal_access_tokens).
TokenVerdict judge_gitlab(const ServiceAnswer& answer) {
  const auto is = [&](std::string_view key, std::string_view value) { return scalars(answer, {key}) == std::vector<std::string>{std::string(value)}; };
  const auto expires = scalars(answer, {"expires_at"});
  const std::string end = until(expires.size() == 1 && expires[0] != "null" ? expires[0] : "");
  if (is("revoked", "true") || is("active", "false")) return {.kind = Kind::refused, .detail = "revoked or expired" + end};
  const auto scopes = scalars(answer, {"scopes"});
  if (scopes.empty()) return {.kind = Kind::unknown, .detail = end.empty() ? end : end.substr(2)};
  const bool reads = std::all_of(scopes.begin(), scopes.end(), [](const std::string& scope) { return scope.starts_with("read_"); });
  return {.kind = reads ? Kind::read : Kind::write, .detail = "scopes " + joined(scopes) + end};
}

TokenVerdict judge_valid(const ServiceAnswer& /*answer*/) { return {.kind = Kind::unknown, .detail = "it works; the service does not say what it may do"}; }

struct Row {
  std::string_view service;
  std::string_view endpoint;
  std::string_view path;
  std::string_view header; // what stands before the token
  TokenVerdict (*judge)(const ServiceAnswer& answer);
};

constexpr std::array<Row, 8> rows = {{
    {"huggingface", "https://huggingface.co", "/api/whoami-v2", "Authorization: Bearer ", judge_huggingface},
    {"github", "https://api.github.com", "/rate_limit", "Authorization: Bearer ", judge_github},
    {"gitlab", "https://gitlab.com", "/api/v4/personal_access_tokens/self", "PRIVATE-TOKEN: ", judge_gitlab},
    {"openai", "https://api.openai.com", "/v1/models", "Authorization: Bearer ", judge_valid},
    {"npm", "https://registry.npmjs.org", "/-/whoami", "Authorization: Bearer ", judge_valid},
    {"digitalocean", "https://api.digitalocean.com", "/v2/account", "Authorization: Bearer ", judge_valid},
    {"replicate", "https://api.replicate.com", "/v1/account", "Authorization: Bearer ", judge_valid},
    {"groq", "https://api.groq.com", "/openai/v1/models", "Authorization: Bearer ", judge_valid},
}};

const Row* find_row(std::string_view service) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.service == service; });
  return found == rows.end() ? nullptr : &*found;
}

/// Within double quotes of a curl configuration.
std::string curl_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

bool is_local(std::string_view endpoint) {
  for (const std::string_view start : {"http://127.0.0.1", "http://localhost", "http://[::1]"})
    if (endpoint.starts_with(start) && (endpoint.size() == start.size() || endpoint[start.size()] == ':' || endpoint[start.size()] == '/')) return true;
  return false;
}

base::Error cannot(std::string cause, std::string hint = {}) {
  return {.operation = "ask the service", .object = {}, .code = 0, .cause = std::move(cause), .hint = std::move(hint)};
}

} // namespace

ServiceAnswer parse_answer(std::string_view text) {
  ServiceAnswer answer;
  while (text.starts_with("HTTP/")) { // the last block: `100 Continue` comes before it
    answer = {};
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return {};
    std::from_chars(text.data() + space + 1, text.data() + text.size(), answer.status);
    for (bool more = true; more && !text.empty();) {
      const auto end = text.find('\n');
      auto line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      more = !line.empty();
      const auto colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      std::string name(line.substr(0, colon));
      std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
      const auto value = line.find_first_not_of(' ', colon + 1);
      answer.headers[std::move(name)] = value == std::string_view::npos ? "" : line.substr(value);
    }
  }
  answer.body = text;
  return answer;
}

bool can_check(std::string_view service) { return find_row(service) != nullptr; }

base::Result<TokenVerdict> judge(std::string_view service, const ServiceAnswer& answer) {
  const Row* const row = find_row(service);
  if (row == nullptr) return cannot("psbc does not know how");
  if (answer.status == 401) return TokenVerdict{.kind = Kind::refused, .detail = "expired, revoked, or none of this service"};
  if (answer.status == 0) return cannot("there was no answer", "try again when the network is there");
  if (answer.status != 200) return cannot("it answered with status " + std::to_string(answer.status), "try again later");
  return row->judge(answer);
}

base::Result<TokenVerdict> check_token(const CheckRequest& request) {
  const Row* const row = find_row(request.service);
  if (row == nullptr) return cannot("psbc does not know how");
  std::string endpoint(request.endpoint.empty() ? row->endpoint : request.endpoint);
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (!endpoint.starts_with("https://") && !is_local(endpoint)) return cannot("a token is sent by https alone, or to this machine", "name the service as https://HOST");
  TRY_ASSIGN(const std::string curl, request.host.find("curl"));
  base::Secret input(endpoint.size() + 2 * request.token.size() + 1024);
  for (const std::string& part :
       {"url = " + curl_quoted(endpoint + std::string(row->path)) + "\n",
        "proto = \"=" + std::string(endpoint.starts_with("https:") ? "https" : "http") + "\"\nmax-time = " + std::to_string(timeout_s) +
            "\nsilent\ninclude\nsuppress-connect-headers\nuser-agent = \"psbc\"\nheader = \"Accept: application/json\"\n"})
    input.append(part);
  // Not through a std::string, which would leave a copy behind.
  input.append("header = \"");
  input.append(row->header);
  for (const char& c : request.token) {
    if (c == '"' || c == '\\') input.append("\\");
    input.append({&c, 1});
  }
  input.append("\"\n");
  std::map<std::string, std::string, std::less<>> environment;
  for (const std::string& variable : request.host.environment()) environment[variable.substr(0, variable.find('='))] = variable.substr(variable.find('=') + 1);
  TRY_ASSIGN(const base::Captured said, base::capture({curl, "-q", "-K", "-"}, environment, (timeout_s + 5) * 1000, input.view()));
  return judge(request.service, parse_answer(said.out));
}

} // namespace psbc::runtime
