// SPDX-License-Identifier: MIT
// The byte format of psbc's own artefacts and messages: little-endian numbers and length-prefixed
// strings, one after the other. Both ends are the same program on the same machine, but a reader
// still trusts nothing: after the first short or absurd field it yields only empty values, and
// `complete()` is false.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace psbc::emit {

class WireWriter {
 public:
  void u32(std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8)
      bytes_ += static_cast<char>((value >> shift) & 0xFFU);
  }
  void u64(std::uint64_t value) {
    u32(static_cast<std::uint32_t>(value));
    u32(static_cast<std::uint32_t>(value >> 32U));
  }
  void text(std::string_view value) {
    u32(static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
  }
  void texts(const std::vector<std::string>& values) {
    u32(static_cast<std::uint32_t>(values.size()));
    for (const std::string& value : values)
      text(value);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  std::uint32_t u32() {
    const std::string_view raw = take(4);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < raw.size(); ++i)
      value |= static_cast<std::uint32_t>(static_cast<unsigned char>(raw[i])) << (8U * i);
    return value;
  }
  std::uint64_t u64() {
    const std::uint64_t low = u32();
    return low | static_cast<std::uint64_t>(u32()) << 32U;
  }
  std::string text() { return std::string(view()); }
  /// The same without a copy.
  std::string_view view() { return take(u32()); }
  std::vector<std::string> texts() {
    std::vector<std::string> values;
    for (std::uint32_t n = count(); n > 0 && good_; --n)
      values.push_back(text());
    return values;
  }
  /// The length of a list; fails when the rest could not hold that many entries of four bytes.
  std::uint32_t count() {
    const std::uint32_t n = u32();
    if (n > rest_.size() / 4)
      fail();
    return good_ ? n : 0;
  }
  void fail() {
    good_ = false;
    rest_ = {};
  }
  /// Every field was there, and nothing is left over.
  bool complete() const { return good_ && rest_.empty(); }
  bool good() const { return good_; }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool good_ = true;
};

} // namespace psbc::emit
