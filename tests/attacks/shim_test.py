#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""D6, D1, C4: what an editor on the host starts as the project's interpreter, and what of the editor is inside."""
import json
import os
import socket

from attack import Project, each
from tap import test
from vectors import attack, main, outcome, register, seed

RAN, INSIDE = "~/ran", "~/code/demo/ran-inside"  # HOME inside is another: the first is made by what the host ran


def venv(h, editors=""):
    """The project with an environment of its own, as most editors' users have it, and its shim."""
    if editors:
        h.write("~/.config/psbc/config.toml", f"editors = {editors}\n")
    p = Project(h)
    p.entered("/usr/bin/python3 -m venv --without-pip .venv")
    p.shim = json.loads(p.psbc("shim", "--json").out)
    p.version = next(name for name in os.listdir(h.path("~/code/demo/.venv/lib")) if name.startswith("python3"))
    p.mark = f'import os; [open(p, "w").close() for p in (os.path.expanduser("~/ran"), "{p.root}/ran-inside")]'
    return p


def ran(h):
    """Did the payload run on the host, and did it run at all? Both marks are gone afterwards."""
    found = h.exists(RAN), h.exists(INSIDE)
    for path, there in zip((RAN, INSIDE), found):
        if there:
            os.unlink(h.path(path))
    return found


def lines(p):
    packages = f".venv/lib/{p.version}/site-packages"
    script = f"#!/usr/bin/python3\\n{p.mark}\\n"
    early = f'import posix\\nfor p in (posix.environ[b"HOME"] + b"/ran", b"{p.root}/ran-inside"): posix.close(posix.open(p, 65, 420))\\n'
    return {
        "bin/python": f"rm -f .venv/bin/python; printf '{script}' > .venv/bin/python; chmod +x .venv/bin/python",
        "sitecustomize": f"printf '{p.mark}\\n' > {packages}/sitecustomize.py; "
        f"printf 'import sys; sys.path.insert(0, \"{p.root}/{packages}\")\\n' > {packages}/a.pth",  # before Debian's own

        "pth": f"printf '{p.mark}\\n' > {packages}/zz.pth",
        "pyvenv.cfg": f"mkdir -p evil/bin evil/lib/{p.version}/encodings; touch evil/lib/{p.version}/os.py; printf '{early}' > evil/lib/{p.version}/encodings/__init__.py; "
        "printf 'home = %s/evil/bin\\n' \"$PWD\" > .venv/pyvenv.cfg",
    }


for _name in ("bin/python", "sitecustomize", "pth", "pyvenv.cfg"):
    register("shim-planted-" + _name.replace("/", "-").replace(".", "-"), "D6", f"`{_name}` of the environment, run by an editor on the host")


@test("D6: what code inside puts into the environment runs on the host by .venv/bin/python, and by the shim inside alone")
def _(h):
    p = venv(h)
    h.run(["cp", "-a", ".venv", "clean"], cwd=p.path)
    for name, plant in lines(p).items():
        id = "shim-planted-" + name.replace("/", "-").replace(".", "-")
        for who, write in (("seed", p.predecessor), ("psbc", p.inside)):
            h.run(["sh", "-c", "rm -rf .venv evil; cp -a clean .venv"], cwd=p.path)
            r = write(plant)
            assert ran(h) == (False, False), r
            if who == "seed":
                h.run([p.root + "/.venv/bin/python", "-c", "pass"], cwd=p.path)
                on_host, _ = ran(h)
                assert on_host, (name, h.story())
                outcome(id, "seed", True)
                continue
            h.run([p.shim["interpreter"], "-c", "pass"], cwd=p.path)
            on_host, at_all = ran(h)
            assert at_all and not on_host, (name, h.story())
            outcome(id, "psbc", False)


@test("D6: the shim cannot be written, replaced or swapped from inside")
@attack("shim-write", "D6", "write over, replace or swap the shim")
def _(h):
    p = venv(h)
    shim = p.shim["directory"]
    payload = "printf '#!/bin/sh\\ntouch ~/ran ran-inside\\n'"
    assert p.inside(f"{payload} > .venv/bin/python3.0; chmod +x .venv/bin/python3.0; mv -f .venv/bin/python3.0 .venv/bin/python").ok
    h.run([p.root + "/.venv/bin/python"], cwd=p.path)
    assert ran(h)[0], "the control"
    before = h.tree(shim)
    up = [shim, os.path.dirname(shim), os.path.dirname(os.path.dirname(shim)), h.path("~/.local/share"), h.path("~/.local")]
    attempts = [f"{payload} > {shim}/bin/python", f"rm -f {shim}/bin/python; {payload} > {shim}/bin/python; chmod +x {shim}/bin/python", f"echo {p.root} > {shim}/shim",
                f"rm {shim}; mkdir -p {shim}/bin; {payload} > {shim}/bin/python; chmod +x {shim}/bin/python"]  # fmt: skip
    attempts += [f"mv {d} {d}.old; ln -s $PWD/.venv {d}; mkdir -p {d}" for d in up]
    p.entered(each(attempts))
    assert h.tree(shim) == before
    h.run([p.shim["interpreter"]], cwd=p.path)
    assert not ran(h)[0]
    p.predecessor(f"rm -rf {shim}; mkdir -p {shim}/bin; {payload} > {shim}/bin/python; chmod +x {shim}/bin/python")
    seed("shim-write", h.tree(shim) != before)


@test("D6: PATH, PYTHONSTARTUP and their like on the host, and programs named psbc and firejail in the project, lead a shim nowhere")
@attack("shim-redirect", "D6", "redirect the shim by a file of the project that a variable names")
def _(h):
    p = venv(h)
    for name in ("psbc", "firejail", "python", "python3", "sh", "env"):
        h.write(f"~/code/demo/{name}", "#!/bin/sh\ntouch ~/ran ran-inside\n", 0o755)
    h.write("~/code/demo/start.py", p.mark + "\n")
    h.write("~/code/demo/rc", "touch ~/ran\n")
    env = {"PATH": p.root + ":.:" + h.environment()["PATH"], "PYTHONSTARTUP": p.root + "/start.py", "BASH_ENV": p.root + "/rc", "ENV": p.root + "/rc",
           "PYTHONHOME": None}  # fmt: skip
    h.run(["/bin/sh", "-c", "python3 -c pass"], cwd=p.path, env=env)
    assert ran(h)[0], "the control"
    h.run(["/usr/bin/python3", "-i"], cwd=p.path, env=env)
    assert ran(h)[0], "the control"
    r = h.run([p.shim["interpreter"], "-i", "-c", "import os; print(os.environ['JAILED_ENV'])"], cwd=p.path, env=env)
    assert r.out == "demo\n" and not ran(h)[0], r
    seed("shim-redirect", True)  # it has no shim: an editor there starts the environment


@test("D6: what an editor is told of the interpreter and of what pip installs leads into the sandbox, not to the environment")
@attack("shim-identity", "D6", "the editor starts on the host what sys.executable says")
def _(h):
    p = venv(h)
    assert p.inside(f"printf '{p.mark}\\n' > .venv/lib/{p.version}/site-packages/zz.pth").ok
    ask = "import sys; print(sys.executable)"
    told = h.run([p.root + "/.venv/bin/python", "-S", "-c", ask], cwd=p.path).out.strip()
    ran(h)
    h.run([told, "-c", "pass"], cwd=p.path)
    assert ran(h)[0], "the control"
    told = h.run([p.shim["interpreter"], "-c", ask], cwd=p.path).out.strip()
    h.run([told, "-c", "pass"], cwd=p.path)
    assert ran(h) == (False, True), told
    seed("shim-identity", True)


HELPERS = "~/.vscode/extensions/ms-python.debugpy-1/bundled/libs/debugpy/__init__.py", "~/.local/share/JetBrains/Toolbox/apps/pycharm/plugins/python-ce/helpers/pydev/pydevd.py"


@test("D1: the helpers of an editor, which the editor starts, cannot be changed from inside")
@attack("editor-helpers", "D1", "write over the debugger of an editor")
def _(h):
    for path in HELPERS:
        h.write(path, "print('mine')\n")
    p = venv(h, '["vscode", "pycharm"]')
    r = p.inside("cat " + " ".join(h.path(path) for path in HELPERS))
    assert r.out.count("mine") == len(HELPERS), r
    before = {path: h.read(path) for path in HELPERS}
    change = each([f"echo planted >> {f}" for f in HELPERS] + [f"echo planted > n; mv -f n {f}" for f in HELPERS]
                  + [f"d=$(dirname {f}); mv $d $d.old; mkdir $d; echo planted > {f}" for f in HELPERS])  # fmt: skip
    p.entered(change)
    assert before == {path: h.read(path) for path in HELPERS}
    p.predecessor(change, extra="".join(f"whitelist {h.path(os.path.dirname(path))}\n" for path in HELPERS))
    seed("editor-helpers", before != {path: h.read(path) for path in HELPERS})
    for path, content in before.items():
        h.write(path, content)
    h.run(["sh", "-c", change], cwd=p.path)
    assert all("planted" in h.read(path) for path in HELPERS), "the control"


@test("C4: with `editors` the sockets of an editor are as far away as without, and so are its other extensions")
@attack("editor-sockets", "C4", "the editor's sockets beside its helpers")
def _(h):
    h.write(HELPERS[0], "mine\n")
    h.write("~/.vscode/extensions/other.tool-1/main.js", h.decoys.new("an extension"))
    h.write("~/.config/Code/User/globalStorage/state.vscdb", h.decoys.new("the editor's logins"))
    places = [h.path(path) for path in ("~/.config/Code/1.9-main.sock", "~/.vscode/extensions/ipc.sock", "~/.vscode/extensions/ms-python.debugpy-1/ipc.sock",
                                        f"{h.runtime}/vscode-ipc-ab12.sock", "/tmp/vscode-git-ab12.sock")]  # fmt: skip
    open_ones = []
    with h.as_user():
        for place in places:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            s = socket.socket(socket.AF_UNIX)
            s.bind(place)
            s.listen(50)
            open_ones.append(s)
    connect = "import socket\nn = 0\nfor p in %r:\n  try: socket.socket(socket.AF_UNIX).connect(p); n += 1\n  except OSError: pass\nprint(n)" % (places,)
    read = "cat ~/.vscode/extensions/other.tool-1/main.js ~/.config/Code/User/globalStorage/state.vscdb"
    assert h.run(["/usr/bin/python3", "-c", connect]).out == f"{len(places)}\n", "the control"
    assert len(h.decoys.found_in(h.run(["sh", "-c", read]).out)) == 2, "the control"
    p = venv(h, '["vscode", "pycharm"]')
    r = h.run([p.shim["interpreter"], "-c", connect], cwd=p.path)
    assert r.out == "0\n", r
    assert not h.decoys.found_in(p.inside(read).out)
    r = p.predecessor("cat > c.py <<'X'\n" + connect + "\nX\n/usr/bin/python3 c.py")
    seed("editor-sockets", int(r.out.split()[-1] or 0), len(places))


main()
