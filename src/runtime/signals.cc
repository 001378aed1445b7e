// SPDX-License-Identifier: MIT
#include "runtime/signals.h"

#include <fcntl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace psbc::runtime {
namespace {

constexpr int last_signal = 64;

std::uint64_t bit(int signal) { return std::uint64_t{1} << static_cast<unsigned>(signal - 1); }

/// What this process ignores, by one look instead of one for each signal; nothing when there is no such file.
std::optional<std::uint64_t> ignored_now() {
  char text[2048];
  const base::Fd file(open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  const ssize_t size = file ? read(file.get(), text, sizeof text) : 0;
  constexpr std::string_view field = "\nSigIgn:\t"; // proc(5): hexadecimal, signal n is bit n - 1
  constexpr std::size_t digits = 16;
  const std::string_view status(text, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  const std::size_t at = status.find(field);
  if (at == std::string_view::npos || status.size() - at < field.size() + digits) return std::nullopt;
  std::uint64_t found = 0;
  const char* const first = status.data() + at + field.size();
  return std::from_chars(first, first + digits, found, 16).ec == std::errc() ? std::optional(found) : std::nullopt;
}

} // namespace

bool contains(std::uint64_t signals, int signal) { return (signals & bit(signal)) != 0; }

SignalState signal_state() {
  SignalState state;
  sigset_t mask;
  sigprocmask(SIG_BLOCK, nullptr, &mask);
  for (int signal = 1; signal <= last_signal; ++signal) {
    struct sigaction action{};
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN)
      state.ignored |= bit(signal);
    if (sigismember(&mask, signal) == 1)
      state.blocked |= bit(signal);
  }
  return state;
}

void restore(const SignalState& state) {
  const auto now = ignored_now();
  sigset_t mask;
  sigemptyset(&mask);
  for (int signal = 1; signal <= last_signal; ++signal) {
    if (contains(state.blocked, signal))
      sigaddset(&mask, signal);
    if (now && contains(*now, signal) == contains(state.ignored, signal))
      continue; // a handler ends with the exec
    struct sigaction action{};
    action.sa_handler = contains(state.ignored, signal) ? SIG_IGN : SIG_DFL;
    sigaction(signal, &action, nullptr); // fails for KILL, STOP and those of libc, which cannot differ
  }
  sigprocmask(SIG_SETMASK, &mask, nullptr);
}

SignalQueue::SignalQueue(std::initializer_list<int> signals) {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int signal : signals) {
    // The kernel queues a blocked signal even when it is ignored: `nohup psbc run` would hear it.
    struct sigaction action{};
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN)
      sigaddset(&wanted, signal);
  }
  sigprocmask(SIG_BLOCK, &wanted, &before_);
  fd_ = base::Fd(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
}

SignalQueue::~SignalQueue() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

std::optional<int> SignalQueue::next() {
  signalfd_siginfo info{};
  if (read(fd_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info))
    return {};
  return static_cast<int>(info.ssi_signo);
}

void SignalQueue::stop_job(int signal) {
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  struct sigaction standard{}, before{};
  standard.sa_handler = SIG_DFL;
  sigaction(signal, &standard, &before);
  kill(0, signal);
  sigset_t blocked;
  sigprocmask(SIG_UNBLOCK, &only, &blocked); // stops here
  sigprocmask(SIG_SETMASK, &blocked, nullptr);
  sigaction(signal, &before, nullptr);
}

} // namespace psbc::runtime
