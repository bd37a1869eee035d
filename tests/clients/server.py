"""A real server for the tests of foreign clients: the binary, on a free port, with a store of its own."""

import collections
import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("ARTICLED_BINARY") or str(ROOT / "target" / "debug" / "articled")

# The last lines of its log, for the message of a test that failed.
LOG_LINES = 30


class Server:
    """Serves within a `with`; `address` and `metrics_address` are host:port. `load` are paths from the root of the
    repository, `settings` flags of `serve`.

    `folder` keeps the store between two lives, `database` is the URL of a store elsewhere, and `prefix` is a command that runs the server, such as strace.
    """

    def __init__(self, *load, folder=None, database=None, listen="127.0.0.1:0", settings=(), prefix=()):
        self.temporary = None if folder else tempfile.TemporaryDirectory()
        self.folder = folder or self.temporary.name
        self.command = [
            *prefix, BINARY, "serve", "--listen", listen, "--metrics-listen", "127.0.0.1:0", "--log", "info",
            "--log-format", "json", "--database", database or f"sqlite:{self.folder}/articles.db", *settings,
        ]
        for path in load:
            self.command += ["--load", path]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        try:
            self.wait_for_address()
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        # Read to the end: else the pipe fills up, and the server waits for us.
        self.log = collections.deque(maxlen=LOG_LINES)
        self.reader = threading.Thread(target=self.log.extend, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        return self

    def wait_for_address(self):
        said = []
        for line in self.process.stderr:
            said.append(line)
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if message.get("message") == "serving":
                self.address, self.metrics_address = message["listen"], message["metrics_listen"]
                return
        raise RuntimeError("the server did not start:\n" + "".join(said))

    def stop(self):
        """As an orchestrator stops it: SIGTERM, and every call that has begun is answered."""
        self.process.terminate()
        status = self.process.wait(timeout=60)
        self.reader.join()
        assert status == 0, f"the server ended with status {status}"

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()

    def __exit__(self, failed, *_):
        if self.process.returncode is None:
            self.process.kill() if failed else self.stop()
        if failed:
            self.reader.join()
            print("the server's last lines:", *self.log, sep="\n", end="")
        if self.temporary:
            self.temporary.cleanup()

    def run(self, command, **options):
        """Runs a command line that is written for the default ports; gives the finished process."""
        here = re.sub(r"127\.0\.0\.1:50051|localhost:50051", self.address, command)
        here = here.replace("127.0.0.1:9464", self.metrics_address)
        environment = dict(os.environ, ARTICLED_SERVER=f"http://{self.address}")
        environment["PATH"] = f"{pathlib.Path(BINARY).parent}:{environment['PATH']}"
        return subprocess.run(
            ["bash", "-c", here], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, **options
        )
