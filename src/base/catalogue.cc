// SPDX-License-Identifier: MIT
#include "base/catalogue.h"

#include "base/catalogue_tables.h"
#include "base/text.h"

namespace psbc::base {
namespace {

std::string_view text_of(tables::TextRef ref) { return {tables::catalogue_text + ref.at, ref.size}; }
CatalogueList list_of(tables::Span span) { return {span.first, span.count}; }

/// `pattern` may hold one `*`, which stands for one character or more.
bool is_variable(std::string_view pattern, std::string_view name) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  const auto head = pattern.substr(0, star), tail = pattern.substr(star + 1);
  return name.size() > head.size() + tail.size() && name.starts_with(head) && name.ends_with(tail);
}

bool holds(const CatalogueList& list, std::string_view name) {
  for (const auto pattern : list)
    if (is_variable(pattern, name)) return true;
  return false;
}

} // namespace

std::string_view CatalogueList::operator[](std::size_t index) const { return text_of(tables::catalogue_items[first_ + index]); }

std::size_t service_count() { return tables::catalogue_service_count; }

Service service(std::size_t index) {
  const auto& row = tables::catalogue_services[index];
  return {.index = index,
          .id = text_of(row.id),
          .title = text_of(row.title),
          .read_only = text_of(row.read_only),
          .read_only_link = text_of(row.read_only_link),
          .variables = list_of(row.variables),
          .file_variables = list_of(row.file_variables),
          .files = list_of(row.files),
          .settings = list_of(row.settings),
          .moved_by = list_of(row.moved_by),
          .hosts = list_of(row.hosts)};
}

std::optional<Service> find_service(std::string_view id) {
  for (std::size_t i = 0; i < service_count(); ++i)
    if (text_of(tables::catalogue_services[i].id) == id) return service(i);
  return {};
}

std::optional<Service> service_of_variable(std::string_view name) {
  for (std::size_t i = 0; i < service_count(); ++i) {
    const auto each = service(i);
    if (holds(each.variables, name) || holds(each.file_variables, name)) return each;
  }
  return {};
}

std::size_t git_login_count() { return tables::catalogue_git_count; }

GitLogin git_login(std::size_t index) {
  const auto& row = tables::catalogue_git[index];
  return {.variable = text_of(row.variable), .host = text_of(row.host), .host_variable = text_of(row.host_variable),
          .user = text_of(row.user), .service = row.service};
}

bool is_host_of(const Service& service, std::string_view host) {
  for (const std::string_view own : service.hosts)
    if (host == own || (host.ends_with(own) && host[host.size() - own.size() - 1] == '.')) return true;
  return false;
}

bool wants_file(std::string_view variable) {
  const auto owner = service_of_variable(variable);
  return owner && holds(owner->file_variables, variable);
}

std::string nearest_variable(std::string_view name) {
  // Closer than `nearest` asks for: MY_TOKEN is a name of its own, and not a misspelt HF_TOKEN.
  std::size_t best = name.size() < 14 ? 2 : 3;
  std::string_view meant;
  for (std::size_t i = 0; i < service_count(); ++i)
    for (const auto variable : service(i).variables)
      if (const auto distance = edit_distance(name, variable); distance < best) {
        best = distance;
        meant = variable;
      }
  return std::string(meant);
}

} // namespace psbc::base
