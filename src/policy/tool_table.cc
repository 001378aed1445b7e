// SPDX-License-Identifier: MIT
// Facts: CATALOGUE.md 4 of the design notes; `exec` needs are met because the root's mount has it.
#include "policy/tool_table.h"

namespace psbc::policy {
namespace {

constexpr Tool tools[] = {
    {.id = "python", .always = true, .files = {}, .pyproject_table = nullptr, .exposes = {},
     .sets = {{{"PYTHONUSERBASE", "@{root}/userbase"},  // ~/.local/lib runs on the host: never from here
               {"PYTHON_HISTORY", "@{state}/python_history"}, // Python >= 3.13
               {"MPLCONFIGDIR", "@{cache}/matplotlib"}}}},
    {.id = "pip", .always = true, .files = {}, .pyproject_table = nullptr, .exposes = {},
     .sets = {{{"PIP_CACHE_DIR", "@{cache}/pip"}}}},
    {.id = "huggingface", .always = true, .files = {}, .pyproject_table = nullptr, .exposes = {},
     .sets = {{{"HF_HOME", "@{cache}/huggingface"}}}}, // set by python-sandbox as well
    {.id = "uv", .always = false, .files = {"uv.lock", "uv.toml"}, .pyproject_table = "tool.uv",
     .exposes = {".local/bin/uv", ".local/bin/uvx", ".cargo/bin/uv", ".cargo/bin/uvx", ".local/share/uv/python"},
     .sets = {{{"UV_CACHE_DIR", "@{cache}/uv"},
               {"UV_TOOL_DIR", "@{root}/tools"},
               {"UV_TOOL_BIN_DIR", "@{root}/bin"},
               {"UV_PROJECT_ENVIRONMENT", "@{environment}"}}}},
    {.id = "poetry", .always = false, .files = {"poetry.lock", "poetry.toml"}, .pyproject_table = "tool.poetry",
     .exposes = {".local/bin/poetry", ".local/share/pypoetry/venv", ".local/share/pipx/venvs/poetry"},
     .sets = {{{"POETRY_CACHE_DIR", "@{cache}/pypoetry"},
               {"POETRY_CONFIG_DIR", "@{state}/pypoetry"}, // it writes config.toml at a mere `config --list`
               {"POETRY_DATA_DIR", "@{root}/pypoetry"},
               {"POETRY_VIRTUALENVS_PATH", "@{root}/envs"},
               {"POETRY_KEYRING_ENABLED", "false"}}}}, // no bus inside: it would wait and fail
};

} // namespace

std::span<const Tool> tool_table() { return tools; }

} // namespace psbc::policy
