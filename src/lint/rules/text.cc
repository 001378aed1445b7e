// SPDX-License-Identifier: MIT
// 0xx beside what the schema says: what is allowed, and means nothing or means it by an old name.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "lint/edits.h"
#include "lint/look.h"

namespace psbc::lint {

using diag::Code;

namespace {

struct Renamed { std::string_view old, now; };
/// Of huggingface_hub since 0.20, and of boto3 since its beginning.
constexpr std::array renamed = {Renamed{"HUGGING_FACE_HUB_TOKEN", "HF_TOKEN"}, Renamed{"AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"}};

void empty_values(const Look& look, const config::Value& table, const std::string& above) {
  for (const config::Entry& entry : table.entries) {
    const std::string key = above + entry.key;
    const bool is_list = entry.value.type == config::Type::array;
    if (is_list && entry.value.items.empty())
      look.add(Code::empty_value, entry.value.span, shown(key) + " is empty", "says nothing", {"a key that is not there means the same"}, {"remove it"}, {without_entry(entry)});
    else if (entry.value.type == config::Type::table && entry.value.entries.empty())
      look.add(Code::empty_value, entry.key_span, shown(key) + " is an empty table", "says nothing", {}, {"remove it"}, {without_entry(entry)});
    else if (entry.value.type == config::Type::table)
      empty_values(look, entry.value, key + ".");
  }
}

void schema_version(const Look& look) {
  if (look.document.tree->find("schema") != nullptr || look.document.tree->entries.empty()) return;
  const diag::Span first = look.document.tree->entries.front().key_span;
  const std::uint32_t line = look.in.source.line_start(look.in.source.position(first.begin).line);
  look.add(Code::missing_schema_version, first, "nothing says for which version of the schema this was written", "", {"without it, the first one is meant"}, {"write `schema = 1` above it"},
           {{.span = {.file = &look.in.source, .begin = line, .end = line}, .text = "schema = 1\n"}});
}

} // namespace

void text_rules(const Look& look) {
  empty_values(look, *look.document.tree, "");
  schema_version(look);
  for (const config::Token& token : look.document.config->tokens)
    for (const Renamed& one : renamed)
      if (token.name.value == one.old)
        look.add(Code::deprecated_name, token.name.span, shown(one.old) + " is the old name of " + shown(one.now), "", {"tools read the new one first, and some read no other"},
                 {"write " + shown(one.now)},
                 {replaced(token.name.span, std::string(one.now) + (token.read_only ? ":read" : "") + (token.optional ? "?" : ""))});
}

} // namespace psbc::lint
