// SPDX-License-Identifier: MIT
// Bytes that must not outlive their use: in pages of their own, which are not swapped where the limit on locked
// memory allows it (RLIMIT_MEMLOCK), are in no core dump, and are overwritten before they are given back.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace psbc::base {

class Secret {
 public:
  Secret() = default;
  /// Room for `capacity` bytes, all zero, and at least one zero behind them. Throws std::bad_alloc.
  explicit Secret(std::size_t capacity);
  static Secret copy_of(std::string_view bytes);
  Secret(Secret&& other) noexcept { swap(other); }
  Secret& operator=(Secret&& other) noexcept {
    Secret(std::move(other)).swap(*this);
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  std::string_view view() const { return {bytes_, size_}; }
  /// Ends with a zero; nullptr when there is none.
  char* data() { return bytes_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  /// How many bytes count; at most the capacity.
  void resize(std::size_t size) { size_ = size; }
  void append(std::string_view bytes);

 private:
  void swap(Secret& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

} // namespace psbc::base
