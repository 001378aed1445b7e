// SPDX-License-Identifier: MIT
#include "driver/services.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/glob.h"
#include "base/text.h"

namespace psbc::driver {
namespace {

using base::AbsPath;
using base::Kind;

struct Known {
  const char* name;
  std::uint16_t port;   // IANA's, or the program's default
  const char* scheme;   // of its URLs
  const char* settings; // in a settings file: a backend; empty for none
};

constexpr Known known[] = {
    {"PostgreSQL", 5432, "postgresql", "django.db.backends.postgresql"},
    {"PostgreSQL", 5432, "postgres", ""},
    {"MySQL", 3306, "mysql", "django.db.backends.mysql"},
    {"Redis", 6379, "redis", ""},
    {"RabbitMQ", 5672, "amqp", ""},
    {"MongoDB", 27017, "mongodb", ""},
    {"Elasticsearch", 9200, "", ""},
    {"memcached", 11211, "", ""},
    {"MinIO", 9000, "", ""},
};

constexpr const char* compose_files[] = {"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"};
constexpr const char* settings_files[] = {"settings.py", "settings_*.py", "config.py", "config.toml", "config.yaml", "config.yml", "alembic.ini", ".env.example", ".env.sample"};
constexpr std::size_t max_file = 256 * 1024; // bytes
constexpr std::size_t max_directories = 64;  // of the second level

std::optional<std::uint16_t> port_at(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || port == 0) return std::nullopt;
  return port;
}

std::string_view trim(std::string_view text, std::string_view what) {
  while (!text.empty() && what.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  while (!text.empty() && what.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

/// "127.0.0.1:5432:5432/tcp", "8000:80", "8000": the port of the host, when this machine can reach it.
std::optional<std::uint16_t> host_port(std::string_view mapping) {
  const std::vector<std::string_view> parts = base::split(mapping, ':');
  if (parts.size() == 1) return std::nullopt; // a port of the container alone gets a random one
  return port_at(parts[parts.size() - 2]);
}

bool is_local(std::string_view authority) {
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  for (const std::string_view host : {"localhost", "127.0.0.1", "[::1]"})
    if (authority.starts_with(host) && (authority.size() == host.size() || authority[host.size()] == ':')) return true;
  return false;
}

void add(std::vector<Service>& out, Service service) {
  const auto same = [&](const Service& other) { return other.port == service.port; };
  if (std::none_of(out.begin(), out.end(), same)) out.push_back(std::move(service));
}

void look_at(base::Fs& fs, const AbsPath& root, const AbsPath& file, bool compose, std::vector<Service>& out) {
  const auto text = fs.read(file, max_file);
  if (!text) return;
  const std::string shown = file.relative_to(root);
  if (compose) {
    for (const std::uint16_t port : published_ports(*text)) {
      const auto* row = std::find_if(std::begin(known), std::end(known), [&](const Known& each) { return each.port == port; });
      add(out, {.name = row != std::end(known) ? row->name : "", .port = port, .file = shown});
    }
  } else {
    for (Service& service : named_services(*text)) {
      service.file = shown;
      add(out, std::move(service));
    }
  }
}

void search(base::Fs& fs, const AbsPath& root, const AbsPath& directory, std::vector<Service>& out) {
  const auto names = fs.names(directory);
  if (!names) return;
  for (const std::string& name : *names) {
    const bool compose = std::find(std::begin(compose_files), std::end(compose_files), name) != std::end(compose_files);
    const bool settings = std::any_of(std::begin(settings_files), std::end(settings_files), [&](const char* pattern) { return base::matches_component(pattern, name); });
    if ((compose || settings) && fs.kind(directory / name) == Kind::file) look_at(fs, root, directory / name, compose, out);
  }
}

} // namespace

std::vector<std::uint16_t> published_ports(std::string_view compose) {
  std::vector<std::uint16_t> out;
  std::size_t ports_indent = std::string_view::npos; // of the `ports:` that we are below
  for (std::string_view line : base::split(compose, '\n')) {
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string_view::npos || line[indent] == '#') continue;
    line = trim(line.substr(indent), " \t\r");
    if (line == "ports:") {
      ports_indent = indent;
      continue;
    }
    if (ports_indent == std::string_view::npos) continue;
    const bool item = line.starts_with("- ") && indent >= ports_indent;
    if (!item && indent <= ports_indent) {
      ports_indent = std::string_view::npos;
      continue;
    }
    std::optional<std::uint16_t> port;
    if (const std::size_t key = line.find("published:"); key != std::string_view::npos) port = port_at(trim(line.substr(key + 10), " \"'"));
    else if (item) port = host_port(trim(line.substr(2), " \"'"));
    if (port) out.push_back(*port);
  }
  return out;
}

std::vector<Service> named_services(std::string_view settings) {
  std::vector<Service> out;
  const bool local = settings.find("localhost") != std::string_view::npos || settings.find("127.0.0.1") != std::string_view::npos;
  for (const Known& row : known) {
    const std::string scheme = std::string(row.scheme) + "://";
    const std::string driver = std::string(row.scheme) + "+"; // SQLAlchemy's postgresql+psycopg://
    for (std::size_t at = *row.scheme != 0 ? settings.find(row.scheme) : std::string_view::npos; at != std::string_view::npos; at = settings.find(row.scheme, at + 1)) {
      const std::string_view rest = settings.substr(at);
      if (!rest.starts_with(scheme) && !rest.starts_with(driver)) continue;
      const std::size_t start = rest.find("://");
      const std::string_view authority = rest.substr(start + 3, rest.find_first_of("/'\" \n?", start + 3) - start - 3);
      if (start > 40 || !is_local(authority)) continue;
      const std::size_t colon = authority.rfind(':');
      const auto port = colon != std::string_view::npos && !authority.ends_with(']') ? port_at(authority.substr(colon + 1)) : std::nullopt;
      add(out, {.name = row.name, .port = port.value_or(row.port), .file = {}});
    }
    if (*row.settings != 0 && local && settings.find(row.settings) != std::string_view::npos) add(out, {.name = row.name, .port = row.port, .file = {}});
  }
  return out;
}

std::vector<Service> find_services(base::Fs& fs, const AbsPath& root) {
  std::vector<Service> out;
  search(fs, root, root, out);
  std::size_t left = max_directories;
  if (const auto names = fs.names(root))
    for (const std::string& name : *names)
      if (left > 0 && !name.starts_with('.') && fs.kind(root / name) == Kind::directory) {
        --left;
        search(fs, root, root / name, out);
      }
  std::sort(out.begin(), out.end(), [](const Service& a, const Service& b) { return a.port < b.port; });
  return out;
}

} // namespace psbc::driver
