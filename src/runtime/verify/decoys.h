// SPDX-License-Identifier: MIT
// What `psbc verify` puts on the host for the attempts to find, and takes away again: files with a secret that nobody can guess, sockets
// that listen, a process, a terminal. Whether an attempt got something is seen here, and not believed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/result.h"
#include "runtime/verify/probes.h"

namespace psbc::runtime {

struct DecoyRequest {
  base::AbsPath psbc; // this program: the decoy process is one
  base::AbsPath home, project, state, data;
  std::string config_file;
  std::vector<std::string> hidden, read_only;             // as they are outside
  std::vector<std::string> crossing;                      // names of variables that may cross: none of them is a decoy
  std::function<bool(const base::AbsPath&, bool to_write)> is_granted; // by the file, or by its reader: none of them is looked for
  const base::Env& environment; // outlives the decoys
};

class Decoys {
 public:
  static base::Result<std::unique_ptr<Decoys>> make(DecoyRequest request);
  Decoys(const Decoys&) = delete;
  Decoys& operator=(const Decoys&) = delete;
  ~Decoys();

  struct Ran {
    int status = -1;      // wait status
    std::string said;     // stderr
    bool finished = false; // the attempts came to their end
    std::map<std::string, bool> reached; // by probe
  };
  /// Runs a command that ends in the attempts, on a terminal of its own, with the decoys in its environment; seconds, at most.
  Ran run(std::vector<std::string> command, int seconds);
  /// The last words of the command.
  std::vector<std::string> attempts() const;

 private:
  explicit Decoys(DecoyRequest request);
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

/// Waits, and holds a secret. Started as `psbc verify-decoy WORD`.
int verify_decoy_main();

} // namespace psbc::runtime
