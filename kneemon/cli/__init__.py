# SPDX-License-Identifier: MIT
"""The faces: verbs of the command line, each a thin door into the rooms below."""

import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper

from kneemon.cli.parser import VERBS, build_parser
from kneemon.errors import ExitCode, KneemonError

DEBUG = "KNEEMON_DEBUG"  # set it to see the whole traceback of a fault of kneemon's own


def main(argv: Sequence[str] | None = None) -> int:
    """The `kneemon` command; returns its exit code. Whatever goes wrong is one sentence on standard error."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows no dash, a file whose name is no text
    args = build_parser().parse_args(argv)
    try:
        code: int = importlib.import_module(f"kneemon.cli.{VERBS[args.verb].module}").run(args)
        sys.stdout.flush()
    except KneemonError as error:
        return _tell(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _tell("stopped.", ExitCode.INTERRUPTED)
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except Exception as fault:  # noqa: BLE001  the last resort: a person shall never see a traceback unasked
        if isinstance(fault, OSError) and fault.errno == errno.ENOSPC and fault.filename is None:
            return _tell("standard output: expected room for it, saw a full disk. Free some space.", ExitCode.FAILURE)
        if os.environ.get(DEBUG):
            traceback.print_exc()
        return _tell(
            f"a fault of kneemon itself: {type(fault).__name__}: {fault}. "
            f"Please report it with what {DEBUG}=1 shows when you run the same again.",
            ExitCode.FAILURE,
        )
    return code


def _tell(sentence: str, code: ExitCode) -> int:
    print(f"kneemon: {sentence}", file=sys.stderr)
    return code
