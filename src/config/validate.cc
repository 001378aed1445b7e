// SPDX-License-Identifier: MIT
#include "config/validate.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "base/url.h"
#include "config/format.h"
#include "config/source_form.h"
#include "config/suggest.h"
#include "config/words.h"

namespace psbc::config {

namespace {

using diag::Code;

std::string_view wanted(Kind kind) {
  switch (kind) {
    case Kind::boolean: return "true or false";
    case Kind::integer: return "an integer";
    case Kind::string:
    case Kind::choice: return "a string";
    case Kind::strings: return "an array of strings";
    case Kind::integers: return "an array of integers";
    case Kind::words: return "a string or an array of strings";
    case Kind::map: return "a table of strings";
    case Kind::table: return "a table";
    case Kind::tables: return "a table of tables";
    case Kind::rows: return "an array of tables";
  }
  return {};
}

bool has_type(const Value& value, Kind kind) {
  switch (kind) {
    case Kind::boolean: return value.type == Type::boolean;
    case Kind::integer: return value.type == Type::integer;
    case Kind::string:
    case Kind::choice: return value.type == Type::string;
    case Kind::strings:
    case Kind::rows:
    case Kind::integers: return value.type == Type::array;
    case Kind::words: return value.type == Type::string || value.type == Type::array;
    case Kind::tables:
    case Kind::map:
    case Kind::table: return value.type == Type::table;
  }
  return false;
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

class Validator {
 public:
  Validator(const diag::SourceFile& source, const TableShape& root, diag::Diagnostics& diagnostics)
      : source_(source), root_(root), diagnostics_(diagnostics) {}

  bool run(const Value& root) {
    // A file for a newer psbc has keys that this one cannot judge: say only that.
    if (!is_newer(root)) table(root, root_);
    return valid_;
  }

 private:
  void refuse(Code code, std::string message, diag::Span span, std::string label,
              std::vector<std::string> notes, std::vector<std::string> help) {
    valid_ = false;
    diagnostics_.add({.code = code,
                      .message = std::move(message),
                      .labels = {{.span = span, .text = std::move(label)}},
                      .notes = std::move(notes),
                      .help = std::move(help)});
  }

  bool is_newer(const Value& root) {
    const KeyShape* shape = root_.find("schema");
    const Entry* entry = shape == nullptr ? nullptr : root.find("schema");
    if (entry == nullptr || entry->value.type != Type::integer ||
        entry->value.integer <= shape->allowed.back())
      return false;
    refuse(
        Code::unsupported_schema, "this file needs a newer psbc", entry->value.span,
        "a later version of the format", {"this psbc reads `" + std::string(shape->example) + "`"},
        {"install a newer psbc, or ask the project for a file with `" + std::string(shape->example) + "`"});
    return true;
  }

  void table(const Value& value, const TableShape& shape) {
    std::set<const KeyShape*> meant; // by misspelt keys: those are not missing as well
    for (const Entry& entry : value.entries) {
      if (const KeyShape* known = shape.find(entry.key))
        key(entry, *known);
      else
        meant.insert(unknown_key(entry, value, shape));
    }
    for (const KeyShape& required : shape.keys)
      if (required.required && value.find(required.name) == nullptr && !meant.contains(&required))
        missing_key(value, shape, required);
  }

  const KeyShape* unknown_key(const Entry& entry, const Value& table, const TableShape& shape) {
    const std::string place =
        shape.path.empty() ? std::string("here") : "in `" + shape.header() + "`";
    const std::string_view what = entry.value.type == Type::table ? "table " : "key ";
    const Suggestion meant = suggest(entry.key, shape, root_);
    std::vector<std::string> notes;
    std::string help;
    if (meant.key == nullptr) {
      std::string names;
      for (const KeyShape& key : shape.keys)
        names += (names.empty() ? "`" : ", `") + std::string(key.name) + "`";
      notes.push_back("psbc knows " + names + " " + place);
      help = "remove the " + std::string(what.substr(0, what.size() - 1));
    } else {
      const std::string name = "`" + std::string(meant.key->name) + "`";
      if (meant.table == &shape)
        help = table.find(meant.key->name) == nullptr ? "did you mean " + name + "?"
                                                      : "merge it into " + name + ", which is there already";
      else if (meant.table->path.empty())
        help = "write " + name + " at the top of the file, above all tables";
      else
        help = "write " + name + " below a line `" + meant.table->header() + "`";
    }
    const bool renames = meant.key != nullptr && meant.table == &shape && table.find(meant.key->name) == nullptr;
    refuse(Code::unknown_key, "unknown " + std::string(what) + quoted(entry.key), entry.key_span,
           "not known " + place, std::move(notes), {std::move(help)});
    if (renames) mend({{.span = entry.key_span, .text = std::string(meant.key->name)}});
    return meant.key;
  }

  void missing_key(const Value& table, const TableShape& shape, const KeyShape& key) {
    // The root is the whole file, which is no place to point at.
    const diag::Span span = shape.path.empty() ? diag::Span{&source_, 0, 0} : table.span;
    refuse(Code::missing_key, "the key `" + std::string(key.path) + "` is missing", span, "",
           {std::string(key.description)}, {"add a line such as `" + std::string(key.example) + "`"});
  }

  void key(const Entry& entry, const KeyShape& shape) {
    if (!has_type(entry.value, shape.kind)) return wrong_type(entry, shape);
    switch (shape.kind) {
      case Kind::boolean: break; // both have a meaning
      case Kind::integer: integer(entry.value, shape); break;
      case Kind::string:
        text(entry.value.string, entry.value.span, "`" + std::string(shape.path) + "`", shape.text);
        break;
      case Kind::choice: choice(entry.value, shape); break;
      case Kind::strings: strings(entry.value, shape); break;
      case Kind::integers: integers(entry.value, shape); break;
      case Kind::words: words(entry.value, shape); break;
      case Kind::map: map(entry.value, shape); break;
      case Kind::table: table(entry.value, *shape.table); break;
      case Kind::tables: tables(entry.value, shape); break;
      case Kind::rows: rows(entry.value, shape); break;
    }
  }

  void wrong_type(const Entry& entry, const KeyShape& shape) {
    std::string correct(shape.example);
    const std::string name(shape.name);
    const std::string written = short_source(entry.value.span);
    const bool one_of_a_list = (shape.kind == Kind::strings && entry.value.type == Type::string) ||
                               (shape.kind == Kind::integers && entry.value.type == Type::integer);
    if (one_of_a_list && !written.empty())
      correct = name + " = [" + written + "]";
    else if (shape.kind == Kind::string && is_scalar(entry.value) && !written.empty())
      correct = name + " = " + toml_string(written);
    else if (shape.kind == Kind::string && entry.value.type == Type::array && entry.value.items.size() == 1 &&
             entry.value.items[0].type == Type::string)
      correct = name + " = " + toml_string(entry.value.items[0].string);
    refuse(Code::wrong_type,
           "`" + std::string(shape.path) + "` must be " + std::string(wanted(shape.kind)) + ", not " +
               std::string(with_article(entry.value.type)),
           entry.value.span, std::string(with_article(entry.value.type)), {std::string(shape.description)},
           {shape.table != nullptr ? "write its keys below a line `" + correct + "`"
                                      : "write `" + correct + "`"});
  }

  static bool is_scalar(const Value& value) { return value.type != Type::array && value.type != Type::table; }

  void wrong_item(const Value& value, const std::string& what) {
    const std::string written = short_source(value.span);
    refuse(Code::wrong_type, what + " must be a string, not " + std::string(with_article(value.type)),
           value.span, std::string(with_article(value.type)), {},
           {is_scalar(value) && !written.empty() ? "write `" + toml_string(written) + "`"
                                                 : "write one text in quotes"});
  }

  void integer(const Value& value, const KeyShape& shape) {
    if (std::find(shape.allowed.begin(), shape.allowed.end(), value.integer) == shape.allowed.end())
      refuse(Code::invalid_value,
             "`" + std::string(shape.path) + "` cannot be " + std::to_string(value.integer), value.span, "",
             {std::string(shape.description)}, {"write `" + std::string(shape.example) + "`"});
  }

  void choice(const Value& value, const KeyShape& shape) {
    if (std::find(shape.words.begin(), shape.words.end(), value.string) != shape.words.end()) return;
    std::vector<std::string> known(shape.words.begin(), shape.words.end());
    const std::string meant = base::nearest(value.string, known);
    std::string all;
    for (std::size_t i = 0; i < known.size(); ++i)
      all += (i == 0 ? "" : i + 1 == known.size() ? " or " : ", ") + ("`" + toml_string(known[i]) + "`");
    refuse(Code::invalid_value, "`" + std::string(shape.path) + "` cannot be " + quoted(value.string), value.span, "",
           {std::string(shape.description)}, {"write " + (meant.empty() ? all : "`" + toml_string(meant) + "`")});
  }

  void strings(const Value& value, const KeyShape& shape) {
    const std::string path(shape.path);
    if (value.items.size() > shape.max_entries)
      too_many(path, value.items.size(), shape.max_entries, value.items[shape.max_entries].span,
               "name a directory instead of each file in it");
    std::map<std::string_view, const Value*> seen;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const Value& item = value.items[i];
      const std::string what = "`" + path + "[" + std::to_string(i) + "]`";
      if (item.type != Type::string) {
        wrong_item(item, what);
        continue;
      }
      text(item.string, item.span, what, shape.text);
      if (const auto [first, is_new] = seen.try_emplace(item.string, &item); !is_new) {
        duplicate(item, *first->second, path);
        remove_item(value, i);
      }
    }
  }

  void integers(const Value& value, const KeyShape& shape) {
    const std::string path(shape.path);
    if (value.items.size() > shape.max_entries)
      too_many(path, value.items.size(), shape.max_entries, value.items[shape.max_entries].span, "remove some");
    std::map<std::int64_t, const Value*> seen;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const Value& item = value.items[i];
      const std::string what = "`" + path + "[" + std::to_string(i) + "]`";
      const std::string range = "from " + std::to_string(shape.least) + " to " + std::to_string(shape.most);
      if (item.type != Type::integer) {
        refuse(Code::wrong_type, what + " must be an integer, not " + std::string(with_article(item.type)), item.span,
               std::string(with_article(item.type)), {}, {"write a number " + range + ", without quotes"});
        continue;
      }
      if (item.integer < shape.least || item.integer > shape.most)
        refuse(Code::invalid_value, what + " cannot be " + std::to_string(item.integer), item.span, "", {}, {"write a number " + range});
      if (const auto [first, is_new] = seen.try_emplace(item.integer, &item); !is_new) duplicate(item, *first->second, path);
    }
  }

  void words(const Value& value, const KeyShape& shape) {
    const std::string path(shape.path);
    if (value.type == Type::string) return text(value.string, value.span, "`" + path + "`", shape.text);
    if (value.items.empty())
      refuse(Code::invalid_value, "`" + path + "` is empty", value.span, "", {std::string(shape.description)},
             {"write `" + std::string(shape.example) + "`"});
    if (value.items.size() > shape.max_entries)
      too_many(path, value.items.size(), shape.max_entries, value.items[shape.max_entries].span, "put the command into a script");
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const Value& item = value.items[i];
      const std::string what = "`" + path + "[" + std::to_string(i) + "]`";
      if (item.type == Type::string)
        text(item.string, item.span, what, shape.items);
      else
        wrong_item(item, what);
    }
  }

  void tables(const Value& value, const KeyShape& shape) {
    const std::string path(shape.path);
    if (value.entries.size() > shape.max_entries)
      too_many(path, value.entries.size(), shape.max_entries, value.entries[shape.max_entries].key_span, "remove some");
    for (const Entry& entry : value.entries) {
      text(entry.key, entry.key_span, "`" + path + "`", shape.names);
      if (entry.value.type == Type::table)
        table(entry.value, *shape.table);
      else
        refuse(Code::wrong_type,
               "`" + path + "." + base::escape(entry.key.substr(0, 128)) + "` must be a table, not " +
                   std::string(with_article(entry.value.type)),
               entry.value.span, std::string(with_article(entry.value.type)), {std::string(shape.table->description)},
               {"write its keys below a line `" + std::string(shape.example) + "`"});
    }
  }

  void rows(const Value& value, const KeyShape& shape) {
    const std::string path(shape.path);
    if (value.items.size() > shape.max_entries)
      too_many(path, value.items.size(), shape.max_entries, value.items[shape.max_entries].span, "remove some");
    for (const Value& item : value.items) {
      if (item.type == Type::table)
        table(item, *shape.table);
      else
        refuse(Code::wrong_type, "`" + path + "` holds tables, not " + std::string(with_article(item.type)), item.span,
               std::string(with_article(item.type)), {std::string(shape.table->description)},
               {"write its keys below a line `" + std::string(shape.example) + "`"});
    }
  }

  void map(const Value& value, const KeyShape& shape) {
    const std::string path(shape.path);
    if (value.entries.size() > shape.max_entries)
      too_many(path, value.entries.size(), shape.max_entries, value.entries[shape.max_entries].key_span,
               "remove some");
    for (const Entry& entry : value.entries) {
      text(entry.key, entry.key_span, "`" + path + "`", shape.names);
      const std::string what = "`" + path + "." + base::escape(entry.key.substr(0, 128)) + "`";
      if (entry.value.type == Type::string)
        text(entry.value.string, entry.value.span, what, shape.text);
      else
        wrong_item(entry.value, what);
    }
  }

  /// What mends the last diagnostic.
  void mend(std::vector<diag::Edit> edits) {
    diag::Diagnostic& last = diagnostics_.last();
    last.edits = std::move(edits);
    last.fix = diag::rule(last.code).fix;
  }

  /// With the comma before it; a comment between the two keeps it where it is.
  void remove_item(const Value& list, std::size_t index) {
    const std::uint32_t from = list.items[index - 1].span.end, to = list.items[index].span.end;
    if (source_.text().substr(from, to - from).find('#') == std::string::npos || list.items[index].string.find('#') != std::string::npos)
      mend({{.span = {.file = &source_, .begin = from, .end = to}, .text = ""}});
  }

  void too_many(const std::string& path, std::size_t count, std::size_t limit, diag::Span first_too_many,
                std::string help) {
    refuse(Code::limit_exceeded,
           "`" + path + "` has " + std::to_string(count) + " entries, and " + std::to_string(limit) +
               " are the limit",
           first_too_many, "the first one too many", {}, {std::move(help)});
  }

  void duplicate(const Value& again, const Value& first, const std::string& path) {
    valid_ = false;
    diagnostics_.add({.code = Code::duplicate_entry,
                      .message = (again.type == Type::integer ? "`" + std::to_string(again.integer) + "`" : quoted(again.string)) + " stands twice in `" + path + "`",
                      .labels = {{.span = again.span, .text = "again here"},
                                 {.span = first.span, .text = "first here", .primary = false}},
                      .help = {"remove one of the two"}});
  }

  void text(std::string_view text, diag::Span span, const std::string& what, const TextShape& shape) {
    // JSON Schema counts code points; a path is also bounded in bytes, by PATH_MAX.
    const std::size_t length = shape.format == Format::text ? code_points(text) : text.size();
    if (shape.max_length != 0 && length > shape.max_length)
      return refuse(Code::limit_exceeded,
                    what + " is " + std::to_string(length) + " long, and " +
                        std::to_string(shape.max_length) + " is the limit",
                    span, "", {}, {"shorten it"});
    auto problem = check_format(shape.format, text);
    if (!problem) return;
    // Somebody wrote what may be the token itself, or a password: neither it nor its line is shown.
    const bool is_secret = (shape.format == Format::source && !text.empty() && source_form(text) == nullptr) ||
                           (shape.format == Format::index_url && base::has_userinfo(text));
    if (is_secret) {
      valid_ = false;
      diagnostics_.add({.code = Code::invalid_value,
                        .message = what + " " + problem->message,
                        .notes = {"in line " + std::to_string(source_.position(span.begin).line) + " of `" + base::escape(source_.name()) +
                                  "`, which is not shown: it may hold the token itself",
                                  "a token is never written here, only where it is"},
                        .help = {std::move(problem->help)}});
    } else {
      refuse(problem->code, what + (text.empty() ? "" : ": " + quoted(text)) + " " + problem->message,
             span, "", {"expected: " + std::string(shape.expects)}, {std::move(problem->help)});
      if (!problem->same.empty()) mend({{.span = span, .text = toml_string(problem->same)}});
    }
  }

  const diag::SourceFile& source_;
  const TableShape& root_;
  diag::Diagnostics& diagnostics_;
  bool valid_ = true;
};

} // namespace

bool validate(const diag::SourceFile& source, const Value& root, const TableShape& shape,
              diag::Diagnostics& diagnostics) {
  return Validator(source, shape, diagnostics).run(root);
}

} // namespace psbc::config
