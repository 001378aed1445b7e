// SPDX-License-Identifier: MIT
// A snapshot of the environment, handed in at the top: no stage calls getenv. `Env::get` is virtual
// so that the build's recorder can note which names were looked at (as digests, never as text).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace psbc::base {

class Env {
 public:
  virtual ~Env() = default;
  Env() = default;
  // Moved, not copied: a value may have to be forgotten.
  Env(Env&&) = default;
  Env& operator=(Env&&) = default;
  explicit Env(std::map<std::string, std::string, std::less<>> variables) : variables_(std::move(variables)) {}
  static Env from_process();

  virtual std::optional<std::string> get(std::string_view name) const;
  /// All variables; for `enter`, which filters them. A build never calls it.
  const std::map<std::string, std::string, std::less<>>& all() const { return variables_; }
  /// Overwrites the value of a variable, here and where the process got it from, which /proc/PID/environ shows.
  void forget(std::string_view name);

 protected:
  std::map<std::string, std::string, std::less<>> variables_;
};

} // namespace psbc::base
