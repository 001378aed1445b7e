// SPDX-License-Identifier: MIT
// What one .python-sandbox.toml grants, as a normalised set: the thing that is approved, not the bytes of the
// file. Each key of the schema says what a value of it does (`x-psbc-direction`, `x-psbc-grant`), so a key
// that the schema gains is in the set without another word. Paths are compared by what may be done at them: the
// entries of a set are a tree, in which the deepest one decides, as in the policy (policy/tree.h).
//
// Comments, order, spelling and values that are the default leave the set as it is. The set is made of the file
// alone: what the developer's own config, psbc itself and the recognised tools add is not in it.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/result.h"
#include "config/value.h"
#include "policy/places.h"

namespace psbc::trust {

struct Capability {
  std::string key;   // of the schema: "readonly", "network.access"
  std::string value; // normalised: a canonical path, relative when it lies in the project; a word, NAME=value
  auto operator<=>(const Capability&) const = default;
};

/// Without those that another one covers.
using Capabilities = std::set<Capability>;

struct CapabilityInput {
  const config::Value& file; // one that keeps its schema
  const policy::Places& places;
  base::AbsPath root; // of the project
  base::Fs& fs;       // links are followed: a path that leads elsewhere tomorrow is another capability
};
Capabilities capabilities(const CapabilityInput& input);

/// What of `asked` goes beyond `approved`; empty when a file may be used without another question. A key that
/// narrows counts the other way round: one that is missing goes beyond. Sorted, riskiest first.
struct Step {
  Capability what;
  bool added = true; // a grant is new; else something that was withheld is not any more
};
std::vector<Step> widening(const Capabilities& approved, const Capabilities& asked);

/// Text of a file as a person must see it before an approval: escaped, and with each blank that follows another one,
/// starts or ends it spelled out, so that no padding pushes the rest of a line out of sight (THREATS E2).
std::string visible(std::string_view text);

/// "+ read  ~/datasets", "- hidden  .env"; escaped.
std::string shown(const Step& step, const base::AbsPath& home);

/// {"key":...,"value":...,"words":"+ read ~/datasets"}
std::string json(const Step& step, const base::AbsPath& home);

// As an artefact of a build and as part of an approval (base/records.h).
std::string serialise(const Capabilities& set);
/// Nothing when this psbc does not know all of it: what it cannot read may narrow what it can.
std::optional<Capabilities> parse_capabilities(std::string text);

} // namespace psbc::trust
