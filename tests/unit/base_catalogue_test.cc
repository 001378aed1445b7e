// SPDX-License-Identifier: MIT
#include "base/catalogue.h"

#include "support/catch.h"

using namespace psbc::base;

TEST_CASE("the catalogue knows at least a hundred services, and what each of them says can be asked for") {
  CHECK(service_count() >= 100);
  std::size_t with_read_only = 0;
  for (std::size_t i = 0; i < service_count(); ++i) {
    const auto each = service(i);
    CAPTURE(each.id);
    CHECK(each.index == i);
    CHECK(!each.title.empty());
    REQUIRE(find_service(each.id));
    CHECK(find_service(each.id)->index == i);
    with_read_only += each.read_only.empty() ? 0 : 1;
    for (const auto variable : each.variables) {
      std::string name(variable);
      if (const auto star = name.find('*'); star != std::string::npos) name.replace(star, 1, "CORP");
      REQUIRE(service_of_variable(name));
      CHECK(service_of_variable(name)->id == each.id);
      CHECK(!wants_file(name));
    }
    for (const auto variable : each.file_variables) CHECK(wants_file(variable));
    for (const auto file : each.files) CHECK(file.starts_with("~/"));
  }
  CHECK(with_read_only >= 40);
}

TEST_CASE("services and variables are found by name, and misspelt variables by what is near") {
  const auto hf = service_of_variable("HF_TOKEN");
  REQUIRE(hf);
  CHECK(hf->id == "huggingface");
  CHECK(!hf->read_only.empty());
  CHECK(hf->hosts[0] == "huggingface.co");
  CHECK(hf->files.size() == 3);
  REQUIRE(service_of_variable("UV_INDEX_CORP_PASSWORD"));
  CHECK(!service_of_variable("UV_INDEX__PASSWOR"));
  CHECK(!service_of_variable("UV_INDEX__PASSWORD")); // the `*` stands for something
  CHECK(wants_file("GOOGLE_APPLICATION_CREDENTIALS"));
  CHECK(!service_of_variable(""));
  CHECK(!find_service("no-such-service"));
  CHECK(nearest_variable("WANDB_APIKEY") == "WANDB_API_KEY");
  CHECK(nearest_variable("HF_TOKN") == "HF_TOKEN");
  for (const char* own : {"MY_TOKEN", "CORP_TOKEN", "X_TOKEN", "ACME_API_KEY", "W", "DB_PASSWORD", "T"}) CHECK(nearest_variable(own).empty());
  CHECK(nearest_variable("SOMETHING_ELSE_ENTIRELY").empty());
}
