// SPDX-License-Identifier: MIT
#include "driver/propose_gpu.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace psbc::driver {
namespace {

constexpr const char* files[] = {"Pipfile", "environment.yml", "environment.yaml", "pixi.toml", "pyproject.toml", "requirements-dev.txt",
                                 "requirements-gpu.txt", "requirements.in", "requirements.txt", "setup.cfg"};
// Packages that compute on a graphics card, as their names begin.
constexpr std::string_view packages[] = {"bitsandbytes", "cupy", "deepspeed", "flash-attn", "flash_attn", "jax", "lightning", "nvidia-", "onnxruntime-gpu",
                                         "pytorch", "tensorflow", "torch", "transformers", "triton", "vllm"};

constexpr bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'; }

/// The first word of the text that begins as one of them.
std::string named_in(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '#') at = std::min(text.find('\n', at), text.size()); // a comment
    std::size_t end = at;
    while (end < text.size() && is_name(text[end])) ++end;
    const std::string_view word = text.substr(at, end - at);
    for (const std::string_view package : packages)
      if (word.starts_with(package)) return std::string(word);
    at = end + 1;
  }
  return {};
}

} // namespace

std::optional<std::string> why_gpu(base::Fs& fs, const base::AbsPath& root) {
  constexpr std::size_t limit = 1U << 20U;
  for (const char* file : files) {
    if (fs.kind(root / file) != base::Kind::file) continue;
    const auto text = fs.read(root / file, limit);
    if (!text) continue;
    if (const std::string name = named_in(*text); !name.empty()) return std::string(file) + " names " + name;
  }
  return std::nullopt;
}

} // namespace psbc::driver
