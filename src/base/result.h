// SPDX-License-Identifier: MIT
// Result is what a function returns when the *world* may refuse: a value, or the Error that says
// what was tried, on what, why it failed, and what the user can do. Mistakes in the user's own files
// go into diag::Diagnostics instead; there is no third way.
#pragma once

#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace psbc::base {

struct Error {
  std::string operation; // "read", "create", "run": completes "cannot ..."
  std::string object;    // the path or program; empty when there is none
  int code = 0;          // errno, 0 when the cause is not the operating system
  std::string cause;     // replaces the text of errno where that misleads
  std::string hint;      // what to type or check; may be empty
};

/// One line: "cannot read `~/x`: permission denied". The hint is not part of it.
std::string describe(const Error& error);

/// Captures errno before anything else can change it.
Error system_error(std::string operation, std::string object, std::string hint = {});

struct Unit {};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  Error& error() { return std::get<1>(state_); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<Unit>;
inline Status ok() { return Unit{}; }

} // namespace psbc::base

// Passes an Error up, or goes on with the value.
#define PSBC_CONCAT2(a, b) a##b
#define PSBC_CONCAT(a, b) PSBC_CONCAT2(a, b)
#define TRY(expression)                                         \
  do {                                                          \
    if (auto try_result = (expression); !try_result)            \
      return std::move(try_result.error());                     \
  } while (false)
#define TRY_ASSIGN(declaration, expression)                     \
  auto PSBC_CONCAT(try_, __LINE__) = (expression);              \
  if (!PSBC_CONCAT(try_, __LINE__))                             \
    return std::move(PSBC_CONCAT(try_, __LINE__).error());      \
  declaration = std::move(*PSBC_CONCAT(try_, __LINE__))
