"""SIGKILL at the Nth system call that orders writes or removes a file (fsync, fdatasync, unlink, ftruncate), from the
first start of a store on; strace delivers it.

The next start opens the store with all that was acknowledged, and the store has no faults."""

import itertools

import grpc

from articled.v1 import article_service_pb2 as s
from server import Server
from support import article, check, client, read_all, store, under_strace

COUNT = 40
CALLS = ["fsync,fdatasync", "unlink,unlinkat", "ftruncate", "pwrite64"]
WRITES = 12


def run(count):
    kills, whole, acknowledged = 0, 0, 0
    for calls, number in itertools.product(CALLS, range(1, count + 1)):
        with store() as folder:
            names, killed = write_until_killed(folder, calls, number)
            kills += killed
            whole += not killed
            acknowledged += len(names)
            with Server(folder=folder) as server:
                stored = read_all(client(server.address))
            missing = names - set(stored)
            assert not missing, f"killed at {calls} {number}: {missing} were acknowledged and are gone"
            check(folder)
    return f"{kills} kills at a system call ({whole} rounds had no such call), {acknowledged} writes acknowledged, none lost"


def write_until_killed(folder, calls, number):
    inject = under_strace(calls, f"signal=SIGKILL:when={number}")
    names = set()
    try:
        with Server(folder=folder, prefix=inject) as server:
            stub = client(server.address, retries=False)
            for index in range(WRITES):
                stub.CreateArticle(s.CreateArticleRequest(article=article(index), article_id=f"n{index}"), timeout=20)
                names.add(f"articles/n{index}")
            server.stop()
    except (grpc.RpcError, RuntimeError):
        # Within a call, or before the server listened.
        return names, True
    except AssertionError:
        # In the stop: its status is not 0.
        return names, True
    return names, False
