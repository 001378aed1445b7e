// SPDX-License-Identifier: MIT
#include "audit/chain.h"

#include <charconv>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"

namespace psbc::audit {
namespace {

constexpr std::string_view magic = "psbc audit 1";
constexpr std::size_t block = 256, digits = 64;

bool is_digest(std::string_view text) { return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

bool parse_number(std::string_view text, std::uint64_t& out) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
}

} // namespace

std::string digest(std::string_view line) { return base::hex(base::sha256(line)); }

Head empty_head() { return {.digest = std::string(digits, '0'), .before_first = std::string(digits, '0')}; }

std::string serialise(const Head& head) {
  std::string out = std::string(magic) + "\n" + std::to_string(head.last) + " " + head.digest + " " + std::to_string(head.size) + " " + std::to_string(head.first) + " " + head.before_first;
  out.resize(block - 1, ' ');
  return out + "\n";
}

std::optional<Head> parse_head(std::string_view text) {
  const auto lines = base::split(text, '\n');
  if (text.size() != block || lines.size() != 3 || lines[0] != magic) return std::nullopt;
  const auto words = base::split(lines[1].substr(0, lines[1].find_last_not_of(' ') + 1), ' ');
  Head head;
  if (words.size() != 5 || !parse_number(words[0], head.last) || !is_digest(words[1]) || !parse_number(words[2], head.size) || !parse_number(words[3], head.first) || !is_digest(words[4])) return std::nullopt;
  head.digest = words[1];
  head.before_first = words[4];
  return head;
}

std::string rotated_name(std::uint64_t first) {
  std::string number = std::to_string(first);
  constexpr std::size_t width = 10;
  if (number.size() < width) number.insert(0, width - number.size(), '0');
  return "log-" + number + ".jsonl";
}

bool is_rotated_name(std::string_view name) { return name.starts_with("log-") && name.ends_with(".jsonl"); }

std::string field(std::string_view line, std::string_view key) {
  const std::string_view path[] = {key};
  const auto found = base::json_scalars(line, path);
  return found && found->size() == 1 ? found->front() : std::string();
}

std::optional<Link> parse_link(std::string_view line) {
  Link out{.before = field(line, "prev")};
  if (!line.starts_with('{') || !line.ends_with('}') || !is_digest(out.before) || !parse_number(field(line, "seq"), out.number)) return std::nullopt;
  return out;
}

} // namespace psbc::audit
