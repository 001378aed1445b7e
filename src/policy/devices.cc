// SPDX-License-Identifier: MIT
// `[devices]`: the graphics card, windows and sound. Each is off unless the project asks: a driver's
// device is attack surface of the kernel, and what shows windows or plays sound is a channel to the
// rest of the desktop.
#include <algorithm>

#include "base/text.h"
#include "policy/lowering.h"

namespace psbc::policy {
namespace {

using base::AbsPath;
using base::Kind;

struct Facet {
  Lowering& lowering;
  Origin origin;
  const diag::Span& span;

  bool shows(const AbsPath& socket) {
    if (lowering.in.fs.kind(socket) != Kind::other) return false;
    lowering.add(Access::read_only, socket, origin);
    return true;
  }
  void set(const char* name, std::string value) { lowering.out.variables.push_back({.name = name, .value = std::move(value), .origin = origin}); }
  void nothing(const char* what, std::vector<std::string> notes) {
    lowering.report(diag::Code::missing_path, diag::Severity::warning, span, what, "nothing to show", std::move(notes), {});
  }
};

void lower_audio(Facet facet) {
  const AbsPath& runtime = facet.lowering.in.places.runtime;
  const AbsPath pulse = runtime / "pulse/native", pipewire = runtime / "pipewire-0";
  const bool has_pulse = facet.shows(pulse), has_pipewire = facet.shows(pipewire);
  if (has_pulse) facet.set("PULSE_SERVER", "unix:" + pulse.string());
  if (has_pipewire) facet.set("PIPEWIRE_RUNTIME_DIR", runtime.string());
  if (!has_pulse && !has_pipewire) facet.nothing("there is no sound server here", {"looked for pulse/native and pipewire-0 in " + runtime.string()});
}

/// N of ":N", ":N.S" and "unix:N".
std::optional<std::string> local_display(std::string_view text) {
  if (text.starts_with("unix")) text.remove_prefix(4);
  if (!text.starts_with(':')) return std::nullopt;
  text = text.substr(1, text.find('.') - 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  return std::string(text);
}

bool shows_wayland(Facet& facet) {
  const LowerInput& in = facet.lowering.in;
  const auto name = in.env.get("WAYLAND_DISPLAY");
  if (!name || name->empty()) return false;
  const auto socket = name->starts_with('/') ? AbsPath::parse(*name) : in.places.runtime.join(*name);
  // A variable chooses among the compositor's own sockets, and nothing else.
  if (!socket || socket->parent() != in.places.runtime || !facet.shows(*socket)) return false;
  facet.set("WAYLAND_DISPLAY", socket->string()); // absolute: XDG_RUNTIME_DIR does not cross
  return true;
}

bool shows_x11(Facet& facet) {
  const auto display = facet.lowering.in.env.get("DISPLAY");
  const auto number = display ? local_display(*display) : std::nullopt;
  if (!number || !facet.shows(AbsPath::literal("/tmp/.X11-unix") / ("X" + *number))) return false;
  facet.set("DISPLAY", ":" + *number);
  facet.lowering.out.devices.x11 = true;
  return true;
}

} // namespace

void lower_devices(Lowering& lowering) {
  const config::Devices& asked = lowering.in.project.devices;
  Devices& out = lowering.out.devices;
  const auto origin = [&](const config::Spanned<bool>& key) {
    return origin_of(key.span, Origin::Source::project, "[devices]", lowering.in.places.home);
  };
  out.gpu = asked.gpu.value;
  out.audio = asked.audio.value;
  out.gui = asked.gui.value;
  if (out.audio) lower_audio({lowering, origin(asked.audio), asked.audio.span});
  if (!out.gui) return;
  Facet gui{lowering, origin(asked.gui), asked.gui.span};
  // Wayland first: there, a program sees its own windows and its own keys.
  if (!shows_wayland(gui) && !shows_x11(gui))
    gui.nothing("there is no display here", {"looked for the socket of WAYLAND_DISPLAY, and for a local one of DISPLAY"});
}

} // namespace psbc::policy
