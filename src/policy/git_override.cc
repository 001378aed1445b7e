// SPDX-License-Identifier: MIT
#include "policy/git_override.h"

#include <algorithm>
#include <optional>

namespace psbc::policy {
namespace {

// Patterns: "section.key", or "section.*.key" for any subsection; `*` as the key is any key.
//
// Harmless is what names no program, no address of a protocol that runs one, and no file that git would write. Sections whose exceptions
// are few are here as a whole, and the exceptions in `replaced`, which is looked at first.
constexpr std::string_view harmless[] = {
    "advice.*", "am.*", "apply.*", "author.*", "blame.*", "branch.*", "branch.*.description", "branch.*.merge", "branch.*.pushremote",
    "branch.*.rebase", "branch.*.remote", "checkout.*", "clean.*", "color.*", "color.*.*", "column.*", "commit.*", "committer.*",
    "core.abbrev", "core.attributesfile", "core.autocrlf", "core.bare", "core.bigfilethreshold", "core.checkstat", "core.commentchar",
    "core.commentstring", "core.commitgraph", "core.compression", "core.eol", "core.excludesfile", "core.filemode", "core.ignorecase",
    "core.logallrefupdates", "core.loosecompression", "core.multipackindex", "core.createobject", "core.deltabasecachelimit", "core.disambiguate", "core.filesreflocktimeout", "core.fsync", "core.fsyncmethod",
    "core.fsyncobjectfiles", "core.longpaths", "core.maxtreedepth", "core.notesref", "core.packedgitlimit", "core.packedgitwindowsize",
    "core.packedrefstimeout", "core.precomposeunicode", "core.preloadindex",
    "core.protecthfs", "core.quotepath", "core.repositoryformatversion", "core.safecrlf", "core.sharedrepository", "core.sparsecheckout",
    "core.sparsecheckoutcone", "core.splitindex", "core.symlinks", "core.trustctime", "core.untrackedcache", "core.warnambiguousrefs",
    "core.whitespace", "core.worktree", "credential.*.usehttppath", "credential.*.username", "credential.usehttppath", "credential.username",
    "diff.*", "diff.*.algorithm", "diff.*.binary", "diff.*.cachetextconv", "diff.*.funcname", "diff.*.wordregex", "diff.*.xfuncname",
    "extensions.*", "feature.*", "fetch.*", "format.*", "fsck.*", "gc.*", "gc.*.*", "gpg.format", "gpg.mintrustlevel", "grep.*",
    "http.lowspeedlimit", "http.lowspeedtime", "http.maxrequests", "http.postbuffer", "http.version", "i18n.*", "include.path",
    "includeif.*.path", "index.*", "init.defaultbranch", "lfs.repositoryformatversion", "log.*", "mailinfo.*", "mailmap.*", "maintenance.*",
    "maintenance.*.*", "merge.*", "merge.*.name", "merge.*.recursive", "notes.*", "notes.*.*", "pack.*", "pretty.*", "pull.*", "push.*", "rebase.*",
    "receive.*", "remote.*", "remote.*.fetch", "remote.*.followremotehead", "remote.*.mirror", "remote.*.partialclonefilter",
    "remote.*.promisor", "remote.*.prune", "remote.*.prunetags", "remote.*.push", "remote.*.pushurl", "remote.*.skipdefaultupdate",
    "remote.*.skipfetchall", "remote.*.tagopt", "remote.*.url", "remotes.*", "repack.*", "rerere.*", "showbranch.*", "splitindex.*", "ssh.variant",
    "stash.*", "status.*", "submodule.*", "submodule.*.active", "submodule.*.branch", "submodule.*.fetchrecursesubmodules",
    "submodule.*.ignore", "submodule.*.url", "tag.*", "trailer.*", "trailer.*.ifexists", "trailer.*.ifmissing", "trailer.*.key", "trailer.*.where", "transfer.*", "uploadpack.*", "url.*.insteadof", "url.*.pushinsteadof",
    "user.*", "versionsort.*", "worktree.*",
};

/// In place of the user's own value, where there is none and an empty one would not do: it would be run as a program,
/// be taken for "no" where that is the weaker answer, or lose what somebody wrote.
struct Replaced {
  std::string_view pattern;
  std::string_view value;
};

constexpr std::string_view editor_here = "EDITOR";

constexpr Replaced replaced[] = {
    {"core.alternaterefscommand", "true"},
    {"core.editor", editor_here},
    {"core.protectntfs", "true"},
    {"core.sshcommand", "ssh"},
    {"diff.*.textconv", "cat"}, // an empty one ends `git diff`
    {"diff.external", ""},
    {"diff.guitool", ""},
    {"diff.tool", ""},
    {"fetch.bundleuri", ""},
    {"filter.*.required", "true"},
    {"gc.repackfilterto", ""}, // a directory to write to
    {"gpg.openpgp.program", "gpg"},
    {"gpg.program", "gpg"},
    {"gpg.ssh.program", "ssh-keygen"},
    {"gpg.x509.program", "gpgsm"},
    {"http.*.sslverify", "true"},
    {"http.sslverify", "true"},
    {"merge.*.driver", "git merge-file %A %O %B"}, // after an empty one our side would count as the merged text
    {"merge.guitool", ""},
    {"merge.tool", ""},
    {"protocol.*.allow", "user"},
    {"protocol.allow", "user"},
    {"protocol.ext.allow", "never"},
    {"sequence.editor", editor_here},
    {"submodule.*.update", "checkout"},
    {"trailer.*.cmd", "true"},
    {"trailer.*.command", "true"},
    {"uploadpack.packobjectshook", ""},
};

// Of these the first value wins (remote.c, connect.c), or each is run (reachable.c): no later one helps.
constexpr std::string_view unanswerable[] = {"core.gitproxy", "gc.recentobjectshook", "remote.*.receivepack", "remote.*.uploadpack"};

struct Parts {
  std::string_view section, subsection, key;
  bool has_subsection = false;
};

Parts parts_of(std::string_view name) {
  const std::size_t first = name.find('.'), last = name.rfind('.');
  if (first == std::string_view::npos) return {.section = name, .subsection = {}, .key = {}};
  const bool has_subsection = last != first; // which may hold dots, and be empty
  return {.section = name.substr(0, first),
          .subsection = has_subsection ? name.substr(first + 1, last - first - 1) : std::string_view(),
          .key = name.substr(last + 1),
          .has_subsection = has_subsection};
}

bool matches(std::string_view name, std::string_view pattern) {
  const Parts is = parts_of(name), wanted = parts_of(pattern);
  return is.section == wanted.section && is.has_subsection == wanted.has_subsection &&
         (!wanted.has_subsection || wanted.subsection == "*" || wanted.subsection == is.subsection) &&
         (wanted.key == "*" || wanted.key == is.key);
}

const Replaced* replacement(std::string_view name) {
  const auto exact = std::find_if(std::begin(replaced), std::end(replaced), [&](const Replaced& row) { return row.pattern == name; });
  if (exact != std::end(replaced)) return exact;
  const auto row = std::find_if(std::begin(replaced), std::end(replaced), [&](const Replaced& each) { return matches(name, each.pattern); });
  return row != std::end(replaced) ? row : nullptr;
}

bool is_harmless(std::string_view name) {
  return replacement(name) == nullptr &&
         std::any_of(std::begin(harmless), std::end(harmless), [&](std::string_view pattern) { return matches(name, pattern); });
}

std::optional<std::string> last_of(const std::vector<GitSetting>& settings, std::string_view key) {
  const auto found = std::find_if(settings.rbegin(), settings.rend(), [&](const GitSetting& each) { return each.key == key; });
  return found != settings.rend() ? std::optional(found->value) : std::nullopt;
}

bool is_helper(std::string_view key) {
  const Parts parts = parts_of(key);
  return parts.section == "credential" && parts.key == "helper";
}

} // namespace

const GitSetting* unanswered(const std::vector<GitSetting>& repository) {
  const auto found = std::find_if(repository.begin(), repository.end(), [](const GitSetting& setting) {
    return std::any_of(std::begin(unanswerable), std::end(unanswerable), [&](std::string_view pattern) { return matches(setting.key, pattern); });
  });
  return found != repository.end() ? &*found : nullptr;
}

std::vector<GitSetting> overriding(const std::vector<GitSetting>& repository, const std::vector<GitSetting>& user,
                                   std::string_view hooks_directory, std::string_view editor) {
  std::vector<GitSetting> out;
  const auto is_there = [&](std::string_view key) {
    return std::any_of(out.begin(), out.end(), [&](const GitSetting& each) { return each.key == key; });
  };
  const auto put = [&](const std::string& key) {
    if (is_there(key)) return;
    if (matches(key, "pager.*")) { // "true" would leave the program of an earlier one in force (pager.c)
      out.push_back({key, ""});
      return;
    }
    const Replaced* const row = replacement(key);
    const std::string_view otherwise = row == nullptr ? "" : row->value == editor_here ? editor : row->value;
    out.push_back({key, last_of(user, key).value_or(std::string(otherwise))});
  };
  out.push_back({"core.hookspath", last_of(user, "core.hookspath").value_or(std::string(hooks_directory))});
  put("core.fsmonitor");
  put("protocol.ext.allow");

  bool has_helper = false;
  for (const GitSetting& setting : repository) {
    if (is_helper(setting.key)) {
      has_helper = true;
      continue;
    }
    if (is_harmless(setting.key)) continue;
    put(setting.key);
    // Without its programs a filter passes everything on: git must stop instead, or what it should keep out gets
    // committed (nbstripout), or pointers stay in place of files (git-lfs).
    const Parts parts = parts_of(setting.key);
    const bool runs = parts.section == "filter" && (parts.key == "clean" || parts.key == "smudge" || parts.key == "process");
    if (runs && !last_of(user, setting.key)) {
      const std::string required = "filter." + std::string(parts.subsection) + ".required";
      std::erase_if(out, [&](const GitSetting& each) { return each.key == required; });
      out.push_back({required, "true"});
    }
  }
  // A list, of which an empty value drops what came before (gitcredentials(7)); then the user's own again, in order.
  if (has_helper) {
    out.push_back({"credential.helper", ""});
    for (const GitSetting& setting : user)
      if (is_helper(setting.key)) out.push_back(setting);
  }
  return out;
}

} // namespace psbc::policy
