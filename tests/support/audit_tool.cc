// SPDX-License-Identifier: MIT
// The record as a program, for tests of many writers at once and of much of it.
//   audit_tool STATE COUNT SIZE LINES    COUNT times, one after the other, LINES lines at once with SIZE bytes of text each
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "audit/log.h"

using namespace psbc;

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const audit::Sink sink{.state = base::AbsPath::literal(argv[1]), .is_on = true, .project = "/p", .name = "lab", .session = "0123456789abcdef"};
  const std::vector<audit::Event> lines(static_cast<std::size_t>(std::atoi(argv[4])), audit::Event("override").text("what", std::string(static_cast<std::size_t>(std::atoi(argv[3])), 'x')));
  for (int n = 0; n < std::atoi(argv[2]); ++n)
    if (const auto written = audit::append(sink, lines); !written) {
      std::fprintf(stderr, "%s\n", base::describe(written.error()).c_str());
      return 1;
    }
}
