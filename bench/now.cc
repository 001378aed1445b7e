// SPDX-License-Identifier: MIT
// The first instructions of a command inside: prints the monotonic clock in nanoseconds.
#include <time.h>
#include <unistd.h>

#include <cstdio>

int main() {
  timespec at{};
  clock_gettime(CLOCK_MONOTONIC, &at);
  char text[32];
  const int n = std::snprintf(text, sizeof text, "%lld\n", static_cast<long long>(at.tv_sec) * 1000000000 + at.tv_nsec);
  return write(1, text, static_cast<std::size_t>(n)) == n ? 0 : 1;
}
