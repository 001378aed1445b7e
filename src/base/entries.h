// SPDX-License-Identifier: MIT
// The entries of an open directory, straight from getdents64(2): opendir(3) asks for the kind of what it was given, and
// takes 32 KiB of memory that is new each time.
#pragma once

#include <dirent.h>

#include <cerrno>
#include <string_view>

namespace psbc::base {

/// Calls `visit(name, type)` for each entry but `.` and `..`, in the order of the file system, until it returns false.
/// `type` is one of DT_*, DT_UNKNOWN where the file system does not write it down. The errno of a failure, else 0.
template <class Visit>
int each_entry(int directory, const Visit& visit) {
  alignas(dirent64) char buffer[2048]; // an entry has 280 bytes at most
  for (;;) {
    const ssize_t size = getdents64(directory, buffer, sizeof buffer);
    if (size <= 0) return size < 0 ? errno : 0;
    for (ssize_t at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
      at += entry->d_reclen;
      const std::string_view name = entry->d_name;
      if (name != "." && name != ".." && !visit(name, entry->d_type)) return 0;
    }
  }
}

} // namespace psbc::base
