# SPDX-License-Identifier: MIT
"""Runs a command as on a kernel that lacks some system calls: they give ENOSYS, for it and for all that it starts.

    python3 -c TEXT UID GID 444,445,446 COMMAND...

Started by root: a filter that is loaded without no_new_privs leaves setuid programs such as firejail alone.
"""
import ctypes
import os
import struct
import sys

uid, gid, numbers = int(sys.argv[1]), int(sys.argv[2]), [int(n) for n in sys.argv[3].split(",")]

LOAD_NUMBER, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ENOSYS = 0x7FFF0000, 0x00050000 | 38
steps = [(LOAD_NUMBER, 0, 0, 0)]
steps += [(JUMP_IF_EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, ENOSYS)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


libc = ctypes.CDLL(None, use_errno=True)
program = Program(len(steps), ctypes.addressof(code))
if libc.prctl(22, 2, ctypes.byref(program), 0, 0) != 0:  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
    sys.exit(f"no filter: {os.strerror(ctypes.get_errno())}")
os.setgroups([gid])
os.setresgid(gid, gid, gid)
os.setresuid(uid, uid, uid)
os.execvp(sys.argv[4], sys.argv[4:])
