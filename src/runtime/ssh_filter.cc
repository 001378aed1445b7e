// SPDX-License-Identifier: MIT
#include "runtime/ssh_filter.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <list>
#include <optional>
#include <set>
#include <vector>

#include "runtime/ssh_agent.h"
#include "runtime/ssh_decision.h"
#include "runtime/ssh_prompt.h"

namespace psbc::runtime {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr std::size_t max_clients = 16;
constexpr std::size_t max_request = 32 * 1024;
constexpr std::size_t max_answer = 256 * 1024; // OpenSSH's own limit of a message
constexpr std::size_t max_records = 1000;      // of one session; a loop inside must not fill the disk
constexpr std::size_t max_touches = 20;        // lines; a loop inside must not fill the terminal
constexpr seconds to_begin{60}, to_finish{10}, to_confirm{60}, to_touch{300};

void say(const std::string& line) {
  const std::string text = "psbc: " + line + "\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

/// One message of a stream, without a byte of the next one.
class Inbox {
 public:
  explicit Inbox(std::size_t limit) : limit_(limit) {}
  enum class State { partial, whole, broken };

  State read(int socket) {
    char buffer[4096];
    while (bytes_.size() < wanted()) {
      const ssize_t size = recv(socket, buffer, std::min(sizeof buffer, wanted() - bytes_.size()), MSG_DONTWAIT);
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return State::partial;
      if (size <= 0) return State::broken;
      bytes_.append(buffer, static_cast<std::size_t>(size));
      if (bytes_.size() == header && (length() == 0 || length() > limit_)) return State::broken;
    }
    return State::whole;
  }
  bool is_empty() const { return bytes_.empty(); }
  std::string take() {
    std::string message = bytes_.substr(header);
    bytes_ = {};
    return message;
  }

 private:
  static constexpr std::size_t header = 4;
  std::size_t length() const { return SshReader(bytes_).u32(); }
  std::size_t wanted() const { return bytes_.size() < header ? header : header + length(); }
  std::string bytes_;
  std::size_t limit_;
};

/// Sends what is left; false when the other end is gone.
bool flush(int socket, std::string& bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::send(socket, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno == EAGAIN;
    bytes.erase(0, static_cast<std::size_t>(size));
  }
  return true;
}

struct Client {
  enum class Stage { reading, asking, forwarding, writing };
  explicit Client(base::Fd connection) : socket(std::move(connection)), deadline(Clock::now() + to_begin) {}

  base::Fd socket;
  base::Fd agent; // one connection for each client: what it is bound to stays there (PROTOCOL.agent)
  Stage stage = Stage::reading;
  Inbox request{max_request};
  Inbox answer{max_answer};
  std::string to_agent;
  std::string to_client;
  SshDecision decision;
  SshBinding binding;
  Clock::time_point deadline;
};

class Filter {
 public:
  Filter(const FilterJob& job, base::Fd listener, base::Fd alive) : job_(job), listener_(std::move(listener)), alive_(std::move(alive)) {}

  void run() {
    for (;;) {
      std::vector<pollfd> waiting = {
          {.fd = alive_.get(), .events = POLLIN, .revents = 0},
          {.fd = clients_.size() < max_clients ? listener_.get() : -1, .events = POLLIN, .revents = 0},
          {.fd = prompt_ ? prompt_->descriptor() : -1, .events = POLLIN, .revents = 0}};
      for (const Client& client : clients_) {
        waiting.push_back({.fd = client.socket.get(), .events = client_events(client), .revents = 0});
        waiting.push_back({.fd = client.stage == Client::Stage::forwarding ? client.agent.get() : -1,
                           .events = static_cast<short>(client.to_agent.empty() ? POLLIN : POLLOUT), .revents = 0});
      }
      if (poll(waiting.data(), waiting.size(), timeout()) < 0 && errno != EINTR) return;
      if (waiting[0].revents != 0) return;
      std::size_t at = 3;
      for (auto client = clients_.begin(); client != clients_.end(); at += 2) {
        const bool lives = serve(*client, waiting[at].revents, waiting[at + 1].revents) && Clock::now() < client->deadline;
        if (!lives) forget(*client);
        client = lives ? std::next(client) : clients_.erase(client);
      }
      if (waiting[2].revents != 0) answered();
      ask_next();
      if (waiting[1].revents != 0) accept_one();
    }
  }

 private:
  static short client_events(const Client& client) {
    switch (client.stage) {
      case Client::Stage::reading: return POLLIN;
      case Client::Stage::writing: return POLLOUT;
      case Client::Stage::asking:
      case Client::Stage::forwarding: return 0; // that it is gone is always told
    }
    return 0;
  }

  int timeout() const {
    if (clients_.empty()) return -1;
    auto first = Clock::time_point::max();
    for (const Client& client : clients_) first = std::min(first, client.deadline);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(first - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count() + 1, 1, 60'000));
  }

  void accept_one() {
    base::Fd socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket) clients_.emplace_back(std::move(socket));
  }

  /// False when the connection is at its end.
  bool serve(Client& client, short from_client, short from_agent) {
    switch (client.stage) {
      case Client::Stage::reading: return from_client == 0 || read_request(client);
      case Client::Stage::writing: return from_client == 0 || write_answer(client);
      case Client::Stage::asking: return (from_client & (POLLHUP | POLLERR)) == 0;
      case Client::Stage::forwarding: return (from_client & (POLLHUP | POLLERR)) == 0 && (from_agent == 0 || talk_to_agent(client));
    }
    return false;
  }

  bool read_request(Client& client) {
    const bool first = client.request.is_empty();
    const Inbox::State state = client.request.read(client.socket.get());
    if (state == Inbox::State::broken) return false;
    if (first && !client.request.is_empty()) client.deadline = Clock::now() + to_finish;
    if (state == Inbox::State::partial) return true;
    const std::string message = client.request.take();
    client.decision = decide(message, job_.grants, client.binding);
    client.binding.poisoned = client.binding.poisoned || client.decision.poison;
    if (client.decision.kind == SshDecision::Kind::refuse) return refuse(client, client.decision.refusal, std::move(client.decision.answer));
    client.to_agent = ssh_string(message);
    if (client.decision.kind != SshDecision::Kind::sign || !job_.grants.confirm) return forward(client);
    if (job_.askpass.empty() || Clock::now() < quiet_until_) return refuse(client, Refusal::declined);
    client.stage = Client::Stage::asking;
    client.deadline = Clock::time_point::max(); // the prompt's own time counts
    return true;
  }

  bool refuse(Client& client, Refusal why, std::string answer = agent_frame(AgentMessage::failure)) {
    if (const std::string_view what = sentence(why); !what.empty() && told_.insert(why).second) {
      say("the ssh agent inside refused " + std::string(what));
      record(client, audit::Event("ssh").text("verdict", "refused").text("why", what));
    }
    client.to_agent = {};
    return reply(client, std::move(answer));
  }

  void record(const Client& client, audit::Event event) {
    if (!job_.record.is_on || records_ > max_records) return;
    event.text("key", client.decision.key);
    if (!client.binding.host_key.empty()) event.text("host_key", fingerprint(client.binding.host_key));
    if (++records_ > max_records) say("this session used ssh keys " + std::to_string(max_records) + " times; what follows is not in the record");
    const auto written = audit::append(job_.record, {records_ > max_records ? audit::Event("ssh").text("verdict", "no longer recorded") : event});
    if (!written && !std::exchange(is_unrecorded_, true)) say("a use of an ssh key is not in the record: " + base::describe(written.error()));
  }

  bool reply(Client& client, std::string answer) {
    client.to_client = std::move(answer);
    client.stage = Client::Stage::writing;
    client.deadline = Clock::now() + to_finish;
    return write_answer(client);
  }

  bool write_answer(Client& client) {
    if (!flush(client.socket.get(), client.to_client)) return false;
    if (!client.to_client.empty()) return true;
    client.to_client = {};
    client.stage = Client::Stage::reading;
    client.deadline = Clock::now() + to_begin;
    return true;
  }

  bool forward(Client& client) {
    if (!client.agent) client.agent = connect_agent(job_.upstream);
    if (!client.agent) return refuse(client, Refusal::none);
    if (client.decision.kind == SshDecision::Kind::sign && client.decision.key_kind.starts_with("sk-") && touches_++ < max_touches)
      say("touch your security key to " + client.decision.purpose + " (" + client.decision.key + ")");
    client.stage = Client::Stage::forwarding;
    client.deadline = Clock::now() + to_touch;
    return flush(client.agent.get(), client.to_agent);
  }

  bool talk_to_agent(Client& client) {
    if (!client.to_agent.empty()) return flush(client.agent.get(), client.to_agent);
    const Inbox::State state = client.answer.read(client.agent.get());
    if (state != Inbox::State::whole) return state == Inbox::State::partial;
    const std::string answer = client.answer.take();
    const auto type = static_cast<AgentMessage>(answer[0]);
    if (client.decision.kind == SshDecision::Kind::list) return reply(client, filter_identities(answer, job_.grants));
    if (client.decision.kind == SshDecision::Kind::sign && type == AgentMessage::sign_response) {
      record(client, audit::Event("ssh").text("verdict", "signed").text("purpose", client.decision.purpose).text("host", client.decision.host));
      return reply(client, ssh_string(answer));
    }
    if (client.decision.kind == SshDecision::Kind::bind && type == AgentMessage::success) {
      client.binding = std::move(client.decision.bound);
      return reply(client, agent_frame(AgentMessage::success));
    }
    return refuse(client, Refusal::none);
  }

  // ---- One question at a time.

  void ask_next() {
    if (prompt_) return;
    for (Client& client : clients_) {
      if (client.stage != Client::Stage::asking) continue;
      if (Clock::now() < quiet_until_) {
        refuse(client, Refusal::declined);
        continue;
      }
      asked_ = &client;
      client.deadline = Clock::now() + to_confirm;
      prompt_.emplace(job_.askpass, "The sandbox `" + job_.name + "` wants to " + client.decision.purpose + " with your ssh key " + client.decision.key +
                                        ". Allow this use?");
      return;
    }
  }

  void answered() {
    const bool yes = prompt_->finish();
    prompt_.reset();
    Client* const client = std::exchange(asked_, nullptr);
    if (!yes) quiet_until_ = Clock::now() + to_finish; // a loop inside must not ask until somebody gives in
    const bool lives = client != nullptr && (yes ? forward(*client) : refuse(*client, Refusal::declined));
    if (client != nullptr && !lives) clients_.remove_if([&](const Client& other) { return &other == client; });
  }

  /// A question whose client is gone, or who waited too long, is withdrawn.
  void forget(const Client& client) {
    if (asked_ != &client) return;
    asked_ = nullptr;
    prompt_.reset();
    quiet_until_ = Clock::now() + to_finish;
  }

  const FilterJob& job_;
  base::Fd listener_;
  base::Fd alive_;
  std::list<Client> clients_;
  std::optional<SshPrompt> prompt_;
  Client* asked_ = nullptr;
  Clock::time_point quiet_until_{};
  std::set<Refusal> told_;
  std::size_t touches_ = 0;
  std::size_t records_ = 0;
  bool is_unrecorded_ = false;
};

} // namespace

void filter_agent(const FilterJob& job, base::Fd listener, base::Fd alive) { Filter(job, std::move(listener), std::move(alive)).run(); }

} // namespace psbc::runtime
