"""EIO from the disk, in system calls that strace chooses: of writes and syncs, then of reads.

While writes fail, callers see UNAVAILABLE and health says NOT_SERVING; nothing acknowledged is lost, and the store has no
faults afterwards."""

import grpc

from articled.v1 import article_service_pb2 as s
from server import Server
from support import article, check, client, health, read_all, store, under_strace

COUNT = 30
CALLS = ["fsync,fdatasync", "pwrite64", "ftruncate,fallocate", "pread64"]
WRITES = 20


def run(count):
    errors, acknowledged, unfit, refused_starts = 0, 0, 0, 0
    for round_ in range(count):
        calls, first = CALLS[round_ % len(CALLS)], 1 + round_ // len(CALLS) * 3
        names = set()
        with store() as folder:
            try:
                inject = under_strace(calls, f"error=EIO:when={first}..{first + 9}")
                with Server(folder=folder, prefix=inject) as server:
                    stub = client(server.address, retries=False)
                    for number in range(WRITES):
                        try:
                            request = s.CreateArticleRequest(article=article(number), article_id=f"n{number}")
                            names.add(stub.CreateArticle(request, timeout=30).name)
                        except grpc.RpcError as error:
                            assert error.code() == grpc.StatusCode.UNAVAILABLE, error
                            errors += 1
                            unfit += health(server) != 200
                    server.kill()
            except RuntimeError:
                # It did not start, and said so.
                refused_starts += 1
            with Server(folder=folder) as server:
                missing = names - set(read_all(client(server.address)))
                assert not missing, f"{calls}: {missing} were acknowledged and are gone"
            check(folder)
            acknowledged += len(names)
    return (
        f"{count} rounds, {errors} writes failed as UNAVAILABLE ({unfit} times health said so at once), {refused_starts} "
        f"starts refused, {acknowledged} writes acknowledged, none lost"
    )
