"""Hostile peers beside an honest client: answers that are not read, requests that do not end, silent connections, silent
imports, a flood of calls.

Every call of the honest client succeeds, and the server's memory stays bounded."""

import contextlib
import socket
import threading
import time

import grpc

from articled.v1 import article_pb2 as a
from articled.v1 import article_service_pb2 as s
from raw_http2 import PEER, Connection
from server import Server
from support import article, client, peak_memory, store

COUNT = 5
HONEST_CALLS = 30
# A caller's patience; the machine may be busy with other work.
TIMEOUT_S = 30
MOST_MEMORY = 512 << 20
LARGE = a.RawDocument(content="白鹭河口的水闸如期开启。\n".encode() * 170_000, content_type="text/plain")


@contextlib.contextmanager
def unread_answers(address):
    large = s.GetArticleRequest(name="articles/large", view=a.ARTICLE_VIEW_RAW)
    peers = [Connection(address, window=0) for _ in range(5)]
    for peer in peers:
        for _ in range(95):
            peer.call("GetArticle", large)
    yield
    for peer in peers:
        peer.close()


@contextlib.contextmanager
def unfinished_requests(address):
    peers = [Connection(address, window=65_535) for _ in range(11)]
    for peer in peers:
        for _ in range(100):
            peer.call("GetArticle")
    yield
    for peer in peers:
        peer.close()


@contextlib.contextmanager
def silent_connections(address):
    host, port = address.split(":")
    peers = [socket.create_connection((host, int(port)), source_address=(PEER, 0)) for _ in range(60)]
    yield
    for peer in peers:
        peer.close()


@contextlib.contextmanager
def silent_imports(address):
    peer = Connection(address, window=65_535)
    for _ in range(32):
        peer.call("ImportArticles")
    yield
    peer.close()


@contextlib.contextmanager
def flood(address):
    over, answers = threading.Event(), []

    def calls():
        stub, text = client(address, retries=False), s.FilterArticlesRequest(keywords=s.KeywordFilter(all=["水闸"]))
        while not over.is_set():
            calls = [stub.FilterArticles.future(text, timeout=TIMEOUT_S) for _ in range(100)]
            answers.extend(call.code() for call in calls)

    threads = [threading.Thread(target=calls) for _ in range(4)]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()
    unexpected = set(answers) - {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DEADLINE_EXCEEDED}
    assert not unexpected, unexpected


ATTACKS = [unread_answers, unfinished_requests, silent_connections, silent_imports, flood]


def run(count):
    calls, slowest = 0, 0.0
    with store() as folder, Server(folder=folder) as server:
        honest = client(server.address)
        honest.IngestArticle(s.IngestArticleRequest(document=LARGE, article_id="large"), timeout=TIMEOUT_S)
        honest.CreateArticle(s.CreateArticleRequest(article=article(1), article_id="small"), timeout=TIMEOUT_S)
        for round_ in range(count):
            for attack in ATTACKS:
                with attack(server.address):
                    for number in range(HONEST_CALLS):
                        begin = time.monotonic()
                        try:
                            honest.GetArticle(s.GetArticleRequest(name="articles/small"), timeout=TIMEOUT_S)
                        except grpc.RpcError as error:
                            raise AssertionError(f"{attack.__name__}, honest call {number}: {error}") from error
                        slowest = max(slowest, time.monotonic() - begin)
                        calls += 1
                    items = [s.ImportArticlesRequest(sequence=1, article_id=f"i{round_}", article=article(round_))]
                    answers = list(honest.ImportArticles(iter(items), timeout=TIMEOUT_S))
                    assert len(answers) == 1 and not answers[0].error.code, f"{attack.__name__}: {answers}"
        memory = peak_memory(server)
        assert memory < MOST_MEMORY, f"{memory >> 20} MiB"
    names = ", ".join(attack.__name__ for attack in ATTACKS)
    return (
        f"{count} rounds of {names}: {calls} honest calls and {count * len(ATTACKS)} imports, 0 failed, slowest "
        f"{slowest * 1000:.0f} ms; at most {memory >> 20} MiB"
    )
