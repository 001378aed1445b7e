// SPDX-License-Identifier: MIT
#include "runtime/xauthority.h"

#include <unistd.h>

#include <array>
#include <optional>

namespace psbc::runtime {
namespace {

constexpr unsigned family_local = 256, family_wild = 65535;

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::size_t at() const { return at_; }

  std::optional<unsigned> number() {
    if (bytes_.size() - at_ < 2) return std::nullopt;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(bytes_[i])); };
    const unsigned out = byte(at_) << 8U | byte(at_ + 1);
    at_ += 2;
    return out;
  }
  std::optional<std::string_view> text() {
    const auto size = number();
    if (!size || bytes_.size() - at_ < *size) return std::nullopt;
    at_ += *size;
    return bytes_.substr(at_ - *size, *size);
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

} // namespace

std::string local_cookies(std::string_view file, std::string_view display) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  if (display.starts_with(':')) display.remove_prefix(1);
  std::string out;
  for (Reader reader(file);;) {
    const std::size_t begin = reader.at();
    const auto family = reader.number();
    const auto address = reader.text(), number = reader.text(), name = reader.text(), data = reader.text();
    if (!family || !address || !number || !name || !data) return out;
    const bool here = *family == family_wild || (*family == family_local && *address == host.data());
    if (here && (number->empty() || *number == display)) out += file.substr(begin, reader.at() - begin);
  }
}

} // namespace psbc::runtime
