// SPDX-License-Identifier: MIT
#include "audit/chain.h"

#include "audit/event.h"
#include "support/catch.h"

using namespace psbc;

TEST_CASE("a digest of the record is SHA-256, as sha256sum prints it") {
  CHECK(audit::digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a head is read back as it was written, and never half of one") {
  const audit::Head head{.last = 42, .digest = audit::digest("a"), .size = 12345, .first = 7, .before_first = audit::digest("b")};
  const std::string text = serialise(head);
  REQUIRE(text.size() == 256); // one block: it is overwritten where it stands
  const auto read = audit::parse_head(text);
  REQUIRE(read);
  CHECK((read->last == 42 && read->digest == head.digest && read->size == 12345 && read->first == 7 && read->before_first == head.before_first));
  for (std::size_t size = 0; size < text.size(); ++size) CHECK_FALSE(audit::parse_head(text.substr(0, size)));
  std::string other = text;
  other[text.find(head.digest)] = 'g';
  CHECK_FALSE(audit::parse_head(other));
  CHECK(audit::parse_head(serialise(audit::empty_head()))->last == 0);
}

TEST_CASE("a line is a link of the chain, or no line of the record") {
  const std::string digest(64, 'a');
  const auto link = audit::parse_link("{\"seq\":3,\"event\":\"exit\",\"prev\":\"" + digest + "\"}");
  REQUIRE(link);
  CHECK((link->number == 3 && link->before == digest));
  for (const std::string& line : {std::string(), std::string("{}"), "{\"seq\":-1,\"prev\":\"" + digest + "\"}", "{\"seq\":\"x\",\"prev\":\"" + digest + "\"}", std::string("{\"seq\":1,\"prev\":\"abc\"}"),
                                  "{\"seq\":1,\"prev\":\"" + digest + "\"", "[\"seq\",1]" + digest})
    CHECK_FALSE(audit::parse_link(line));
  CHECK(audit::rotated_name(5) == "log-0000000005.jsonl");
  CHECK(audit::rotated_name(12345678901) == "log-12345678901.jsonl");
}

TEST_CASE("an event holds bounded text, without what looks like a token or ends a line") {
  std::string token = "ghp_";
  for (int n = 0; n < 12; ++n) token += "aB1";
  audit::Event event("entry");
  event.text("long", std::string(600, 'x')).text("token", "a " + token + " b").text("cut", std::string(480, ' ') + token).text("lines", "a\nb\x1b[2J\"}").number("n", -5).flag("f", true);
  const std::string& fields = event.fields();
  CHECK(fields.find(token.substr(0, 20)) == std::string::npos); // nor the beginning of one at the end
  CHECK(fields.find('\n') == std::string::npos);
  CHECK(fields.find('\x1b') == std::string::npos);
  CHECK(fields.find(std::string(513, 'x')) == std::string::npos);
  CHECK(fields.find(std::string(512, 'x') + "...") != std::string::npos);
  CHECK(fields.ends_with(",\"n\":-5,\"f\":true"));
}
