// SPDX-License-Identifier: MIT
// Sources of the rows: the layout of the extensions ms-python.python (python_files since 2023.22, pythonFiles before) and
// ms-python.debugpy (bundled/libs) as the marketplaces deliver them, in the directories of VS Code, VSCodium, Cursor and
// Windsurf and of their servers for remote work; PyCharm's plugins/python-ce/helpers and plugins/python/helpers (pydev,
// pycharm/_jb_*_runner.py, packaging_tool.py) in the layouts of Toolbox 2, Toolbox 1 and a tarball. What lies in /usr
// and /snap is visible anyway.
//
// docs/editors.md is these tables. Nothing else of an editor is visible: not its other extensions, not its settings, no
// socket of it.
#include <array>
#include <string_view>

#include "base/fixed_text.h"
#include "base/text.h"
#include "policy/installation_tree.h"
#include "policy/lowering.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;
using config::Editor;

namespace {

struct EditorPlace {
  Editor editor;
  base::FixedText<40> base;    // relative to HOME, or absolute
  base::FixedText<48> pattern; // below it, as for base::Fs::glob; VS Code's are below
};

/// Variables by which an editor tells its helpers what to do.
struct EditorVariable {
  base::FixedText<32> name;
  base::FixedText<96> why; // for people: docs/editors.md
};

constexpr std::size_t most_matches = 64; // old versions of extensions are left lying about

constexpr auto places = std::to_array<EditorPlace>({
    {Editor::pycharm, {""}, {"pycharm-*/plugins/python*/helpers*"}},
    {Editor::pycharm, {".local/share/JetBrains"}, {"*/python*/helpers*"}},
    {Editor::pycharm, {".local/share/JetBrains/Toolbox/apps"}, {"*/ch-*/*/plugins/python*/helpers*"}},
    {Editor::pycharm, {".local/share/JetBrains/Toolbox/apps"}, {"*/plugins/python*/helpers*"}},
    {Editor::pycharm, {"/opt"}, {"pycharm*/plugins/python*/helpers*"}},
    {Editor::vscode, {".cursor-server/extensions"}, {}},
    {Editor::vscode, {".cursor/extensions"}, {}},
    {Editor::vscode, {".vscode-insiders/extensions"}, {}},
    {Editor::vscode, {".vscode-oss/extensions"}, {}},
    {Editor::vscode, {".vscode-server-insiders/extensions"}, {}},
    {Editor::vscode, {".vscode-server/extensions"}, {}},
    {Editor::vscode, {".vscode/extensions"}, {}},
    {Editor::vscode, {".vscodium-server/extensions"}, {}},
    {Editor::vscode, {".windsurf-server/extensions"}, {}},
    {Editor::vscode, {".windsurf/extensions"}, {}},
});
// Of VS Code and its relatives, the same everywhere.
constexpr std::string_view vscode_patterns[] = {
    "ms-python.debugpy-*/bundled", "ms-python.python-*/python_files", "ms-python.python-*/pythonFiles"};

constexpr auto variables = std::to_array<EditorVariable>({
    {{"PYCHARM_HOSTED"}, {"PyCharm's runners print for its console"}},
    {{"PYDEVD_LOAD_VALUES_ASYNC"}, {"how PyCharm's debugger shows variables"}},
    {{"PYDEVD_USE_CYTHON"}, {"whether the debugger uses its compiled part"}},
    {{"PYTHONIOENCODING"}, {"in which encoding the editor reads what is printed"}},
    {{"PYTHONPATH"}, {"where the editor's plugins for pytest are"}},
    {{"PYTHONUNBUFFERED"}, {"lines appear when they are printed"}},
    {{"PYTHONUTF8"}, {"in which encoding the editor reads what is printed"}},
    {{"RUN_TEST_IDS_PIPE"}, {"VS Code's file with the tests to run; a copy of it"}},
    {{"TEST_RUN_PIPE"}, {"VS Code's pipe for results; one of psbc's own, which a process outside copies from"}},
});

std::string_view name_of(Editor editor) { return editor == Editor::vscode ? "vscode" : "pycharm"; }

void expose_helpers(Lowering& lowering, const config::Spanned<Editor>& editor, const AbsPath& base,
                    std::string_view pattern) {
  const auto found = lowering.in.fs.glob(base, std::string(pattern), most_matches);
  if (!found)
    return lowering.report(diag::Code::limit_exceeded, diag::Severity::warning, editor.span,
                           "what `" + std::string(name_of(editor.value)) + "` keeps in " +
                               lowering.shown(base) + " stays outside",
                           "", {describe(found.error())}, {"remove old versions of its extensions"});
  const Origin origin = origin_of(editor.span, Origin::Source::user, "editors", lowering.in.places.home);
  for (const std::string& relative : *found) {
    const auto path = base.join(relative);
    const auto resolved = path ? visible(lowering, *path) : std::nullopt;
    if (!resolved || resolved->kind != Kind::directory || lowering.refuse_planted(*resolved, editor.span))
      continue;
    lowering.add(Access::read_only, resolved->path, origin);
    lowering.add_aliases(*resolved, origin);
    lowering.exposed.push_back(
        {.path = resolved->path, .access = Access::read_only, .span = editor.span, .is_code = true});
  }
}

} // namespace

void lower_editors(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  for (const config::Spanned<Editor>& editor : in.user.editors) {
    for (const EditorPlace& place : places) {
      if (place.editor != editor.value) continue;
      const AbsPath base = place_of(lowering, std::string_view(place.base));
      if (in.fs.kind(base) == Kind::absent) continue;
      if (editor.value == Editor::vscode)
        for (const std::string_view pattern : vscode_patterns)
          expose_helpers(lowering, editor, base, pattern);
      else
        expose_helpers(lowering, editor, base, std::string_view(place.pattern));
    }
    if (in.project.network.access.value != config::NetworkAccess::full)
      lowering.out.remarks.push_back(
          "the debugger of " + std::string(name_of(editor.value)) +
          " cannot connect: it listens at 127.0.0.1, and [network] access is \"" +
          (in.project.network.access.value == config::NetworkAccess::none ? "none" : "ports") + "\"");
  }
  if (!in.user.editors.empty())
    for (const EditorVariable& variable : variables)
      lowering.out.pass.emplace_back(std::string_view(variable.name));
}

} // namespace psbc::policy
