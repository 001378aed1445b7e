// SPDX-License-Identifier: MIT
#include "base/secret.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace psbc::base {
namespace {

std::size_t mapped_size(std::size_t capacity) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (capacity / page + 1) * page;
}

} // namespace

Secret::Secret(std::size_t capacity) : capacity_(capacity) {
  const std::size_t size = mapped_size(capacity);
  void* const pages = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  // Each may be refused, by a limit or by a kernel without it: then the value is as safe as any other memory.
  mlock(pages, size);
  madvise(pages, size, MADV_DONTDUMP);
  bytes_ = static_cast<char*>(pages);
}

Secret Secret::copy_of(std::string_view bytes) {
  Secret secret(bytes.size());
  secret.append(bytes);
  return secret;
}

Secret::~Secret() {
  if (bytes_ == nullptr) return;
  const std::size_t size = mapped_size(capacity_);
  explicit_bzero(bytes_, size);
  munmap(bytes_, size);
}

void Secret::append(std::string_view bytes) {
  const std::size_t size = std::min(bytes.size(), capacity_ - size_);
  std::memcpy(bytes_ + size_, bytes.data(), size);
  size_ += size;
}

} // namespace psbc::base
