// SPDX-License-Identifier: MIT
#include "trace/trace.h"

#include <charconv>

namespace psbc::trace {
namespace {

constexpr std::string_view signature = "trace";
constexpr int version = 2;

std::string octal(mode_t mode) {
  char buffer[16];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, mode, 8).ptr};
}

bool is_component(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

/// False for a record that this version never wrote.
bool read_record(const std::vector<std::string_view>& fields, Trace& trace) {
  if (fields[0] == "fact" && fields.size() == 5) {
    const auto kind = parse_fact_kind(fields[1]);
    if (!kind) return false;
    trace.facts.push_kept({*kind, fields[2], fields[3], fields[4]});
    return true;
  }
  if (fields[0] == "output" && fields.size() == 5 && is_component(fields[1])) {
    mode_t mode = 0;
    const char* end = fields[2].data() + fields[2].size();
    if (std::from_chars(fields[2].data(), end, mode, 8).ptr != end) return false;
    trace.outputs.push_back({std::string(fields[1]), mode, std::string(fields[3]), std::string(fields[4])});
    return true;
  }
  if (fields[0] == "moved" && fields.size() == 1) {
    trace.moved = true;
    return true;
  }
  return false;
}

} // namespace

std::string write_trace(const Trace& trace) {
  base::RecordWriter out(signature, version);
  for (const Fact& fact : trace.facts)
    out.add({"fact", to_string(fact.kind), fact.subject, fact.question, fact.value});
  for (const OutputRecord& output : trace.outputs)
    out.add({"output", output.name, octal(output.mode), output.digest, output.stamp});
  if (trace.moved) out.add({"moved"});
  return std::move(out).finish();
}

ReadTrace read_trace(std::string text) {
  ReadTrace out;
  const std::span<char> kept = out.trace.facts.keep(std::move(text));
  base::RecordReader reader(kept, signature, version);
  out.state = reader.state();
  if (out.state != base::RecordsState::whole) return out;
  out.trace.facts.reserve(kept.size() / 50); // about as many as there will be
  std::vector<std::string_view> fields;
  while (reader.next(fields))
    if (!read_record(fields, out.trace)) return {};
  return out;
}

} // namespace psbc::trace
