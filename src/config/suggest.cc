// SPDX-License-Identifier: MIT
#include "config/suggest.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"

namespace psbc::config {

namespace {

bool same_word(std::string_view a, std::string_view b) {
  return base::edit_distance(a, b) == 0; // case, `_` and `-` do not count
}

bool is_alias(std::string_view word, const KeyShape& key) {
  return std::any_of(key.aliases.begin(), key.aliases.end(),
                     [&](std::string_view alias) { return same_word(word, alias); });
}

/// The first key of `table`, then of the tables in it, that `matches`.
template <class Matches>
Suggestion search(const TableShape& table, bool deep, const Matches& matches) {
  for (const KeyShape& key : table.keys)
    if (matches(key)) return {&key, &table};
  if (deep)
    for (const KeyShape& key : table.keys)
      if (key.table != nullptr)
        if (const Suggestion found = search(*key.table, true, matches); found.key != nullptr) return found;
  return {};
}

Suggestion spelt_alike(std::string_view unknown, const TableShape& table) {
  std::vector<std::string> names;
  for (const KeyShape& key : table.keys) names.emplace_back(key.name);
  const std::string name = base::nearest(unknown, names);
  return name.empty() ? Suggestion{} : Suggestion{table.find(name), &table};
}

} // namespace

Suggestion suggest(std::string_view unknown, const TableShape& table, const TableShape& root) {
  constexpr std::size_t longest_key = 64; // what is longer is no misspelling
  if (unknown.size() > longest_key) return {};
  const auto named = [&](const KeyShape& key) { return same_word(unknown, key.name); };
  const auto also_named = [&](const KeyShape& key) { return is_alias(unknown, key); };
  if (const Suggestion here = search(table, false, also_named); here.key != nullptr) return here;
  if (const Suggestion here = search(table, false, named); here.key != nullptr) return here;
  if (const Suggestion elsewhere = search(root, true, named); elsewhere.key != nullptr) return elsewhere;
  if (const Suggestion here = spelt_alike(unknown, table); here.key != nullptr) return here;
  return search(root, true, also_named);
}

} // namespace psbc::config
