"""SIGTERM amid writes: a clean stop.

The exit status is 0, one file is left, and that file alone holds all that was acknowledged."""

import pathlib
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc

from articled.v1 import article_service_pb2 as s
from server import Server
from support import article, check, client, read_all, store

COUNT = 50
WRITERS = 4
# Of one round.
WRITES = 30


def run(count):
    acknowledged = set()
    with store() as folder:
        for round_ in range(count):
            with Server(folder=folder) as server:
                enough, stub = threading.Semaphore(0), client(server.address, retries=False)
                with ThreadPoolExecutor(WRITERS) as writers:
                    written = [
                        writers.submit(write, stub, f"r{round_}w{writer}", acknowledged, enough) for writer in range(WRITERS)
                    ]
                    for _ in range(WRITES):
                        enough.acquire()
                    server.stop()
                for writer in written:
                    writer.result()
            files = sorted(path.name for path in pathlib.Path(folder).iterdir())
            assert files == ["articles.db", "articles.db.lock"], files
            with store() as copy:
                shutil.copy(f"{folder}/articles.db", copy)
                with Server(folder=copy, settings=["--read-only"]) as server:
                    stored = read_all(client(server.address))
                missing = acknowledged - set(stored)
                assert not missing, f"{len(missing)} of {len(acknowledged)} are not in the file: {sorted(missing)[:5]}"
        check(folder)
    return f"{count} stops amid writes, exit status 0 and one file each; {len(acknowledged)} articles acknowledged, none missing"


def write(stub, prefix, acknowledged, enough):
    for number in range(10_000):
        id_ = f"{prefix}n{number}"
        try:
            stub.CreateArticle(s.CreateArticleRequest(article=article(number), article_id=id_), timeout=20)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE, error
            return
        acknowledged.add(f"articles/{id_}")
        enough.release()
