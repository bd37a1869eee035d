"""EIO from the disk, in system calls of a running server that strace chooses: of writes and syncs, then of reads.

While writes fail, callers see UNAVAILABLE and health says NOT_SERVING; once the disk is well, writes succeed again without a
restart; nothing acknowledged is lost, and the store has no faults afterwards."""

import time

import grpc

from articled.v1 import article_service_pb2 as s
from server import Server
from support import article, check, client, health, read_all, store, strace_attached

COUNT = 30
CALLS = ["fsync,fdatasync", "pwrite64", "ftruncate,fallocate", "pread64"]
WRITES = 20
# How long a server may take to notice that its disk has failed, or is well again.
NOTICE_S = 30


def wait(holds, otherwise):
    until = time.monotonic() + NOTICE_S
    while not holds():
        assert time.monotonic() < until, otherwise
        time.sleep(0.1)


def run(count):
    errors, acknowledged, unfit = 0, 0, 0
    for round_ in range(count):
        calls, names = CALLS[round_ % len(CALLS)], set()
        with store() as folder:
            with Server(folder=folder) as server:
                stub, failed = client(server.address, retries=False), False

                def write(id_, number):
                    request = s.CreateArticleRequest(article=article(number), article_id=id_)
                    names.add(stub.CreateArticle(request, timeout=30).name)

                with strace_attached(server, calls, "error=EIO"):
                    for number in range(WRITES):
                        try:
                            write(f"n{number}", number)
                        except grpc.RpcError as error:
                            assert error.code() == grpc.StatusCode.UNAVAILABLE, error
                            errors += 1
                            failed = True
                    if failed:
                        wait(lambda: health(server) != 200, f"{calls}: /readyz stays 200 though writes fail")
                        unfit += 1
                wait(lambda: health(server) == 200, f"{calls}: /readyz does not recover")
                write("recovered", WRITES)
                server.kill()
            with Server(folder=folder) as server:
                missing = names - set(read_all(client(server.address)))
                assert not missing, f"{calls}: {missing} were acknowledged and are gone"
            check(folder)
            acknowledged += len(names)
    return (
        f"{count} rounds, {errors} writes failed as UNAVAILABLE, in {unfit} rounds, in each of which /readyz said so and "
        f"recovered, {acknowledged} writes acknowledged, none lost"
    )
