"""Runs faults by name: `faults.py [--scale X] [NAME…]`, all of them by default.

Each fault is a module here with a docstring that says what is done and what must hold, a number COUNT of rounds, and a
function `run(count)`. It returns a line of counts, and fails with an AssertionError where something did not hold; the
store is then kept for a look at it. `--scale 0.02` runs two rounds where there would be a hundred.
"""

import argparse
import importlib
import pathlib
import sys
import time
import traceback

from support import Unavailable

NAMES = sorted(path.stem for path in pathlib.Path(__file__).parent.glob("fault_*.py"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1, help="how many times the usual number of rounds")
    names = [name.removeprefix("fault_") for name in NAMES]
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(names):
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    failed = 0
    for name in arguments.names or names:
        fault = importlib.import_module(f"fault_{name}")
        begin = time.monotonic()
        try:
            seen = fault.run(max(1, round(fault.COUNT * arguments.scale)))
        except Unavailable as why:
            seen = f"not run: {why}"
        except Exception:  # The other faults are still worth a look.
            failed += 1
            traceback.print_exc()
            seen = "FAILED, see above"
        print(f"{name}: {seen} ({time.monotonic() - begin:.0f} s)", flush=True)
    sys.exit(failed > 0)


main()
