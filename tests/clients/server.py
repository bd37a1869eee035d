"""A real server for the tests of foreign clients: the binary, on a free port, with a store of its own."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("ARTICLED_BINARY") or str(ROOT / "target" / "debug" / "articled")


class Server:
    """Serves within a `with`; `address` and `metrics_address` are host:port. `load` are paths from the root of the repository, `settings` flags."""

    def __init__(self, *load, settings=()):
        self.load = load
        self.settings = settings

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        command = [
            BINARY, "serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--log", "info", "--log-format", "json",
            "--database", f"sqlite:{self.folder.name}/articles.db",
        ]
        command += self.settings
        for path in self.load:
            command += ["--load", path]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        try:
            self.address = self.wait_for_address()
        except BaseException:
            self.process.kill()
            raise
        # Else the pipe fills up, and the server waits for us.
        self.reader = threading.Thread(target=self.process.stderr.read, daemon=True)
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
                self.metrics_address = message["metrics_listen"]
                return message["listen"]
        raise RuntimeError("the server did not start:\n" + "".join(said))

    def __exit__(self, *_):
        self.process.terminate()
        status = self.process.wait(timeout=30)
        self.reader.join()
        self.folder.cleanup()
        assert status == 0, f"the server ended with status {status}"

    def run(self, command, **options):
        """Runs a command line that is written for the default port; gives the finished process."""
        here = re.sub(r"127\.0\.0\.1:50051|localhost:50051", self.address, command)
        environment = dict(os.environ, ARTICLED_SERVER=f"http://{self.address}")
        environment["PATH"] = f"{pathlib.Path(BINARY).parent}:{environment['PATH']}"
        return subprocess.run(
            ["bash", "-c", here], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, **options
        )
