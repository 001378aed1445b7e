// SPDX-License-Identifier: MIT
// How schema/gen_catalogue.py writes schema/catalogue.toml: offsets into one text, without a pointer, so that a
// program that does not look pays nothing. Only for base/catalogue.cc and base/token_forms.cc.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/token_forms.h"

namespace psbc::base::tables {

struct TextRef {
  std::uint16_t at;
  std::uint16_t size;
};

struct Span {
  std::uint16_t first; // of catalogue_items
  std::uint16_t count;
};

struct ServiceRow {
  TextRef id, title, read_only, read_only_link;
  Span variables, file_variables, files, settings, moved_by, hosts;
};

struct FormRow {
  TextRef what;
  TextRef prefix;
  std::uint16_t service;
  Alphabet alphabet;
  std::uint8_t min_rest;
};

struct GitRow {
  TextRef variable, host, host_variable, user;
  std::uint16_t service;
};

extern const char catalogue_text[];
extern const TextRef catalogue_items[];
extern const ServiceRow catalogue_services[];
extern const std::size_t catalogue_service_count;
extern const FormRow catalogue_forms[]; // sorted by prefix, by bytes
extern const std::size_t catalogue_form_count;
extern const GitRow catalogue_git[]; // the first one for a host comes first
extern const std::size_t catalogue_git_count;

} // namespace psbc::base::tables
