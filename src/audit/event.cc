// SPDX-License-Identifier: MIT
#include "audit/event.h"

#include "base/json.h"
#include "base/text.h"
#include "base/token_forms.h"

namespace psbc::audit {
namespace {

constexpr std::size_t longest = 512; // bytes of one text: what runs inside chooses some of them

std::string bounded(std::string_view value) {
  if (value.size() <= longest) return std::string(value);
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xc0U) == 0x80U) --end; // not in the middle of a character
  return std::string(value.substr(0, end)) + "...";
}

} // namespace

Event::Event(std::string_view name) : name_(name) {}

Event& Event::add(std::string_view key, std::string_view json) {
  fields_ += ",\"" + std::string(key) + "\":" + std::string(json);
  return *this;
}

Event& Event::text(std::string_view key, std::string_view value) { return add(key, base::json_text(bounded(base::redact(value)))); }
Event& Event::number(std::string_view key, std::int64_t value) { return add(key, std::to_string(value)); }
Event& Event::flag(std::string_view key, bool value) { return add(key, value ? "true" : "false"); }

} // namespace psbc::audit
