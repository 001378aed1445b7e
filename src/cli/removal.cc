// SPDX-License-Identifier: MIT
#include "cli/removal.h"

#include <string>

#include "base/text.h"

namespace psbc::cli {

int remove_all(Context& context, const std::vector<driver::Removal>& removals, bool yes, const char* command) {
  if (!yes) {
    say(context, "this removes");
    for (const driver::Removal& one : removals)
      if (!one.what.empty()) say(context, "  " + base::escape(one.what));
    const Answer answer = ask(context, "remove it? [y/N] ");
    if (answer == Answer::none) {
      complain("nothing was removed: nobody said yes", std::string("to remove it without a question: ") + command + " --yes");
      return exit_usage;
    }
    if (answer == Answer::no) return exit_fine;
  }
  int status = exit_fine;
  for (const driver::Removal& one : removals) {
    const auto done = one.remove();
    if (!done) {
      complain(done.error());
      status = exit_machine;
    } else if (!one.what.empty()) {
      say(context, "removed " + base::escape(one.what));
    }
  }
  return status;
}

} // namespace psbc::cli
