"""A disk that is full: a small tmpfs that writes fill, until they fail; then space returns.

Writes fail with RESOURCE_EXHAUSTED and nothing else, reads are served meanwhile, writes succeed when there is space again,
and the store has no faults. Needs root, to mount."""

import os
import subprocess

import grpc

from articled.v1 import article_service_pb2 as s
from server import Server
from support import Unavailable, article, check, client, read_all, store

COUNT = 30
DISK = "size=24m"
# What another program leaves and takes away again.
BALLAST_BYTES = 12 << 20
# Large and small articles in turn: a disk that has no place for the one may have it for the other.
LARGE_LINES = 5_000
MOST_WRITES = 20_000


def run(count):
    acknowledged, refused = set(), 0
    with store() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", DISK, "articled-fault", folder], capture_output=True).returncode:
            raise Unavailable("only root may mount a small disk")
        try:
            for round_ in range(count):
                with Server(folder=folder) as server:
                    stub = client(server.address, retries=False)
                    with open(f"{folder}/ballast", "wb") as ballast:
                        fill(ballast)
                    refused += write_until_full(stub, f"r{round_}", acknowledged)
                    stored = read_all(stub)
                    assert acknowledged == set(stored), "a full disk changes what is read"
                    os.remove(f"{folder}/ballast")
                    write(stub, f"again{round_}", acknowledged)
                    for name in sorted(acknowledged)[:: 2]:
                        stub.DeleteArticle(s.DeleteArticleRequest(name=name), timeout=20)
                        acknowledged.remove(name)
                with Server(folder=folder) as server:
                    assert acknowledged == set(read_all(client(server.address)))
                check(folder)
        finally:
            subprocess.run(["umount", folder], check=True)
    return f"{count} times full, {refused} writes refused as RESOURCE_EXHAUSTED, reads served, nothing acknowledged lost"


def fill(ballast):
    try:
        ballast.write(bytes(BALLAST_BYTES))
    except OSError:
        pass


def write(stub, id_, acknowledged):
    number = len(acknowledged)
    large = article(number)
    large.body += "\n".join(f"第{line}行：{number * line}。" for line in range(number % 2 * LARGE_LINES))
    request = s.CreateArticleRequest(article=large, article_id=id_)
    acknowledged.add(stub.CreateArticle(request, timeout=30).name)


def write_until_full(stub, prefix, acknowledged):
    """Goes on a little after the first refusal: small writes may still find a place, or not, and both are right."""
    refused = 0
    for number in range(MOST_WRITES):
        try:
            write(stub, f"{prefix}n{number}", acknowledged)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED, error
            refused += 1
            if refused == 20:
                return refused
    raise AssertionError(f"the disk is not full after {MOST_WRITES} writes")
