#!/usr/bin/env python3
"""Runs the tests of the console on a server with the samples. Arguments are the command that runs them."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from server import BINARY, Server  # noqa: E402

with Server("samples") as server:
    environment = dict(
        os.environ,
        ARTICLED_SERVER=f"http://{server.address}",
        ARTICLED_BINARY=BINARY,
        CONSOLE_URL=f"http://{server.metrics_address}",
    )
    done = subprocess.run(sys.argv[1:], env=environment, timeout=300)
sys.exit(done.returncode)
