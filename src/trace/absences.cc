// SPDX-License-Identifier: MIT
#include "trace/absences.h"

#include <algorithm>

namespace psbc::trace {
namespace {

std::string_view parent_of(std::string_view path) { return path.substr(0, path.rfind('/')); }
std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// The name with the case of its ASCII letters turned; empty when it has none.
std::string turned(std::string_view name) {
  std::string out(name);
  bool any = false;
  for (char& c : out) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter) c = static_cast<char>(c ^ 0x20);
    any |= letter;
  }
  return any ? out : std::string();
}

} // namespace

Absences::Absences(const Facts& facts, base::Fs& fs) : fs_(fs) {
  for (const Fact& fact : facts)
    if ((fact.kind == FactKind::among || fact.kind == FactKind::names) && listing_of(fact.subject) == nullptr)
      listings_.push_back({.directory = fact.subject, .looked = false, .usable = false, .names = {}});
}

Absences::Listing* Absences::listing_of(std::string_view directory) {
  const auto found = std::find_if(listings_.begin(), listings_.end(), [&](const Listing& one) { return one.directory == directory; });
  return found != listings_.end() ? &*found : nullptr;
}

void Absences::look(Listing& listing) {
  listing.looked = true;
  const auto path = base::AbsPath::parse(listing.directory);
  auto names = path ? fs_.names(*path) : base::Result<std::vector<std::string>>(base::Error{});
  if (!names) return;
  listing.names = std::move(*names);
  // Where the file system folds case (vfat, ext4's casefold), a name that is not listed may still be found.
  for (const std::string& name : listing.names) {
    const std::string other = turned(name);
    if (other.empty() || std::binary_search(listing.names.begin(), listing.names.end(), other)) continue;
    listing.usable = fs_.kind(*path / other) == base::Kind::absent;
    return;
  }
}

bool Absences::hold(const Fact& fact) {
  const bool says_absent = (fact.kind == FactKind::kind && fact.value == absent) || (fact.kind == FactKind::vacant && fact.value == vacant);
  if (!says_absent) return false;
  const std::string_view path = fact.subject, parent = parent_of(path);
  if (!absent_.contains(parent)) {
    Listing* listing = listing_of(parent);
    if (listing != nullptr && !listing->looked) look(*listing);
    if (listing == nullptr || !listing->usable) {
      const auto parsed = base::AbsPath::parse(path);
      if (!parsed || fs_.kind(*parsed) != base::Kind::absent) return false;
    } else if (std::binary_search(listing->names.begin(), listing->names.end(), name_of(path))) {
      return false;
    }
  }
  absent_.insert(path);
  return true;
}

} // namespace psbc::trace
