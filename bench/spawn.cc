// SPDX-License-Identifier: MIT
// Times commands side by side: one round starts each of them once, so that whatever else the machine
// does hits all alike. Mode `total`: from just before the fork to the end of the process. Mode `entry`:
// to the moment that the command itself prints (bench/now), because firejail's monitor sleeps 20 ms
// beside the program and hides every difference in a total (FIREJAIL D).
//
//   spawn total|entry ROUNDS CMD... [++ CMD...]...      prints: minimum and median in microseconds, one line each
#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

std::int64_t now() {
  timespec at{};
  clock_gettime(CLOCK_MONOTONIC, &at);
  return std::int64_t{at.tv_sec} * 1000000000 + at.tv_nsec;
}

/// Nanoseconds, or -1 when the command failed.
std::int64_t once(char* const* argv, bool entry) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  const std::int64_t start = now();
  const pid_t child = vfork();
  if (child == 0) {
    dup2(ends[1], 1);
    execv(argv[0], argv);
    _exit(127);
  }
  close(ends[1]);
  char buffer[64] = {};
  std::size_t used = 0;
  for (ssize_t n = 0; used < sizeof buffer - 1 && (n = read(ends[0], buffer + used, sizeof buffer - 1 - used)) > 0;)
    used += static_cast<std::size_t>(n);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return -1;
  return (entry ? std::strtoll(buffer, nullptr, 10) : now()) - start;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const bool entry = std::strcmp(argv[1], "entry") == 0;
  const int rounds = std::atoi(argv[2]);
  std::vector<std::vector<char*>> commands(1);
  for (int i = 3; i < argc; ++i) {
    if (std::strcmp(argv[i], "++") == 0) commands.emplace_back();
    else commands.back().push_back(argv[i]);
  }
  for (auto& command : commands) command.push_back(nullptr);
  std::vector<std::vector<std::int64_t>> times(commands.size());
  for (int round = -1; round < rounds; ++round) // the first one warms the caches
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const std::int64_t time = once(commands[i].data(), entry);
      if (time < 0) {
        std::fprintf(stderr, "failed: %s\n", commands[i][0]);
        return 1;
      }
      if (round >= 0) times[i].push_back(time);
    }
  for (auto& series : times) {
    std::sort(series.begin(), series.end());
    std::printf("%.1f %.1f\n", static_cast<double>(series.front()) / 1000, static_cast<double>(series[series.size() / 2]) / 1000);
  }
  return 0;
}
