// SPDX-License-Identifier: MIT
#include "driver/services.h"

#include "support/catch.h"
#include "support/memory_fs.h"

using namespace psbc::driver;
using Ports = std::vector<std::uint16_t>;

TEST_CASE("the ports that a compose file publishes are found in each way to write them") {
  CHECK(published_ports("services:\n  db:\n    ports:\n      - \"127.0.0.1:5432:5432\"\n      - '6379:6379/tcp'\n    - 1:1\n") == Ports{5432, 6379, 1});
  CHECK(published_ports("services:\n  web:\n    ports:\n    - 8000:80\n    - target: 80\n      published: 8080\n    image: x\n") == Ports{8000, 8080});
  CHECK(published_ports("services:\n  web:\n    ports:\n      - \"3000\"\n    command: - 9999:9999\n") == Ports{}); // a random port of the host
  CHECK(published_ports("# ports:\n#  - 1:1\nports: 5\n").empty());
  CHECK(published_ports("ports:\n  - 99999:1\n  - a:b\n  - :\n").empty());
}

TEST_CASE("settings name a local service by its URL or by Django's backend") {
  const auto names = [](std::string_view text) {
    std::string out;
    for (const Service& service : named_services(text)) out += service.name + ":" + std::to_string(service.port) + " ";
    return out;
  };
  CHECK(names("URL = 'postgresql+psycopg://u:p@localhost/db'") == "PostgreSQL:5432 ");
  CHECK(names("postgres://127.0.0.1:6543/db redis://[::1]/0") == "PostgreSQL:6543 Redis:6379 ");
  CHECK(names("redis://cache.example.org/0 mysql://db/x").empty());
  CHECK(names("'ENGINE': 'django.db.backends.postgresql', 'HOST': '127.0.0.1'") == "PostgreSQL:5432 ");
  CHECK(names("'ENGINE': 'django.db.backends.postgresql', 'HOST': 'db.internal'").empty());
  CHECK(names("redis://").empty());
}

TEST_CASE("compose files and settings of the top two levels are looked at, each port is said once") {
  psbc::test::MemoryFs fs;
  fs.file("/p/compose.yaml", "s:\n  ports:\n    - 6379:6379\n    - 8080:80\n").file("/p/web/settings.py", "redis://localhost").file("/p/a/b/settings.py", "mysql://localhost");
  CHECK(find_services(fs, psbc::base::AbsPath::literal("/p")) == std::vector<Service>{{"Redis", 6379, "compose.yaml"}, {"", 8080, "compose.yaml"}});
}
