// SPDX-License-Identifier: MIT
// Runs a fuzz target over files, without libFuzzer: every build replays what was ever found. Prints TAP;
// a finding ends the program. Directories are given, not files: an empty one is a failure, not a pass.
#include <dirent.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::uint8_t> contents(const std::string& path) {
  std::vector<std::uint8_t> bytes;
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return bytes;
  std::uint8_t buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, file))
    bytes.insert(bytes.end(), buffer, buffer + count);
  std::fclose(file);
  return bytes;
}

std::size_t replay(const std::string& directory) {
  DIR* entries = opendir(directory.c_str());
  if (entries == nullptr) return 0;
  std::size_t count = 0;
  while (const dirent* entry = readdir(entries)) {
    if (entry->d_name[0] == '.') continue;
    const std::string path = directory + "/" + entry->d_name;
    std::printf("# %s\n", path.c_str());
    std::fflush(stdout);
    const std::vector<std::uint8_t> bytes = contents(path);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++count;
  }
  closedir(entries);
  return count;
}

} // namespace

int main(int argc, char** argv) {
  int status = 0;
  for (int i = 1; i < argc; ++i) {
    const std::size_t count = replay(argv[i]);
    std::printf("%s %d - %zu inputs of %s\n", count > 0 ? "ok" : "not ok", i, count, argv[i]);
    status |= count > 0 ? 0 : 1;
  }
  std::printf("1..%d\n", argc - 1);
  return status;
}
