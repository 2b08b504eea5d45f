# Tells the command line of every program that starts on a lab host, as base64 of what /proc/PID/cmdline holds, a line each.
# Each program is held at the moment when its loader opens ld.so.cache, until it has been looked at: none is too short-lived to be seen.
# Usage: watch.py FOLDER-OF-LD.SO.CACHE (the host's /etc, by /proc/PID/root; the folder, since ldconfig makes the file anew). Prints "ready" first. Needs Linux, and root.
import base64
import ctypes
import os
import struct
import sys

CLASS_CONTENT, CLOEXEC = 0x04, 0x01
MARK_ADD, OPEN_PERM, ON_CHILD = 0x01, 0x10000, 0x08000000
ALLOW, AT_FDCWD = 0x01, -100

libc = ctypes.CDLL(None, use_errno=True)
group = libc.fanotify_init(CLASS_CONTENT | CLOEXEC, os.O_RDONLY)
if group < 0:
    sys.exit(f"fanotify_init: {os.strerror(ctypes.get_errno())}")
mark = libc.fanotify_mark(group, MARK_ADD, ctypes.c_uint64(OPEN_PERM | ON_CHILD), AT_FDCWD, os.fsencode(sys.argv[1]))
if mark < 0:
    sys.exit(f"fanotify_mark: {os.strerror(ctypes.get_errno())}")
print("ready", flush=True)
while True:
    events = os.read(group, 65536)
    at = 0
    while at < len(events):
        length, _version, _reserved, _header, _mask, file, pid = struct.unpack_from("=IBBHQii", events, at)
        at += length
        try:
            if os.readlink(f"/proc/self/fd/{file}").endswith("/ld.so.cache"):
                with open(f"/proc/{pid}/cmdline", "rb") as cmdline:
                    print(base64.b64encode(cmdline.read()).decode(), flush=True)
        except OSError:
            pass
        finally:
            os.write(group, struct.pack("=iI", file, ALLOW))
            os.close(file)
