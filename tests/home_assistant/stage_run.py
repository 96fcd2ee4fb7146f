# SPDX-License-Identifier: MIT
"""The `kneemon` command with a clock that counts as right: a machine for tests is often not told the time, and what
a kneemon knows of walks then waits for it. The stamp is the file that systemd's timesyncd would have touched.

stage_run.py STAMP VERB …
"""

import sys
from pathlib import Path

import kneemon.clock
from kneemon.cli import main

kneemon.clock.SYNCHRONISED = Path(sys.argv[1])
sys.exit(main(sys.argv[2:]))
