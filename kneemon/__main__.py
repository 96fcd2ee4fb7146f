# SPDX-License-Identifier: MIT
"""`python -m kneemon` is the command."""

import sys

from kneemon.cli import main

sys.exit(main())
