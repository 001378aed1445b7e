// SPDX-License-Identifier: MIT
// The services whose tokens psbc knows: schema/catalogue.toml, compiled into the program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace psbc::base {

/// A list inside of the catalogue.
class CatalogueList {
 public:
  CatalogueList(std::uint16_t first, std::uint16_t count) : first_(first), count_(count) {}
  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  std::string_view operator[](std::size_t index) const;

  class Iterator {
   public:
    Iterator(const CatalogueList& list, std::size_t index) : list_(list), index_(index) {}
    std::string_view operator*() const { return list_[index_]; }
    Iterator& operator++() { ++index_; return *this; }
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const CatalogueList& list_;
    std::size_t index_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

 private:
  std::uint16_t first_;
  std::uint16_t count_;
};

struct Service {
  std::size_t index;               // of the catalogue
  std::string_view id;             // "huggingface"
  std::string_view title;          // "Hugging Face Hub"
  std::string_view read_only;      // how to get a token that can only read; empty: the service has none
  std::string_view read_only_link; // where; may be empty
  CatalogueList variables;         // that carry a token; one `*` stands for a part that the user chooses
  CatalogueList file_variables;    // whose value is the path of a file
  CatalogueList files;             // "~/x", "~/x/": where tools keep the broad token; never exposed
  CatalogueList settings;          // "~/x": files that may hold it among other settings
  CatalogueList moved_by;          // variables that move those files
  CatalogueList hosts;             // that the token belongs to
};

/// A token that is a password of git over https.
struct GitLogin {
  std::string_view variable;
  std::string_view host;          // the one that it is for; may be empty
  std::string_view host_variable; // names the server that it is for instead; may be empty
  std::string_view user;          // where the address of a repository names none
  std::size_t service;            // index
};

std::size_t service_count();
Service service(std::size_t index);
std::optional<Service> find_service(std::string_view id);
/// The service that a variable belongs to.
std::optional<Service> service_of_variable(std::string_view name);
/// In the order in which git shall ask for them.
std::size_t git_login_count();
GitLogin git_login(std::size_t index);
/// Is `host` one of the service's own, or below one?
bool is_host_of(const Service& service, std::string_view host);
/// Does this variable want the path of a file?
bool wants_file(std::string_view variable);
/// The well-known variable that was meant by one that nobody knows; empty when none is near.
std::string nearest_variable(std::string_view name);

} // namespace psbc::base
