"""A PostgreSQL server for the faults that need one, on a port of its own: started, killed, frozen, and followed by a replica."""

import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from support import Unavailable, articled, free_address, need


SETTINGS = {
    "max_connections": 200,
    "unix_socket_directories": "''",
    "max_wal_size": "2GB",
    # For a standby that is made meanwhile.
    "wal_keep_size": "1GB",
}


def programs():
    """The folder of PostgreSQL's programs: of the newest version that Debian's packages have installed, or on the path."""
    installed = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = installed[-1] if installed else shutil.which("initdb")
    if not found:
        raise Unavailable("PostgreSQL is not installed")
    return pathlib.Path(found).parent


def is_alive(process):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


class Postgres:
    """A cluster in a folder. Its commits are synced: what is lost is lost by a fault."""

    def __init__(self, folder, port=None):
        self.bin, self.folder, self.data = programs(), pathlib.Path(folder), pathlib.Path(folder) / "data"
        self.port = port or int(free_address().rpartition(":")[2])
        self.prefix = []
        # The server refuses to run as root. `user=` of subprocess forks, which gRPC's threads do not survive.
        if os.geteuid() == 0:
            need("setpriv")
            account = pwd.getpwnam("postgres")
            self.prefix = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        self.own(folder)

    def own(self, folder):
        if self.prefix:
            shutil.chown(folder, "postgres", "postgres")

    @property
    def url(self):
        return f"postgres://articled@127.0.0.1:{self.port}/postgres"

    def execute(self, program, *arguments):
        done = subprocess.run(
            [*self.prefix, self.bin / program, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"
        return done.stdout

    def create(self, settings=None, log_folder=None):
        """`log_folder` is an empty folder for the write-ahead log, for one that is not with the tables."""
        options = ["-A", "trust", "-U", "articled", "--locale=C.UTF-8", "-E", "UTF8"]
        if log_folder:
            self.own(log_folder)
            options += ["--waldir", log_folder]
        self.execute("initdb", "-D", self.data, *options)
        with open(self.data / "postgresql.conf", "a") as file:
            for name, value in (SETTINGS | (settings or {})).items():
                file.write(f"{name} = {value}\n")

    def copy_of(self, primary):
        """A replica that follows another one, asynchronously."""
        self.execute("pg_basebackup", "-D", self.data, "-R", "-d", primary.url, "-c", "fast")

    def start(self):
        self.execute("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-o", f"-p {self.port}", "start")

    def stop(self, mode):
        self.execute("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def kill(self):
        """SIGKILL to the postmaster and all that it has started."""
        # Stopped first, so that it starts no other process meanwhile.
        os.kill(self.main(), signal.SIGSTOP)
        processes = self.processes()
        for process in reversed(processes):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        # Until it has ended, a process holds the memory that it shares with the others, and no other server starts.
        while any(is_alive(process) for process in processes):
            time.sleep(0.01)
        # The port is free when the last one has ended.
        while True:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with contextlib.suppress(OSError):
                    probe.bind(("127.0.0.1", self.port))
                    break
        (self.data / "postmaster.pid").unlink()

    def is_running(self):
        return (self.data / "postmaster.pid").exists() and is_alive(self.main())

    def main(self):
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def processes(self):
        main = self.main()
        children = pathlib.Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return [main, *map(int, children)]

    @contextlib.contextmanager
    def frozen(self):
        """Nothing of it moves, and its connections stay open."""
        processes = self.processes()
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def promote(self):
        self.execute("pg_ctl", "-D", self.data, "-w", "promote")

    def ask(self, sql):
        return self.execute("psql", "-X", "-A", "-t", "-q", "-d", self.url, "-c", sql).strip()


class Citus:
    """A store in a schema of its own on the coordinator that ARTICLED_TEST_CITUS names. Its servers may not be ours to kill, so
    a kill ends the sessions of the store."""

    def __init__(self, coordinator):
        self.coordinator, self.schema = coordinator, f"faults_{os.getpid()}"
        options = f"options=-csearch_path%3D{self.schema}&application_name={self.schema}"
        self.url = f"{coordinator}{'&' if '?' in coordinator else '?'}{options}"
        self.ask(f"CREATE SCHEMA {self.schema}")
        done = articled("migrate", "--distribute", "--database", self.url)
        assert done.returncode == 0, done.stderr

    def ask(self, sql):
        psql = [programs() / "psql", "-X", "-A", "-t", "-q", "-d", self.coordinator, "-c", sql]
        return subprocess.run(psql, check=True, capture_output=True, text=True).stdout.strip()

    def kill(self):
        self.ask(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            f"WHERE application_name = '{self.schema}' AND pid <> pg_backend_pid()"
        )

    def start(self):
        pass


@contextlib.contextmanager
def cluster(settings=None):
    """A running server; its folder is kept if the fault fails."""
    if coordinator := os.environ.get("ARTICLED_TEST_CITUS"):
        citus = Citus(coordinator)
        yield citus
        citus.ask(f"DROP SCHEMA {citus.schema} CASCADE")
        return
    folder = tempfile.mkdtemp(prefix="articled-fault-pg-")
    postgres = Postgres(folder)
    postgres.create(settings)
    postgres.start()
    try:
        yield postgres
    except BaseException:
        print(f"PostgreSQL's folder is kept: {folder}", flush=True)
        raise
    finally:
        with contextlib.suppress(Exception):
            postgres.stop("immediate")
    shutil.rmtree(folder)
