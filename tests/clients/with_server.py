#!/usr/bin/env python3
"""Runs a command while a server runs, with its address in ARTICLED_SERVER; ends as the command does."""

import os
import subprocess
import sys

from server import Server

with Server() as server:
    environment = dict(os.environ, ARTICLED_SERVER=f"http://{server.address}")
    done = subprocess.run(sys.argv[1:], env=environment, timeout=300)
sys.exit(done.returncode)
