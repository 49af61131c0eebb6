"""Run a command in a network namespace that is new and leads nowhere: with the loopback alone."""

import fcntl
import os
import socket
import struct
import sys

SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1  # netdevice(7)
ELSEWHERE = ("192.0.2.1", 9)  # reserved for documentation; nothing is sent

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    if probe.connect_ex(ELSEWHERE) == 0:
        sys.exit("This is no network of its own: other machines can be reached from here.")
    fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606
