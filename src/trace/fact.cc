// SPDX-License-Identifier: MIT
#include "trace/fact.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "base/date.h"
#include "base/digest.h"
#include "base/text.h"

namespace psbc::trace {
namespace {

// In the order of FactKind.
constexpr std::array<std::string_view, 14> kind_words = {"kind",  "file",  "target", "names", "among", "vacant", "ownership",
                                                         "links", "stamp", "glob",   "find",  "env",   "day",      "constant"};

std::string failure(const base::Error& error) {
  switch (error.code) {
    case ENOENT:
    case ENOTDIR: return std::string(absent);
    case EFBIG:
    case E2BIG: return std::string(too_large);
    default: return "error-" + std::to_string(error.code);
  }
}

std::string octal(std::uint32_t mode) {
  char buffer[16];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, mode, 8).ptr;
  return "0" + std::string(buffer, end);
}

std::size_t leading_number(std::string_view text) {
  std::size_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::string observe_path(const Fact& fact, const base::AbsPath& path, base::Fs& fs) {
  switch (fact.kind) {
    case FactKind::kind: return word(fs.kind(path));
    case FactKind::file: return word(fs.read(path, leading_number(fact.question)));
    case FactKind::target: return word_of_target(fs.target(path));
    case FactKind::names: return word(fs.names(path));
    case FactKind::among: {
      std::vector<std::string> names;
      for (const std::string_view name : base::split(fact.question, '/')) names.emplace_back(name);
      return word_of_found(fs.among(path, names));
    }
    case FactKind::vacant: return std::string(word_of_vacant(fs.vacant(path)));
    case FactKind::ownership: return word(fs.ownership(path));
    case FactKind::links: return std::to_string(fs.link_count(path));
    case FactKind::stamp: return word_of_stamp(fs.stamp(path));
    case FactKind::glob: {
      const std::string pattern(fact.question.substr(fact.question.find(' ') + 1));
      return word(fs.glob(path, pattern, leading_number(fact.question)));
    }
    case FactKind::find: {
      const std::size_t first = fact.question.find(' '), second = fact.question.find(' ', first + 1);
      if (second == std::string_view::npos) return {};
      return word(fs.find(path, std::string(fact.question.substr(second + 1)), leading_number(fact.question.substr(first + 1)),
                          leading_number(fact.question)));
    }
    case FactKind::env:
    case FactKind::day:
    case FactKind::constant: break;
  }
  return {};
}

} // namespace

std::span<char> Facts::keep(std::string text) {
  kept_ = std::make_unique<std::string>(std::move(text));
  return *kept_;
}

std::string_view Facts::copy(std::string_view text) {
  if (text.empty()) return {};
  if (!text_) text_ = std::make_unique<std::pmr::monotonic_buffer_resource>();
  char* const out = static_cast<char*>(text_->allocate(text.size(), 1));
  std::copy(text.begin(), text.end(), out);
  return {out, text.size()};
}

void Facts::push_back(const Fact& fact) { facts_.push_back({fact.kind, copy(fact.subject), copy(fact.question), copy(fact.value)}); }

void Facts::append(std::span<const Fact> facts) {
  for (const Fact& fact : facts) push_back(fact);
}

std::string_view to_string(FactKind kind) { return kind_words.at(static_cast<std::size_t>(kind)); }

std::optional<FactKind> parse_fact_kind(std::string_view word) {
  for (std::size_t i = 0; i < kind_words.size(); ++i)
    if (kind_words[i] == word) return static_cast<FactKind>(i);
  return std::nullopt;
}

std::string observe(const Fact& fact, const World& world) {
  if (fact.kind == FactKind::env) return word(world.env.get(fact.subject));
  if (fact.kind == FactKind::day) return std::string(base::is_over(fact.subject) ? over : not_over);
  if (fact.kind == FactKind::constant) {
    const auto found = world.constants.find(fact.subject);
    return found == world.constants.end() ? std::string(unset) : found->second;
  }
  const auto path = base::AbsPath::parse(fact.subject);
  return path ? observe_path(fact, *path, world.fs) : std::string();
}

void note_constants(Facts& facts, const Constants& constants) {
  for (const auto& [name, value] : constants) facts.push_back({FactKind::constant, name, "", value});
}

void note_day(Facts& facts, std::string_view day) { facts.push_back({FactKind::day, day, "", base::is_over(day) ? over : not_over}); }

std::string word(base::Kind kind) { return std::string(base::to_string(kind)); }

std::string word(const base::Result<std::string>& content) {
  return content ? base::digest(*content) : failure(content.error());
}

std::string word_of_target(const base::Result<std::string>& target) {
  return target ? "to " + *target : failure(target.error());
}

std::string word(const base::Result<std::vector<std::string>>& names) {
  if (!names) return failure(names.error());
  std::string all;
  for (const std::string& name : *names) {
    all += name;
    all += '\0';
  }
  return std::to_string(names->size()) + " " + base::digest(all);
}

std::string word_of_found(const std::vector<std::string>& found) {
  std::string out;
  for (const std::string& name : found) out += "/" + name;
  return out.empty() ? std::string(none) : out;
}

bool has_found(std::string_view word, std::string_view name) {
  if (!word.starts_with('/')) return false;
  const auto names = base::split(word.substr(1), '/');
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string word(const base::Result<base::Ownership>& ownership) {
  if (!ownership) return failure(ownership.error());
  return std::to_string(ownership->uid) + " " + std::to_string(ownership->gid) + " " + octal(ownership->mode);
}

std::string word_of_stamp(const std::string& stamp) { return stamp.empty() ? std::string(absent) : stamp; }

std::string word(const std::optional<std::string>& variable) {
  return variable ? base::digest(*variable) : std::string(unset);
}

} // namespace psbc::trace
