// SPDX-License-Identifier: MIT
// The two ends of an entered sandbox talk over one socket pair of whole messages. psbc's first process
// finds its end as descriptor 3 (`keep-fd 3` in the profile). The session travels in the first message,
// so that no other process of the sandbox, firejail's own included, ever has it open.
//
//   outside -> inside   session (with the memory file) · signal N · resume, with or without the terminal
//   inside -> outside   agent, leave (each with its socket) · entered · started · stopped N · failed · lost FILES · exited STATUS
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace psbc::runtime {

inline constexpr int inside_fd = 3;

/// Why psbc itself could not do what was asked: the exit status that says so, and what to print.
struct Failure {
  int status = 125; // 125 no sandbox, 126 the command cannot be run, 127 there is no such command
  base::Error error;
};

/// A file of the private HOME that is gone when the session ends.
struct LostFile {
  std::string path; // relative to HOME; whatever bytes the session chose
  std::uint64_t size = 0; // bytes
  bool operator==(const LostFile&) const = default;
};

struct Message {
  enum class Kind : std::uint32_t { session = 1, signal, resume, entered, stopped, failed, exited, lost, started, agent, leave };
  Kind kind;
  std::uint32_t value = 0; // signal: its number; resume: 1 with the terminal; stopped: signal; exited: wait status; lost: number of all
  Failure failure = {};    // failed
  base::Fd file = {};      // session, agent, leave
  std::vector<LostFile> lost = {}; // lost: the first few
  bool partial = false;    // lost: not all of HOME could be looked at
  pid_t sender = 0;        // filled by the kernel, as the receiver numbers processes; 0 when not asked for
};

struct ChannelPair {
  base::Fd outside;
  base::Fd inside;
};
base::Result<ChannelPair> make_channel();

/// Never blocks and never raises SIGPIPE. False when the message could not be sent: mostly of no
/// interest, because that the other end is gone is noticed by other means.
bool send(int channel, const Message& message);
enum class Taking : std::uint8_t { take, look }; // look: it stays the next one, and the sender sees it as not received
/// Nothing when there is no message now. An Error when the other end is gone, or speaks nonsense.
base::Result<std::optional<Message>> receive(int channel, Taking taking = Taking::take);

} // namespace psbc::runtime
