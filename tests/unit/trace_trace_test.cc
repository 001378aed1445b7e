// SPDX-License-Identifier: MIT
#include "trace/trace.h"

#include "base/digest.h"
#include "support/catch.h"

using namespace psbc;
using base::RecordsState;
using trace::FactKind;

namespace {

trace::Trace sample() {
  trace::Trace out;
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  out.facts = {{FactKind::file, "/home/u/a b\t\n\\x41.toml", "65536", base::digest("")},
               {FactKind::glob, "/home/u/" + all, "256 **/*.pem", "0 " + base::digest("")},
               {FactKind::target, "/home/u/.config", "", "to " + all},
               {FactKind::env, "", "", "unset"},
               {FactKind::constant, "psbc", "", "0.1.0"}};
  out.outputs = {{"enter.profile", 0600, base::digest("a")}, {"shell.bash", 0400, base::digest("b")}};
  return out;
}

} // namespace

TEST_CASE("a trace is read as it was written, whatever bytes are in it") {
  trace::Trace written = sample();
  for (const bool moved : {false, true}) {
    written.moved = moved;
    const auto read = trace::read_trace(trace::write_trace(written));
    CHECK(read.state == RecordsState::whole);
    CHECK(read.trace.facts == written.facts);
    CHECK(read.trace.outputs == written.outputs);
    CHECK(read.trace.moved == moved);
  }
}

TEST_CASE("a trace can be shown on a terminal") {
  for (const char c : trace::write_trace(sample())) CHECK((c == '\n' || c == '\t' || (c >= ' ' && c <= '~')));
}

TEST_CASE("a trace that is torn at any byte is damaged, never half believed") {
  const std::string whole = trace::write_trace(sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const auto read = trace::read_trace(whole.substr(0, size));
    CHECK(read.state == RecordsState::damaged);
    CHECK(read.trace.facts.empty());
  }
  CHECK(trace::read_trace(whole + "\n").state == RecordsState::damaged);
}

TEST_CASE("a trace with any byte changed is not believed") {
  const std::string whole = trace::write_trace(sample());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CAPTURE(at);
    CHECK(trace::read_trace(changed).state != RecordsState::whole);
  }
}

TEST_CASE("a trace of a newer psbc is recognised, whatever follows") {
  CHECK(trace::read_trace("psbc trace 3\nanything").state == RecordsState::newer);
  CHECK(trace::read_trace("psbc trace 99999999999999\n").state == RecordsState::damaged);
  CHECK(trace::read_trace("psbc trust 2\n").state == RecordsState::damaged);
  CHECK(trace::read_trace("psbc trace 1\n").state == RecordsState::damaged);
  CHECK(trace::read_trace("").state == RecordsState::damaged);
}

TEST_CASE("a record that this version never wrote makes the trace damaged") {
  const auto with = [](std::initializer_list<std::string_view> fields) {
    base::RecordWriter out("trace", 2);
    out.add(fields);
    return trace::read_trace(std::move(out).finish()).state;
  };
  CHECK(with({"moved"}) == RecordsState::whole);
  CHECK(with({"fact", "smell", "/x", "", "y"}) == RecordsState::damaged);
  CHECK(with({"fact", "kind", "/x"}) == RecordsState::damaged);
  CHECK(with({"output", "enter.profile", "0x1", "d", "s"}) == RecordsState::damaged);
  CHECK(with({"output", "enter.profile", "0600", "d"}) == RecordsState::damaged);
  CHECK(with({"output", "../../enter.profile", "0600", "d", "s"}) == RecordsState::damaged);
  CHECK(with({"outputs"}) == RecordsState::damaged);
  CHECK(with({""}) == RecordsState::damaged);
}
