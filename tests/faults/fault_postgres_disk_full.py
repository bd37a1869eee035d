"""PostgreSQL on a disk that is full: in turn that of its tables alone, and that of its log too, which ends the server.

Writes fail with RESOURCE_EXHAUSTED or UNAVAILABLE and RetryInfo or a reason, reads are served while the database runs, writes
succeed when there is space again, without a restart of the instance, and nothing acknowledged is lost. Needs root, to mount."""

import contextlib
import os
import subprocess
import tempfile

import grpc

from articled.v1 import article_service_pb2 as s
from postgres import Postgres
from server import Server
from support import Unavailable, article, check_url, client, read_all, wait_for_health

COUNT = 10
DISK_BYTES = 512 << 20
# What is left beside the ballast when a round begins.
ROOM_BYTES = 12 << 20
# Enough bodies to fill that within some hundred writes.
BODY_LINES = 4_000
MOST_WRITES = 5_000
REFUSALS = 8
TIMEOUT_S = 30


def run(count):
    results = [full(count, with_log) for with_log in (False, True)]
    return "; ".join(results) + "; nothing acknowledged lost"


def full(count, with_log):
    acknowledged, refused, ends = set(), {}, 0
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(small_disk())
        postgres = Postgres(folder)
        log_folder = None
        if not with_log:
            log_folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="articled-fault-wal-"))
        postgres.create({"max_wal_size": "64MB", "wal_keep_size": 0}, log_folder)
        postgres.start()
        stack.callback(lambda: postgres.is_running() and postgres.stop("immediate"))
        server = stack.enter_context(Server(database=postgres.url))
        stub = client(server.address, retries=False)
        for round_ in range(count):
            ballast = fill(folder)
            write_until_full(stub, f"r{round_}", acknowledged, refused)
            if not with_log:
                assert acknowledged == set(read_all(stub)), "a full disk changes what is read"
            os.remove(ballast)
            if not postgres.is_running():
                ends += 1
                postgres.start()
            wait_for_health(server, 200)
            write(stub, f"again{round_}", acknowledged)
            assert acknowledged == set(read_all(stub))
        check_url(postgres.url)
    what = "with its log" if with_log else "of tables alone"
    codes = ", ".join(f"{number} {code}" for code, number in sorted(refused.items()))
    return f"{count} times full {what}: {codes}, {ends} ends of the database"


@contextlib.contextmanager
def small_disk():
    folder = tempfile.mkdtemp(prefix="articled-fault-pg-full-")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "articled-fault", folder]
    try:
        if subprocess.run(mount, capture_output=True).returncode:
            raise Unavailable("only root may mount a small disk")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    finally:
        os.rmdir(folder)


def fill(folder):
    """A file that leaves little room."""
    path = f"{folder}/ballast"
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    assert free > ROOM_BYTES, "the store has grown too large for the disk"
    with open(path, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, free - ROOM_BYTES)
    return path


def write(stub, id_, acknowledged):
    number = len(acknowledged)
    large = article(number)
    # It does not compress to nothing.
    large.body += "\n".join(f"第{line}行：{number * line * 7919 % 1000003}。" for line in range(number % 2 * BODY_LINES))
    request = s.CreateArticleRequest(article=large, article_id=id_)
    acknowledged.add(stub.CreateArticle(request, timeout=TIMEOUT_S).name)


def write_until_full(stub, prefix, acknowledged, refused):
    refusals = 0
    for number in range(MOST_WRITES):
        try:
            write(stub, f"{prefix}n{number}", acknowledged)
        except grpc.RpcError as error:
            code = error.code()
            assert code in (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE), error
            refused[code.name] = refused.get(code.name, 0) + 1
            refusals += 1
            if refusals == REFUSALS:
                return
    raise AssertionError(f"the disk is not full after {MOST_WRITES} writes")
