// SPDX-License-Identifier: MIT
// Facts: CATALOGUE.md 4 of the design notes, measured again by tests/integration/tools_test.py where Debian
// has the tool. Needs of exec are met because the root's mount has it. Sorted by id.
#include "policy/tool_table.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace psbc::policy {
namespace {

constexpr Sign always{.kind = Sign::Kind::always};
consteval Sign file(const char* path) { return {.kind = Sign::Kind::file, .path = path}; }
consteval Sign contains(const char* path, const char* text) { return {.kind = Sign::Kind::contains, .path = path, .text = text}; }
consteval Sign table(const char* name) { return {.kind = Sign::Kind::table, .path = "pyproject.toml", .text = name}; }
consteval Sign home(const char* path) { return {.kind = Sign::Kind::home, .path = path}; }

consteval ToolPlace tree(const char* path, unsigned levels = 0) { return {.kind = ToolPlace::Kind::installation, .path = path, .levels = levels}; }
consteval ToolPlace plugins(const char* path, unsigned levels) { return {.kind = ToolPlace::Kind::plugins, .path = path, .levels = levels}; }
consteval ToolPlace bases(const char* path) { return {.kind = ToolPlace::Kind::environments, .path = path}; }
consteval ToolPlace settings(const char* path) { return {.kind = ToolPlace::Kind::settings, .path = path}; }

constexpr Tool tools[] = {
    {.id = "asdf", .keeps = "interpreters come from the host, read-only",
     .signs = {{file(".tool-versions")}}, .programs = {},
     .places = {{tree(".asdf/bin"), tree(".asdf/installs", 2), tree(".asdf/lib"), tree(".asdf/libexec"), plugins(".asdf/plugins", 1),
                 tree(".asdf/shims")}},
     .sets = {}},
    {.id = "black", .keeps = "its cache",
     .signs = {{table("tool.black")}}, .programs = {{"black"}}, .places = {{settings(".config/black")}}, .sets = {}},
    {.id = "cargo", .keeps = "registry and crates, apart from yours; toolchains come from the host, read-only",
     .signs = {{file("Cargo.toml"), table("tool.maturin"), table("tool.setuptools-rust")}}, .programs = {},
     .places = {{tree(".cargo/bin"), tree(".rustup/toolchains", 1), settings(".rustup/settings.toml")}},
     .sets = {{{"CARGO_HOME", "@{root}/cargo"}, {"RUSTUP_HOME", "@{home}/.rustup"}}}},
    {.id = "ccache", .keeps = "its cache, apart from the host's: object code that is written inside is linked inside only",
     .signs = {{always}}, .programs = {}, .places = {}, .sets = {}},
    {.id = "conda", .keeps = "packages and environments, linked on one mount; the base comes from the host, read-only, other environments do not",
     .signs = {{file("environment.yml"), file("environment.yaml"), file("conda-lock.yml"), table("tool.conda-lock")}},
     .programs = {{"micromamba", "mamba"}},
     .places = {{bases("miniconda3"), bases("miniforge3"), bases("mambaforge"), bases("anaconda3"), bases("/opt/conda"),
                 bases("/opt/miniconda3"), bases("/opt/miniforge3")}},
     .sets = {{{"CONDA_ENVS_PATH", "@{root}/envs"},
               {"CONDA_PKGS_DIRS", "@{cache}/conda"},
               {"CONDA_REGISTER_ENVS", "false"}, // it would write ~/.conda/environments.txt
               {"MAMBA_ROOT_PREFIX", "@{root}/mamba"}}}},
    {.id = "cuda", .keeps = "compiled kernels; `LD_LIBRARY_PATH`, `CUDA_HOME` and `CUDA_VISIBLE_DEVICES` cross",
     .signs = {{always}}, .programs = {}, .places = {{tree("/opt/cuda"), tree("/opt/rocm")}},
     .sets = {{{"CUDA_CACHE_PATH", "@{cache}/nv"}, {"CUPY_CACHE_DIR", "@{cache}/cupy"}}}},
    {.id = "cython", .keeps = "modules that were compiled at import",
     .signs = {{always}}, .programs = {}, .places = {}, .sets = {{{"CYTHON_CACHE_DIR", "@{cache}/cython"}}}},
    {.id = "dvc", .keeps = "its site cache; data stays in the project's `.dvc/cache`",
     .signs = {{file(".dvc/config"), file("dvc.yaml")}}, .programs = {{"dvc"}}, .places = {},
     .sets = {{{"DVC_GLOBAL_CONFIG_DIR", "@{state}/dvc"}, {"DVC_SITE_CACHE_DIR", "@{cache}/dvc"}, {"DVC_NO_ANALYTICS", "1"}}}},
    {.id = "git-lfs", .keeps = "objects in the project's `.git/lfs`; its hooks are those that the host installed",
     .signs = {{contains(".gitattributes", "filter=lfs")}}, .programs = {{"git-lfs"}}, .places = {},
     // The filter of ~/.gitconfig runs a command, so it does not cross; these three are known ones.
     .sets = {{{"GIT_CONFIG_COUNT", "2"},
               {"GIT_CONFIG_KEY_0", "filter.lfs.process"}, {"GIT_CONFIG_VALUE_0", "git-lfs filter-process"},
               {"GIT_CONFIG_KEY_1", "filter.lfs.required"}, {"GIT_CONFIG_VALUE_1", "true"}}}},
    {.id = "hatch", .keeps = "environments and interpreters",
     .signs = {{file("hatch.toml"), table("tool.hatch.envs")}}, .programs = {{"hatch"}}, .places = {},
     .sets = {{{"HATCH_DATA_DIR", "@{root}/hatch"}, {"HATCH_CONFIG", "@{state}/hatch/config.toml"}}}}, // written at the first start
    {.id = "huggingface", .keeps = "models, data sets and the code of models, apart from the host's; a token only as a variable",
     .signs = {{always}}, .programs = {}, .places = {},
     .sets = {{{"HF_HOME", "@{cache}/huggingface"}}}}, // set by python-sandbox as well
    {.id = "ipython", .keeps = "history and profile",
     .signs = {{always}}, .programs = {}, .places = {}, .sets = {{{"IPYTHONDIR", "@{state}/ipython"}}}},
    {.id = "jupyter", .keeps = "settings, kernels and extensions; sockets and keys of kernels are gone with the session",
     .signs = {{always}}, .programs = {}, .places = {},
     .sets = {{{"JUPYTER_CONFIG_DIR", "@{state}/jupyter"},
               {"JUPYTER_DATA_DIR", "@{root}/jupyter"},
               {"JUPYTER_PATH", "@{home}/.local/share/jupyter"}, // the host's kernels, for a project that reads them
               {"JUPYTER_RUNTIME_DIR", "/tmp/jupyter"}, // keys of live kernels, and pids that mean nothing later
               {"JUPYTER_PREFER_ENV_PATH", "1"}}}},
    {.id = "keras", .keeps = "weights and data sets",
     .signs = {{always}}, .programs = {}, .places = {}, .sets = {{{"KERAS_HOME", "@{cache}/keras"}, {"TFDS_DATA_DIR", "@{cache}/tfds"}}}},
    {.id = "keyring", .keeps = "nothing: there is no bus to the host's keyring",
     .signs = {{always}}, .programs = {}, .places = {},
     // Otherwise pip, twine and poetry wait for a bus that is not there, or fall back to a file in the clear.
     .sets = {{{"PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring"}}}},
    // Its cache is in XDG_CACHE_HOME; MPLCONFIGDIR would hide a matplotlibrc of the host's that a project reads.
    {.id = "matplotlib", .keeps = "its font cache",
     .signs = {{always}}, .programs = {}, .places = {}, .sets = {}},
    {.id = "mise", .keeps = "its cache; interpreters come from the host, read-only",
     .signs = {{file("mise.toml"), file(".mise.toml"), file(".tool-versions")}}, .programs = {{"mise"}},
     .places = {{tree(".local/share/mise/installs", 2), tree(".local/share/mise/shims")}},
     .sets = {{{"MISE_TRUSTED_CONFIG_PATHS", "@{project}"}}}},
    {.id = "mypy", .keeps = "its cache in the project",
     .signs = {{file("mypy.ini"), file(".mypy.ini"), table("tool.mypy")}}, .programs = {{"mypy"}},
     .places = {{settings(".config/mypy/config"), settings(".mypy.ini")}}, .sets = {}},
    {.id = "neovim", .keeps = "shada, undo and swap files (from 0.8 on); settings and plugins come from the host, read-only",
     .signs = {{home(".config/nvim")}}, .programs = {{"nvim"}},
     .places = {{settings(".config/nvim"), plugins(".local/share/nvim/site", 4), plugins(".local/share/nvim/lazy", 1),
                 plugins(".local/share/nvim/mason", 2)}},
     .sets = {}},
    {.id = "nltk", .keeps = "corpora, also of scikit-learn",
     .signs = {{always}}, .programs = {}, .places = {}, .sets = {{{"NLTK_DATA", "@{cache}/nltk"}, {"SCIKIT_LEARN_DATA", "@{cache}/scikit-learn"}}}},
    {.id = "node", .keeps = "npm's cache; node comes from the host, read-only",
     .signs = {{file("package.json")}}, .programs = {},
     .places = {{tree(".nvm/versions/node", 1), tree(".volta/bin"), tree(".volta/tools/image", 2)}}, .sets = {{{"npm_config_cache", "@{cache}/npm"}}}},
    {.id = "nox", .keeps = "environments in the project's `.nox`",
     .signs = {{file("noxfile.py")}}, .programs = {{"nox"}}, .places = {}, .sets = {}},
    {.id = "pdm", .keeps = "cache, settings and log",
     .signs = {{file("pdm.lock"), file("pdm.toml"), file(".pdm.toml"), file(".pdm-python"), table("tool.pdm")}}, .programs = {{"pdm"}},
     .places = {{tree(".local/share/pdm/python", 1)}},
     .sets = {{{"PDM_CONFIG_FILE", "@{state}/pdm/config.toml"}, {"PDM_LOG_DIR", "@{state}/pdm/log"},
               {"PDM_CHECK_UPDATE", "0"}}}},
    {.id = "pip", .keeps = "its cache",
     .signs = {{always}}, .programs = {}, .places = {}, .sets = {{{"PIP_CACHE_DIR", "@{cache}/pip"}}}},
    {.id = "pipenv", .keeps = "cache and environments",
     .signs = {{file("Pipfile"), file("Pipfile.lock")}}, .programs = {{"pipenv"}}, .places = {}, .sets = {{{"WORKON_HOME", "@{root}/envs"}}}},
    {.id = "pipx", .keeps = "applications; they are in PATH at the next entry",
     .signs = {{always}}, .programs = {}, .places = {},
     .sets = {{{"PIPX_HOME", "@{root}/pipx"}, {"PIPX_BIN_DIR", "@{root}/bin"}, {"PIPX_MAN_DIR", "@{root}/man"}}}},
    {.id = "pixi", .keeps = "packages and global tools; environments in the project's `.pixi`, to which packages are copied",
     .signs = {{file("pixi.toml"), file("pixi.lock"), table("tool.pixi")}}, .programs = {{"pixi"}},
     .places = {{tree(".pixi/bin"), tree(".pixi/envs", 1)}}, .sets = {{{"PIXI_HOME", "@{root}/pixi"}}}},
    {.id = "poetry", .keeps = "cache, settings and environments",
     .signs = {{file("poetry.lock"), file("poetry.toml"), table("tool.poetry")}}, .programs = {{"poetry"}},
     .places = {{tree(".local/share/pypoetry/venv")}},
     .sets = {{{"POETRY_CACHE_DIR", "@{cache}/pypoetry"},
               {"POETRY_CONFIG_DIR", "@{state}/pypoetry"}, // it writes config.toml at a mere `config --list`
               {"POETRY_DATA_DIR", "@{root}/pypoetry"},
               {"POETRY_VIRTUALENVS_PATH", "@{root}/envs"},
               {"POETRY_KEYRING_ENABLED", "false"}}}}, // no bus inside: it would wait and fail
    {.id = "pre-commit", .keeps = "environments of hooks; `pre-commit install` is for the host, because `.git/hooks` is read-only inside",
     .signs = {{file(".pre-commit-config.yaml"), file("prek.toml")}}, .programs = {{"pre-commit", "prek"}}, .places = {}, .sets = {}},
    {.id = "pyenv", .keeps = "nothing: versions and shims come from the host, read-only",
     .signs = {{file(".python-version")}}, .programs = {},
     .places = {{tree(".pyenv/bin"), tree(".pyenv/libexec"), plugins(".pyenv/plugins", 1), tree(".pyenv/shims"), settings(".pyenv/version")}},
     .sets = {{{"PYENV_ROOT", "@{home}/.pyenv"}}}},
    {.id = "pylint", .keeps = "its cache",
     .signs = {{file("pylintrc"), file(".pylintrc"), table("tool.pylint")}}, .programs = {{"pylint"}}, .places = {{settings(".pylintrc")}}, .sets = {}},
    {.id = "pytest", .keeps = "its cache in the project",
     .signs = {{file("pytest.ini"), file("conftest.py"), table("tool.pytest")}}, .programs = {{"pytest"}}, .places = {}, .sets = {}},
    {.id = "python", .keeps = "history, and what `pip install --user` installs",
     .signs = {{always}}, .programs = {}, .places = {},
     .sets = {{{"PYTHONUSERBASE", "@{root}/userbase"},  // ~/.local/lib runs on the host: never from here
               {"PYTHON_HISTORY", "@{state}/python_history"}}}}, // Python >= 3.13
    {.id = "ruff", .keeps = "its cache in the project",
     .signs = {{file("ruff.toml"), file(".ruff.toml"), table("tool.ruff")}}, .programs = {{"ruff"}}, .places = {{settings(".config/ruff/ruff.toml")}},
     .sets = {}},
    {.id = "tmux", .keeps = "nothing; settings and plugins come from the host, read-only",
     .signs = {{home(".tmux.conf"), home(".config/tmux")}}, .programs = {},
     .places = {{settings(".tmux.conf"), settings(".config/tmux/tmux.conf"), plugins(".tmux/plugins", 1), plugins(".config/tmux/plugins", 1)}}, .sets = {}},
    {.id = "torch", .keeps = "hub models, extensions and compiled kernels, with exec",
     .signs = {{always}}, .programs = {}, .places = {},
     .sets = {{{"TORCHINDUCTOR_CACHE_DIR", "@{cache}/inductor"}, // /tmp otherwise
               {"TORCH_EXTENSIONS_DIR", "@{cache}/torch_extensions"},
               {"TRITON_CACHE_DIR", "@{cache}/triton"}}}},
    {.id = "tox", .keeps = "environments in the project's `.tox`",
     .signs = {{file("tox.ini"), file("tox.toml"), table("tool.tox")}}, .programs = {{"tox"}}, .places = {}, .sets = {}},
    {.id = "uv", .keeps = "cache, environment and tools, linked on one mount; interpreters come from the host, read-only",
     .signs = {{file("uv.lock"), file("uv.toml"), table("tool.uv")}}, .programs = {{"uv", "uvx"}},
     .places = {{tree(".local/share/uv/python", 1)}},
     .sets = {{{"UV_CACHE_DIR", "@{cache}/uv"},
               {"UV_TOOL_DIR", "@{root}/tools"},
               {"UV_TOOL_BIN_DIR", "@{root}/bin"},
               {"UV_PROJECT_ENVIRONMENT", "@{environment}"}}}},
    {.id = "vim", .keeps = "nothing: `.viminfo` is lost; settings and plugins come from the host, read-only",
     .signs = {{home(".vimrc"), home(".vim")}}, .programs = {},
     // Not all of ~/.vim: undo, swap and backup files are copies of whatever was edited.
     .places = {{settings(".vimrc"), settings(".vim/vimrc"), settings(".vim/after"), settings(".vim/autoload"), plugins(".vim/bundle", 1),
                 settings(".vim/colors"), settings(".vim/ftplugin"), plugins(".vim/pack", 3), plugins(".vim/plugged", 1), settings(".vim/plugin")}},
     .sets = {}},
    {.id = "virtualenv", .keeps = "wheels that new environments are made of",
     .signs = {{always}}, .programs = {}, .places = {}, .sets = {{{"VIRTUALENV_OVERRIDE_APP_DATA", "@{cache}/virtualenv"}}}},
    {.id = "wandb", .keeps = "its settings and staged artifacts; runs stay in the project's `wandb`",
     .signs = {{always}}, .programs = {}, .places = {}, .sets = {{{"WANDB_CONFIG_DIR", "@{state}/wandb"}, {"WANDB_DATA_DIR", "@{root}/wandb"}}}},
    {.id = "xdg", .keeps = "all caches and state below `XDG_CACHE_HOME` and `XDG_STATE_HOME`",
     .signs = {{always}}, .programs = {}, .places = {}, .sets = {{{"XDG_CACHE_HOME", "@{cache}"}, {"XDG_STATE_HOME", "@{state}"}}}},
};

static_assert(std::is_sorted(std::begin(tools), std::end(tools),
                             [](const Tool& a, const Tool& b) { return std::string_view(a.id) < std::string_view(b.id); }));

} // namespace

std::span<const Tool> tool_table() { return tools; }

} // namespace psbc::policy
