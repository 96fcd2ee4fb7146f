# SPDX-License-Identifier: MIT
"""One connection of the guest to a broker outside: `through.py PORT`, stdin and stdout to a port of 127.0.0.1.

QEMU starts one for each connection to the address that it forwards, with the guest at its stdin.
"""

import os
import socket
import sys
from threading import Thread

PIECE = 65536


def pour(source: int, sink: int) -> None:
    try:
        while piece := os.read(source, PIECE):
            view = memoryview(piece)
            while view:
                view = view[os.write(sink, view) :]
    except OSError:
        pass  # either end may go at any moment
    os._exit(0)


def main() -> None:
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as link:
        Thread(target=pour, args=(link.fileno(), sys.stdout.fileno()), daemon=True).start()
        pour(sys.stdin.fileno(), link.fileno())


if __name__ == "__main__":
    main()
