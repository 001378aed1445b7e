// SPDX-License-Identifier: MIT
#include "cli/picture.h"

#include <algorithm>

#include "base/landlock.h"
#include "base/text.h"
#include "driver/left_open.h"
#include "runtime/environment.h"

namespace psbc::cli {
namespace {

using policy::Access;
using policy::Origin;

std::string because(const Origin& origin) { return base::escape(origin.where) + (origin.reason.empty() ? "" : ": " + base::escape(origin.reason)); }

bool is_asked_for(const Origin& origin) { return origin.source == Origin::Source::project || origin.source == Origin::Source::user; }

PictureSection tokens(const policy::Policy& policy) {
  PictureSection out{.title = "tokens", .rows = {}};
  for (const policy::Token& token : policy.tokens) out.rows.push_back({base::escape(describe(token)), because(token.origin)});
  if (out.rows.empty()) out.rows.push_back({"none crosses", "psbc: the file asks for none"});
  return out;
}

PictureSection environment(const policy::Policy& policy) {
  PictureSection out{.title = "environment", .rows = {}, .more = {}, .of_more = "variables that psbc sets, or lets cross for everybody (docs/environment.md)"};
  for (const std::string& name : policy.pass) out.rows.push_back({base::escape(name) + " crosses", "[env] pass"});
  // A page is attached to a ticket: what a file sets is named, and its value stays in the file.
  for (const policy::Variable& variable : policy.variables)
    if (is_asked_for(variable.origin)) out.rows.push_back({base::escape(variable.name) + " is set", because(variable.origin)});
    else out.more.push_back({base::escape(variable.name + "=" + variable.value), because(variable.origin)});
  for (const runtime::BaseVariable& row : runtime::base_variables()) out.more.push_back({std::string(row.name) + " crosses", "psbc: " + std::string(row.reason)});
  if (out.rows.empty()) out.rows.push_back({"nothing besides what each sandbox has", ""});
  return out;
}

PictureSection network(const policy::Policy& policy) {
  return {.title = "network", .rows = {{describe(policy.network), policy.network.origin.where.empty() ? "psbc: the file says nothing of it" : because(policy.network.origin)}}};
}

PictureSection channels(const policy::Policy& policy) {
  PictureSection out{.title = "channels", .rows = {}};
  for (const policy::Socket& socket : policy.sockets) out.rows.push_back({"socket " + base::escape(base::display_path(socket.path, policy.home)), because(socket.origin)});
  const policy::Ssh& ssh = policy.ssh;
  const std::string keys = std::to_string(ssh.keys.size()) + (ssh.keys.size() == 1 ? " key" : " keys");
  for (const policy::SshHost& host : ssh.hosts) out.rows.push_back({"ssh to " + base::escape(host.text) + ", by " + keys + " of the agent", because(host.origin)});
  if (ssh.signing) out.rows.push_back({"signatures, by " + keys + " of the agent", because(ssh.signing_origin)});
  if (policy.devices.gpu) out.rows.push_back({"graphics cards", "[devices] gpu"});
  if (policy.devices.gui) out.rows.push_back({policy.devices.x11 ? "windows, by the X server" : "windows, by Wayland", "[devices] gui"});
  if (policy.devices.audio) out.rows.push_back({"sound", "[devices] audio"});
  if (out.rows.empty()) out.rows.push_back({"none: no socket, no agent, no bus, no display, no sound, no graphics card", "psbc: the file asks for none"});
  return out;
}

PictureSection written(const policy::Policy& policy) {
  PictureSection out{.title = "written by psbc into the private home", .rows = {}, .more = {}, .of_more = "files: settings of shells and tools, without secrets"};
  for (const policy::HomeFile& file : policy.home_files) out.more.push_back({"~/" + base::escape(file.path), because(file.origin)});
  return out;
}

PictureSection open(const policy::Policy& policy) {
  PictureSection out{.title = "open", .rows = {}};
  const driver::LeftOpen left = driver::left_open(policy, base::landlock_version());
  for (const std::string& one : left.by_nature) out.rows.push_back({base::escape(one), "what the file grants"});
  for (const std::string& one : left.by_kernel) out.rows.push_back({base::escape(one), "what this kernel cannot close"});
  if (out.rows.empty()) out.rows.push_back({"nothing that is known (docs/security.md)", ""});
  return out;
}

struct Mark {
  const char* symbol;
  const char* ascii;
  const char* color; // of SGR
};
constexpr Mark leads = {"·", ".", "2"};
/// In the order of Access.
constexpr Mark marks[] = {{"∅", "-", "2"}, {"●", "r", "32"}, {"✎", "w", "33"}, {"·", ".", "2"}, {"✗", "x", "31"}};

Mark mark_of(const policy::MapNode& node) {
  const std::string word = word_of(node);
  return word == "leads" ? leads : marks[static_cast<std::size_t>(node.in->access)];
}

bool is_alike(const policy::MapNode& a, const policy::MapNode& b) {
  return a.rule != nullptr && b.rule != nullptr && a.rule->access == b.rule->access && a.below.empty() && b.below.empty() && a.not_there + b.not_there == 0 &&
         a.rule->origin.source == Origin::Source::builtin && b.rule->origin.source == Origin::Source::builtin;
}

class Text {
 public:
  Text(const Picture& picture, const PictureStyle& style) : picture_(picture), style_(style) {}

  std::string all() {
    out_ = "`" + picture_.name + "`, " + picture_.root + "\n\n";
    out_ += colored("1", "files") + "\n  / " + colored("2", "the system: as outside, with your permissions") + "\n";
    draw_all(picture_.tree.below, "  ");
    for (const PictureSection& section : picture_.sections) add(section);
    out_ += "\n" + legend() + "\n";
    return std::move(out_);
  }

 private:
  std::string colored(const char* color, const std::string& text) const { return style_.color ? "\x1b[" + std::string(color) + "m" + text + "\x1b[0m" : text; }

  void draw(const policy::MapNode& node, const std::string& indent, bool is_last, std::string why = {}) {
    const Mark mark = mark_of(node);
    const std::string name = node.path == picture_.home ? "~ (" + base::escape(node.name) + ")" : base::escape(node.name);
    const char* const branch = style_.ascii ? (is_last ? "`- " : "|- ") : is_last ? "└─ " : "├─ ";
    out_ += indent + branch + colored(mark.color, std::string(style_.ascii ? mark.ascii : mark.symbol) + " " + name);
    if (why.empty()) why = because_of(node);
    if (!why.empty()) out_ += "  " + colored("2", why);
    out_ += "\n";
    const std::string next = indent + (is_last ? "   " : style_.ascii ? "|  " : "│  ");
    draw_all(node.below, next);
  }

  void draw_all(const std::vector<policy::MapNode>& nodes, const std::string& indent) {
    for (std::size_t n = 0; n < nodes.size();) {
      const std::size_t count = alike_from(nodes, n);
      const policy::MapNode& one = nodes[n];
      if (count > 1) draw({.name = names_of(nodes, n, count), .path = one.path, .rule = one.rule, .in = one.in}, indent, n + count == nodes.size(), because_of_many(one, count));
      else draw(one, indent, n + 1 == nodes.size());
      n += count;
    }
  }

  void add(const PictureSection& section) {
    if (section.rows.empty()) return;
    out_ += "\n" + colored("1", section.title) + "\n";
    for (const PictureRow& row : section.rows) out_ += "  " + row.what + (row.because.empty() ? "" : "  " + colored("2", row.because)) + "\n";
    if (!section.more.empty()) out_ += "  " + colored("2", "and " + std::to_string(section.more.size()) + " " + section.of_more) + "\n";
  }

  std::string legend() const {
    std::string out;
    const char* const words[] = {"not there, but for what is below", "read-only", "writable", "", "hidden"};
    for (const std::size_t n : {std::size_t{2}, std::size_t{1}, std::size_t{4}, std::size_t{0}})
      out += (out.empty() ? "" : "   ") + colored(marks[n].color, std::string(style_.ascii ? marks[n].ascii : marks[n].symbol) + " " + words[n]);
    return out;
  }

  const Picture& picture_;
  PictureStyle style_;
  std::string out_;
};

} // namespace

std::string word_of(const policy::MapNode& node) {
  if (node.in == nullptr || (node.rule == nullptr && node.in->access == Access::closed)) return "leads";
  if (node.in->access == Access::closed) return node.below.empty() ? "absent" : "private";
  return std::string(to_string(node.in->access));
}

std::size_t alike_from(const std::vector<policy::MapNode>& nodes, std::size_t first) {
  constexpr std::size_t few = 4; // are drawn each
  std::size_t end = first + 1;
  while (end < nodes.size() && is_alike(nodes[first], nodes[end])) ++end;
  return end - first > few ? end - first : 1;
}

std::string names_of(const std::vector<policy::MapNode>& nodes, std::size_t first, std::size_t count) {
  return nodes[first].name + ", " + nodes[first + 1].name + " ... " + nodes[first + count - 1].name;
}

std::string because_of_many(const policy::MapNode& first, std::size_t count) {
  return "psbc: " + std::to_string(count) + " names: " + (first.rule->access == Access::closed ? "what may hold secrets, or is no part of the system" : "what the host obeys");
}

std::string because_of(const policy::MapNode& node) {
  std::string out = node.rule != nullptr ? because(node.rule->origin) : "";
  if (node.not_there > 0) out += (out.empty() ? "" : "; ") + std::string("and ") + std::to_string(node.not_there) + " guarded or hidden names at which nothing is yet";
  return out;
}

Picture picture_of(const Question& question) {
  const policy::Policy& policy = *question.policy;
  policy::MapNode tree = policy::map_of(policy);
  // What a project is about comes first.
  std::stable_partition(tree.below.begin(), tree.below.end(), [&](const policy::MapNode& one) { return policy.home.is_under(one.path) || one.path.is_under(policy.home); });
  return {.name = base::escape(policy.name), .root = question.shown(policy.project), .first = {}, .home = policy.home, .tree = std::move(tree),
          .sections = {tokens(policy), environment(policy), network(policy), channels(policy), written(policy), open(policy)}};
}

std::string as_text(const Picture& picture, const PictureStyle& style) { return Text(picture, style).all(); }

} // namespace psbc::cli
