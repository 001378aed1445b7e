// SPDX-License-Identifier: MIT
// Runs when psbc is built: prints the source of emit/filters.h with the compiled filters in it.
#include <cstdio>

#include "emit/filter_rules.h"

namespace {

bool print_program(const char* name, psbc::config::NetworkAccess access) {
  const auto program = psbc::emit::compile_filter(access);
  if (!program) {
    std::fprintf(stderr, "%s\n", psbc::base::describe(program.error()).c_str());
    return false;
  }
  std::printf("constexpr unsigned char %s[] = {", name);
  for (const char byte : *program) std::printf("%u,", static_cast<unsigned>(static_cast<unsigned char>(byte)));
  std::printf("};\n");
  return true;
}

} // namespace

int main() {
  std::printf("// Made by src/emit/make_filters.cc: edit src/emit/filter_rules.cc instead.\n#include \"emit/filters.h\"\n\nnamespace psbc::emit {\nnamespace {\n");
  if (!print_program("open_network", psbc::config::NetworkAccess::full) || !print_program("ports_only", psbc::config::NetworkAccess::ports)) return 1;
  std::printf("template <std::size_t n>\nstd::string_view bytes(const unsigned char (&program)[n]) {\n  return {reinterpret_cast<const char*>(program), n};\n}\n} // namespace\n\n"
              "std::string_view filter_for(config::NetworkAccess access) {\n"
              "  return access == config::NetworkAccess::ports ? bytes(ports_only) : bytes(open_network);\n}\n\n} // namespace psbc::emit\n");
  return std::fflush(stdout) == 0 ? 0 : 1;
}
