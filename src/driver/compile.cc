// SPDX-License-Identifier: MIT
#include "driver/compile.h"

#include <unistd.h>

#include "base/digest.h"
#include "base/landlock.h"
#include "base/text.h"
#include "config/decode.h"
#include "config/load.h"
#include "config/versions.h"
#include "driver/ceiling.h"
#include "driver/templates.h"
#include "emit/enter_plan.h"
#include "emit/firejail.h"
#include "emit/filters.h"
#include "emit/shell.h"
#include "lint/lint.h"
#include "policy/lower.h"
#include "policy/passes/passes.h"

namespace psbc::driver {

using base::AbsPath;
using base::Kind;
using diag::Code;
using diag::Diagnostics;

namespace {

void error(Diagnostics& diagnostics, Code code, std::string message, std::vector<std::string> notes, std::string help) {
  diagnostics.add({.code = code, .message = std::move(message), .notes = std::move(notes), .help = {std::move(help)}});
}

struct Loaded {
  const diag::SourceFile* source = nullptr; // of the project
  config::ProjectConfig project;
  config::UserConfig user;
  trust::Capabilities capabilities;
  config::Ceiling ceiling;                      // of the organisation
  const config::GrantsRow* exception = nullptr; // of it, for these capabilities
};

/// A file that decides about a sandbox must be plain, and nobody else's (CONVENTIONS PSB503).
bool is_plain(base::Fs& fs, const AbsPath& file, Diagnostics& diagnostics) {
  const std::string shown = "`" + base::escape(file.string()) + "`";
  if (fs.kind(file) != Kind::file) {
    error(diagnostics, Code::config_not_plain, shown + " is not a plain file", {"a link or a pipe could change between check and use"},
          "replace it by the file itself");
    return false;
  }
  const auto ownership = fs.ownership(file);
  if (ownership && ownership->uid != geteuid() && ownership->uid != 0) {
    error(diagnostics, Code::config_not_plain, shown + " belongs to another user", {}, "copy it, so that it is yours");
    return false;
  }
  if (ownership && (ownership->mode & 0002) != 0) {
    error(diagnostics, Code::config_not_plain, shown + " can be written by everybody", {}, "chmod o-w " + base::escape(file.string()));
    return false;
  }
  return true;
}

} // namespace

const diag::SourceFile* read_config(base::Fs& fs, const AbsPath& file, Sources& sources, Diagnostics& diagnostics) {
  if (!is_plain(fs, file, diagnostics)) return nullptr;
  auto bytes = fs.read(file, config::max_file_size);
  if (bytes) return &sources.emplace_back(file.string(), std::move(*bytes));
  if (bytes.error().code == EFBIG)
    error(diagnostics, Code::limit_exceeded, "`" + base::escape(file.string()) + "` is longer than 64 KiB", {}, "move data out of it");
  else
    error(diagnostics, Code::config_not_plain, describe(bytes.error()), {}, "make it readable: chmod u+r FILE");
  return nullptr;
}

namespace {

const diag::SourceFile* project_source(const CompileInput& in, Sources& sources, Diagnostics& diagnostics) {
  if (in.approved) return &sources.emplace_back(in.project.config_file.string(), *in.approved);
  return read_config(in.fs, in.project.config_file, sources, diagnostics);
}

std::optional<Loaded> load(const CompileInput& in, Sources& sources, Diagnostics& diagnostics) {
  Loaded loaded{.source = project_source(in, sources, diagnostics), .project = {}, .user = {}, .capabilities = {}, .ceiling = {}};
  if (loaded.source != nullptr)
    if (const auto tree = config::load_project_tree(*loaded.source, diagnostics)) {
      loaded.project = config::decode_project(*tree);
      loaded.capabilities = trust::capabilities({.file = *tree, .places = in.places, .root = in.project.root, .fs = in.fs});
    }
  auto user = load_user_config(in.fs, in.places, sources, diagnostics);
  auto ceiling = load_ceiling(in.fs, sources, diagnostics);
  if (!user || !ceiling || diagnostics.has_errors()) return std::nullopt;
  loaded.user = std::move(*user);
  loaded.ceiling = std::move(*ceiling);
  loaded.exception = exception_for(loaded.ceiling, loaded.capabilities, in.places);
  return loaded;
}

std::optional<policy::Policy> lower(const CompileInput& in, const Loaded& loaded, Diagnostics& diagnostics) {
  auto policy = policy::lower({.project = loaded.project, .user = loaded.user, .places = in.places, .root = in.project.root,
                               .config_file = in.project.config_file, .self = in.self, .fs = in.fs, .env = in.env, .ceiling = &loaded.ceiling, .is_excepted = loaded.exception != nullptr},
                              diagnostics);
  if (!policy) return std::nullopt;
  lint::text_findings(*loaded.source, in.project.config_file, in.places, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  std::string broken;
  auto done = policy::run_passes(std::move(*policy), broken);
  if (!done)
    error(diagnostics, Code::broken_law, "psbc would build a sandbox that breaks its own rules: " + base::escape(broken), {},
          "this is a defect of psbc: please report it together with your .python-sandbox.toml");
  return done;
}

/// Not a matter of what is asked for: the machine has another one, or its company another wish.
void require_firejail(const config::Ceiling& ceiling, const FirejailUsed& firejail, Diagnostics& diagnostics) {
  const auto rules = ceiling.firejail ? config::parse_version_rules(ceiling.firejail->value) : std::nullopt;
  if (!rules || config::holds(*rules, {firejail.version.major, firejail.version.minor, firejail.version.patch, firejail.version.fix})) return;
  diagnostics.add({.code = Code::firejail_cannot,
                   .message = "firejail " + to_string(firejail.version) + " is none of those that your organisation's policy allows",
                   .labels = {{.span = ceiling.firejail->span, .text = "these are allowed"}},
                   .help = {"install one of them"}});
}

/// What /etc/hosts must hold inside, where this firejail would change it. firejail refuses one that is a link.
std::optional<std::string> hosts_inside(base::Fs& fs, emit::FirejailVersion version) {
  constexpr std::size_t limit = 8U << 20U; // bytes; lists against advertisements have some 100,000 lines
  const AbsPath path = AbsPath::literal("/etc/hosts");
  if (!emit::loses_localhost(version) || fs.kind(path) != Kind::file) return std::nullopt;
  const auto text = fs.read(path, limit);
  return text ? std::optional(emit::hosts_copy(*text)) : std::nullopt;
}

/// What the kernel must be able to do: an error, because a sandbox that only looks closed is worse than none.
void report_kernel(const policy::Network& network, Diagnostics& diagnostics) {
  const int landlock = base::landlock_version(); // a constant of the build (driver/build.cc)
  if (network.access != config::NetworkAccess::ports || landlock >= base::landlock_with_ports) return;
  diagnostics.add({.code = Code::kernel_cannot,
                   .message = "this kernel cannot limit the network to ports",
                   .labels = {{.span = network.origin.span, .text = "asked for here"}},
                   .notes = {"Linux can since 6.7, by version 4 of Landlock; this kernel has " +
                             (landlock == 0 ? std::string("no Landlock, or was started without it") : "version " + std::to_string(landlock))},
                   .help = {"write `access = \"none\"`, which every kernel can, or `\"full\"`"}});
}

emit::JoinFlaw join_flaw(base::Fs& fs, const FirejailUsed& firejail) {
  if (!emit::may_have_join_flaw(firejail.version)) return emit::JoinFlaw::absent; // need not be read
  const auto digest = fs.program_digest(firejail.path);
  return emit::join_flaw(firejail.version, digest ? *digest : "");
}

} // namespace

std::optional<FirejailUsed> firejail_here(base::Fs& fs, Diagnostics& diagnostics) {
  const auto path = find_firejail(fs);
  if (!path) {
    error(diagnostics, Code::firejail_unusable, "firejail is not installed", {"looked in /usr/bin, /usr/local/bin and /run/wrappers/bin"},
          "sudo apt install firejail");
    return std::nullopt;
  }
  // Before it is run, if only for its version.
  const auto ownership = fs.ownership(*path);
  if (const auto wrong = ownership ? emit::why_untrustworthy(*ownership) : std::nullopt) {
    error(diagnostics, Code::firejail_unusable, "`" + path->string() + "` cannot be used: " + *wrong, {}, "reinstall firejail from your distribution");
    return std::nullopt;
  }
  const auto output = fs.version_output(*path);
  const auto version = output ? emit::parse_firejail_version(*output) : std::nullopt;
  if (version) return FirejailUsed{.path = *path, .version = *version};
  error(diagnostics, Code::firejail_unusable, "`" + path->string() + "` does not say its version",
        {output ? "it printed: " + base::escape(output->substr(0, 80)) : describe(output.error())}, "try: firejail --version");
  return std::nullopt;
}

void report_firejail(base::Fs& fs, const FirejailUsed& firejail, Diagnostics& diagnostics) {
  emit::report_support(firejail.version, join_flaw(fs, firejail), diagnostics);
}

std::string serialise(const FirejailUsed& used) { return used.path.string() + "\n" + to_string(used.version) + "\n"; }

std::optional<FirejailUsed> parse_firejail_used(std::string_view bytes) {
  const auto lines = base::split(bytes, '\n');
  if (lines.size() != 3) return std::nullopt;
  const auto path = AbsPath::parse(lines[0]);
  const auto version = emit::parse_firejail_version("firejail version " + std::string(lines[1]));
  if (!path || !version) return std::nullopt;
  return FirejailUsed{.path = *path, .version = *version};
}

std::optional<config::UserConfig> load_user_config(base::Fs& fs, const policy::Places& places, Sources& sources,
                                                   Diagnostics& diagnostics) {
  config::UserConfig user;
  const auto real = resolve(fs, places.user_config()); // people link their dotfiles; the target must be plain
  if (real && real->kind != Kind::absent)
    if (const auto* source = read_config(fs, real->path, sources, diagnostics))
      if (auto config = config::load_user(*source, diagnostics)) user = std::move(*config);
  if (diagnostics.has_errors()) return std::nullopt;
  return user;
}

const config::GrantsRow* exception_for(const config::Ceiling& ceiling, const trust::Capabilities& capabilities, const policy::Places& places) {
  return row_of(ceiling, trust::digest(capabilities, places.home), &config::GrantsRow::exceed);
}

std::optional<Asked> asked(const CompileInput& in, Sources& sources, Diagnostics& diagnostics) {
  const auto* source = project_source(in, sources, diagnostics);
  const auto tree = source != nullptr ? config::load_project_tree(*source, diagnostics) : std::nullopt;
  if (!tree || diagnostics.has_errors()) return std::nullopt;
  return Asked{.capabilities = trust::capabilities({.file = *tree, .places = in.places, .root = in.project.root, .fs = in.fs}), .config = source->text()};
}

std::optional<policy::Policy> compile_policy(const CompileInput& in, Sources& sources, Diagnostics& diagnostics) {
  const auto loaded = load(in, sources, diagnostics);
  return loaded ? lower(in, *loaded, diagnostics) : std::nullopt;
}

std::optional<Compiled> compile(const CompileInput& in, Sources& sources, Diagnostics& diagnostics) {
  // Files -> values with places. Beyond this point nothing is unknown, mistyped or invisible.
  const auto loaded = load(in, sources, diagnostics);
  if (!loaded) return std::nullopt;
  // Values -> policy. Beyond this point every path is canonical and every rule says who asked for it.
  auto policy = lower(in, *loaded, diagnostics);
  if (!policy) return std::nullopt;

  const auto templates = load_templates(in.fs, loaded->user, in.templates, in.places, sources, diagnostics);
  const auto firejail = firejail_here(in.fs, diagnostics);
  if (!templates || !firejail) return std::nullopt;
  report_kernel(policy->network, diagnostics);
  report_firejail(in.fs, *firejail, diagnostics);
  require_firejail(loaded->ceiling, *firejail, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;

  // Policy -> bytes.
  const auto matches = [&](const std::string& glob) { return emit::count_matches(in.fs, glob); };
  const auto hosts = hosts_inside(in.fs, firejail->version);
  const auto profile = [&](emit::Variant variant) {
    return emit::emit_firejail({.policy = *policy, .version = firejail->version, .variant = variant, .templates = *templates, .matches = matches,
                                .hosts = hosts ? std::optional(policy->session / hosts_file) : std::nullopt},
                               diagnostics);
  };
  const auto entering = profile(emit::Variant::enter);
  const auto standing = profile(emit::Variant::standalone);
  std::vector<trace::Output> shells;
  for (const policy::Shell& shell : policy::shell_table()) {
    const auto text = emit::emit_shell(shell, *policy, *templates, diagnostics);
    if (!text) return std::nullopt;
    shells.push_back({.name = shell.artefact, .bytes = *text});
    for (policy::HomeFile& file : policy->home_files)
      if (file.path == shell.part) file.content = *text;
  }
  const std::string filter(emit::filter_for(policy->network.access));
  if (diagnostics.has_errors() || !entering || !standing) return std::nullopt;

  Compiled compiled{.source = loaded->source, .policy = std::move(*policy), .outputs = {}, .excepted_until = {}};
  if (loaded->exception != nullptr) compiled.excepted_until = loaded->exception->until.value;
  const auto output = [&](const char* name, std::string bytes) { compiled.outputs.push_back({.name = name, .bytes = std::move(bytes)}); };
  output(enter_profile, *entering);
  output(standalone_profile, *standing);
  for (trace::Output& shell : shells) compiled.outputs.push_back(std::move(shell));
  std::string plan = emit::serialise(emit::make_enter_plan(compiled.policy));
  // Not of the profile, whose comments change with a line number of the file.
  output(build_file, base::digest(plan + filter).substr(0, 16) + "\n");
  output(plan_file, std::move(plan));
  output(filter_file, filter);
  output(session_file, emit::serialise(emit::make_inside_session(compiled.policy)));
  if (hosts) output(hosts_file, *hosts);
  output(capabilities_file, trust::serialise(loaded->capabilities));
  output(firejail_file, serialise(*firejail));
  return compiled;
}

} // namespace psbc::driver
