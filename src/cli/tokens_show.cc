// SPDX-License-Identifier: MIT
// `psbc tokens list` and `info`.
#include <algorithm>

#include "base/catalogue.h"
#include "base/json.h"
#include "base/text.h"
#include "base/token_forms.h"
#include "cli/commands.h"
#include "cli/tokens.h"
#include "config/load.h"

namespace psbc::cli {
namespace {

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 2, width), ' ');
  return text;
}

std::string asked_as(const KnownToken& token) { return token.name + (token.read_only ? ":read" : "") + (token.optional ? "?" : ""); }

std::string how_to_set(const KnownToken& token) {
  return "no source: psbc tokens set " + token.name + " ask:" + (token.read_only ? " --kind read" : "") + " --here";
}

void print_line(const KnownToken& token) {
  const auto service = base::service_of_variable(token.name);
  std::string line = "  " + padded(base::escape(token.asked ? asked_as(token) : token.name), 28);
  line += token.source ? padded(base::escape(token.source->written), 28) + padded(std::string(to_string(token.source->kind)), 9) + base::escape(token.source->where)
                       : how_to_set(token);
  if (service) line += "  (" + std::string(service->title) + ")";
  print(line + "\n");
}

std::string json(const KnownToken& token) {
  const auto text = [](std::string_view key, std::string_view value) { return ", " + base::json_text(key) + ": " + base::json_text(value); };
  const auto flag = [](std::string_view key, bool value) { return ", " + base::json_text(key) + ": " + (value ? "true" : "false"); };
  std::string out = "{\"name\": " + base::json_text(token.name) + flag("asked", token.asked) + flag("read_only", token.read_only) + flag("optional", token.optional);
  if (token.source)
    out += text("source", token.source->written) + text("kind", to_string(token.source->kind)) + text("where", token.source->where);
  if (const auto service = base::service_of_variable(token.name)) out += text("service", service->id);
  return out + "}";
}

std::string json(const base::CatalogueList& list) {
  std::string out = "[";
  for (const auto item : list) out += (out.size() > 1 ? ", " : "") + base::json_text(item);
  return out + "]";
}

/// Which tokens are passwords of git over https, and where.
std::string git_json(const base::Service& service) {
  std::string out = "[";
  for (std::size_t i = 0; i < base::git_login_count(); ++i) {
    const auto login = base::git_login(i);
    if (login.service != service.index) continue;
    out += (out.size() > 1 ? ", " : "") + ("{\"variable\": " + base::json_text(login.variable)) + (login.host.empty() ? "" : ", \"host\": " + base::json_text(login.host)) +
           (login.host_variable.empty() ? "" : ", \"host_variable\": " + base::json_text(login.host_variable)) + "}";
  }
  return out + "]";
}

std::string json(const base::Service& service) {
  std::string out = "{\"id\": " + base::json_text(service.id) + ", \"title\": " + base::json_text(service.title) + ", \"variables\": " + json(service.variables) +
                    ", \"file_variables\": " + json(service.file_variables) + ", \"files\": " + json(service.files) + ", \"settings\": " + json(service.settings) +
                    ", \"moved_by\": " + json(service.moved_by) + ", \"hosts\": " + json(service.hosts) + ", \"git\": " + git_json(service) + ", \"read_only\": ";
  out += service.read_only.empty() ? "null" : base::json_text(service.read_only);
  return out + (service.read_only_link.empty() ? "" : ", \"read_only_link\": " + base::json_text(service.read_only_link)) + "}";
}

int print_catalogue(bool as_json) {
  std::string out;
  for (std::size_t i = 0; i < base::service_count(); ++i) {
    const auto service = base::service(i);
    if (service.variables.empty() && service.file_variables.empty()) continue;
    if (as_json) {
      out += (out.empty() ? "[\n" : ",\n") + json(service);
      continue;
    }
    std::string variables;
    for (const auto variable : service.variables) variables += " " + std::string(variable);
    for (const auto variable : service.file_variables) variables += " " + std::string(variable);
    out += padded(std::string(service.id), 20) + padded(service.read_only.empty() ? "" : "read-only", 11) + variables.substr(1) + "\n";
  }
  print(out + (as_json ? "\n]\n" : ""));
  return exit_fine;
}

void print_items(std::string_view label, const base::CatalogueList& list) {
  std::string line;
  for (const auto item : list) line += (line.empty() ? "" : ", ") + std::string(item);
  if (!line.empty()) print(padded(std::string(label), 16) + line + "\n");
}

} // namespace

std::string_view to_string(config::TokenKind kind) {
  switch (kind) {
    case config::TokenKind::unknown: return "unknown";
    case config::TokenKind::read: return "read";
    case config::TokenKind::write: return "write";
  }
  return "";
}

std::optional<TokenView> view_tokens(Context& context, const policy::Places& places, int& status) {
  TokenView view;
  status = exit_usage;
  driver::Sources sources;
  diag::Diagnostics diagnostics;
  auto user = driver::load_user_config(context.fs, places, sources, diagnostics);
  const auto project = driver::find_project(context.fs, context.cwd);
  if (project && *project) view.project = **project;
  if (user && view.project) {
    const auto text = context.fs.read(view.project->config_file, config::max_file_size);
    const auto config = text ? config::load_project(sources.emplace_back(view.project->config_file.string(), *text), diagnostics) : std::nullopt;
    if (config)
      for (const config::Token& token : config->tokens)
        view.tokens.push_back({.name = token.name.value, .asked = true, .read_only = token.read_only, .optional = token.optional, .source = {}});
  }
  show(context, diagnostics);
  if (!user || diagnostics.has_errors()) return std::nullopt;

  const auto root = view.project ? view.project->root : places.home;
  const auto source_of = [&](const std::string& name) { return policy::find_token_source(*user, context.fs, root, places.home, {root}, name); };
  const auto add = [&](const config::TokenSource& source) {
    const auto known = std::any_of(view.tokens.begin(), view.tokens.end(), [&](const KnownToken& token) { return token.name == source.name.value; });
    if (!known && source_of(source.name.value)) view.tokens.push_back({.name = source.name.value, .source = {}});
  };
  for (const config::TokenSource& source : user->tokens) add(source);
  for (const config::ProjectSettings& each : user->projects)
    for (const config::TokenSource& source : each.tokens) add(source);
  for (KnownToken& token : view.tokens) token.source = source_of(token.name);
  status = exit_fine;
  return view;
}

int list_tokens(Context& context, const TokensOptions& options) {
  if (options.catalogue) return print_catalogue(options.json);
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  const auto view = view_tokens(context, *places, status);
  if (!view) return status;
  const std::string shown = view->project ? base::display_path(view->project->root, places->home) : "";
  if (options.json) {
    std::string out = "{\"project\": " + (view->project ? base::json_text(shown) : "null") + ", \"tokens\": [";
    for (const KnownToken& token : view->tokens) out += (out.ends_with('[') ? "\n" : ",\n") + json(token);
    print(out + "\n]}\n");
    return exit_fine;
  }
  const auto section = [&](bool asked, const std::string& title) {
    bool first = true;
    for (const KnownToken& token : view->tokens) {
      if (token.asked != asked) continue;
      if (first) print(title + "\n");
      first = false;
      print_line(token);
    }
  };
  section(true, base::escape(shown) + " asks for");
  section(false, view->project ? "you have, and it does not ask for" : "you have");
  if (view->tokens.empty()) say(context, "no project here asks for a token, and you have named no source; psbc tokens list --catalogue: the services that psbc knows");
  return exit_fine;
}

int token_info(Context& context, const TokensOptions& options) {
  if (options.words.size() != 2) {
    complain("info takes a service or a variable", "such as: psbc tokens info huggingface");
    return exit_usage;
  }
  const std::string& name = options.words[1];
  auto service = base::find_service(name);
  if (!service) service = base::service_of_variable(name);
  if (!service) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < base::service_count(); ++i) ids.emplace_back(base::service(i).id);
    std::string meant = base::nearest(name, ids);
    if (meant.empty()) meant = base::nearest_variable(name);
    complain("psbc knows no service and no variable `" + base::escape(name) + "`", meant.empty() ? "psbc tokens list --catalogue" : "did you mean `" + meant + "`?");
    return exit_usage;
  }
  if (options.json) {
    print(json(*service) + "\n");
    return exit_fine;
  }
  print(std::string(service->title) + " (" + std::string(service->id) + ")\n");
  print_items("variables", service->variables);
  print_items("paths in", service->file_variables);
  print_items("its tools keep", service->files);
  print_items("settings", service->settings);
  print_items("moved by", service->moved_by);
  print_items("hosts", service->hosts);
  for (std::size_t i = 0; i < base::git_login_count(); ++i) {
    const auto login = base::git_login(i);
    if (login.service != service->index) continue;
    const std::string named = login.host_variable.empty() ? "" : "what " + std::string(login.host_variable) + " names";
    print(padded("git over https", 16) + std::string(login.variable) + ": " + named + (named.empty() || login.host.empty() ? "" : ", else ") + std::string(login.host) + "\n");
  }
  print(padded("read-only", 16) + (service->read_only.empty() ? "none: whoever has the token can do all that it can do" : std::string(service->read_only)) + "\n");
  if (!service->read_only_link.empty()) print(padded("", 16) + std::string(service->read_only_link) + "\n");
  std::string forms;
  for (std::size_t i = 0; i < base::token_form_count(); ++i)
    if (const auto form = base::token_form(i); form.service == service->index) forms += (forms.empty() ? "" : ", ") + std::string(form.prefix) + "...";
  if (!forms.empty()) print(padded("looks like", 16) + forms + "\n");
  int status = exit_fine;
  const auto places = places_here(context, status);
  const auto view = places ? view_tokens(context, *places, status) : std::nullopt;
  if (!view) return status;
  for (const KnownToken& token : view->tokens)
    if (const auto owner = base::service_of_variable(token.name); owner && owner->id == service->id && token.source)
      print(padded("yours", 16) + token.name + ": " + base::escape(token.source->written) + " (" + base::escape(token.source->where) + ")\n");
  return exit_fine;
}

} // namespace psbc::cli
