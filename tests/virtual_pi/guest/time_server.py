# SPDX-License-Identifier: MIT
"""The network's time, for systemd-timesyncd: answers SNTP at 127.0.0.1, with a clock of its own.

`python3 -m virtual_pi.guest.time_server UNIX_SECONDS`: the true time of this very moment; it goes on by CLOCK_BOOTTIME,
whatever happens to the guest's civil clock. Source: RFC 4330.
"""

import socket
import struct
import sys
import time

PORT = 123
TO_1900_S = 2_208_988_800
PACKET = struct.Struct("!BBbb3I2I8s2I2I")
VERSION_4_SERVER = 4 << 3 | 4


def stamp(unix_s: float) -> tuple[int, int]:
    """Seconds since 1900 and their fraction."""
    whole = int(unix_s)
    return whole + TO_1900_S, int((unix_s - whole) * 2**32)


def answer(question: bytes, now_s: float) -> bytes:
    """What a server of stratum 2 says to a client's packet."""
    now = stamp(now_s)
    return PACKET.pack(VERSION_4_SERVER, 2, 6, -20, 0, 64, 0x7F000001, *now, question[40:48], *now, *now)


def main() -> None:
    begun_s = float(sys.argv[1]) - time.clock_gettime(time.CLOCK_BOOTTIME)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", PORT))
        while True:
            question, client = server.recvfrom(1024)
            if len(question) >= 48:
                server.sendto(answer(question, begun_s + time.clock_gettime(time.CLOCK_BOOTTIME)), client)


if __name__ == "__main__":
    main()
