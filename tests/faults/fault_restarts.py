"""Rolling restarts under load: SIGTERM, and a new server on the same address, while clients go on that retry as
service_config.json says.

No caller sees an error. Every acknowledged write is there at the end, and the watch has told of each."""

import itertools
import threading
import time
import uuid
from collections import Counter

import grpc
from google.protobuf.field_mask_pb2 import FieldMask

from articled.v1 import article_pb2 as a
from articled.v1 import article_service_pb2 as s
from server import Server
from support import article, check, client, document, free_address, read_all, store

COUNT = 50
# Between two restarts.
WRITES = 20
# A caller's own patience: a restart, and a retry after it.
TIMEOUT_S = 60
# Before a call is repeated that met an overloaded store.
RETRY_S = 1
ITEMS_PER_IMPORT = 40


class Load:
    """Callers of every kind, each on a connection of its own, until `stop` is set."""

    def __init__(self, address):
        self.address = address
        self.stop = threading.Event()
        self.calls, self.errors = Counter(), []
        self.written, self.told = {}, {}
        self.lock = threading.Lock()
        self.written["articles/first"] = (1, article(0).headline)
        # It is there before the watch begins, which tells of what comes after.
        self.told["articles/first"] = 1
        self.watching = threading.Event()
        kinds = [self.create, self.get, self.filter, self.update, self.ingest, self.import_, self.delete]
        self.threads = [threading.Thread(target=self.repeat, args=(kind,)) for kind in kinds]
        # It ends by itself only when it is cancelled.
        self.watcher = threading.Thread(target=self.watch)
        self.watch_call = None

    def __enter__(self):
        first = s.CreateArticleRequest(article=article(0), article_id="first")
        client(self.address).CreateArticle(first, timeout=TIMEOUT_S)
        self.watcher.start()
        assert self.watching.wait(TIMEOUT_S), "the watch did not begin"
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def repeat(self, kind):
        name, stub = kind.__name__.strip("_"), client(self.address)
        for number in itertools.count(1):
            if self.stop.is_set():
                return
            try:
                while not self.is_done(kind, stub, number) and not self.stop.is_set():
                    time.sleep(RETRY_S)
                self.calls[name] += 1
            except (grpc.RpcError, AssertionError) as error:
                self.errors.append(f"{name}: {error}")

    def is_done(self, kind, stub, number):
        """False if the store was overloaded: docs/errors.md says to try again, which gRPC does not do by itself."""
        try:
            kind(stub, number)
        except grpc.RpcError as error:
            details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
            if b"STORE_OVERLOADED" not in details:
                raise
            self.calls["store was overloaded"] += 1
            return False
        return True

    def wait_for_writes(self):
        enough = len(self.written) + WRITES
        while len(self.written) < enough and not self.errors:
            time.sleep(0.05)

    def remember(self, stored):
        with self.lock:
            self.written[stored.name] = (stored.revision, stored.headline)

    def create(self, stub, number):
        request = s.CreateArticleRequest(
            article=article(number), article_id=f"created-{number}", request_id=str(uuid.uuid4())
        )
        self.remember(stub.CreateArticle(request, timeout=TIMEOUT_S))

    def get(self, stub, number):
        with self.lock:
            names = list(self.written)
        name = names[number * 7 % len(names)]
        assert stub.GetArticle(s.GetArticleRequest(name=name), timeout=TIMEOUT_S).name == name

    def filter(self, stub, number):
        keywords = s.KeywordFilter(all=["公告"])
        stub.FilterArticles(s.FilterArticlesRequest(keywords=keywords, page_size=5, snippets=1), timeout=TIMEOUT_S)

    def update(self, stub, number):
        """As AIP-154 has it: read, change, write with the etag. A retry of a write that was stored before the connection
        was lost finds another etag, ABORTED, and reads again what it wanted."""
        name, label = "articles/updated", str(number)
        request = s.UpdateArticleRequest(article=a.Article(name=name, headline="更新"), allow_missing=True)
        current = stub.UpdateArticle(request, timeout=TIMEOUT_S)
        changed = a.Article(name=name, etag=current.etag, labels={"number": label})
        request = s.UpdateArticleRequest(article=changed, update_mask=FieldMask(paths=["labels.number"]))
        try:
            stored = stub.UpdateArticle(request, timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.ABORTED:
                raise
            self.calls["update's etag was its own"] += 1
            stored = stub.GetArticle(s.GetArticleRequest(name=name), timeout=TIMEOUT_S)
        assert stored.labels["number"] == label
        self.remember(stored)

    def ingest(self, stub, number):
        request = s.IngestArticleRequest(document=document(number), article_id=f"ingested-{number}")
        self.remember(stub.IngestArticle(request, timeout=TIMEOUT_S).article)

    def import_(self, stub, number):
        """A stream is not retried by gRPC: the items that were not answered are sent again, as `articled import` does."""
        first = number * ITEMS_PER_IMPORT
        unanswered = {sequence: f"imported-{sequence}" for sequence in range(first, first + ITEMS_PER_IMPORT)}
        while unanswered and not self.stop.is_set():
            items = [
                s.ImportArticlesRequest(sequence=sequence, article_id=id_, document=document(sequence))
                for sequence, id_ in unanswered.items()
            ]
            try:
                for answer in stub.ImportArticles(iter(items), timeout=TIMEOUT_S):
                    is_outage = answer.error.code == grpc.StatusCode.UNAVAILABLE.value[0]
                    if is_outage or "STORE_OVERLOADED" in str(answer.error.details):
                        self.calls["item was refused for a while"] += 1
                        continue
                    assert not answer.error.code, answer.error
                    del unanswered[answer.sequence]
                    with self.lock:
                        self.written[answer.name] = (1, f"第{answer.sequence}号公告")
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
                self.calls["import was resumed"] += 1

    def delete(self, stub, number):
        name = f"articles/deleted-{number}"
        stub.UpdateArticle(
            s.UpdateArticleRequest(article=a.Article(name=name, headline="删除"), allow_missing=True), timeout=TIMEOUT_S
        )
        stub.DeleteArticle(s.DeleteArticleRequest(name=name, allow_missing=True), timeout=TIMEOUT_S)

    def watch(self):
        """Goes on from the last token, as docs/watch.md says; UNAVAILABLE before the first event is retried by gRPC."""
        stub, token = client(self.address), ""
        while not self.stop.is_set():
            self.watch_call = stub.WatchArticles(s.WatchArticlesRequest(resume_token=token))
            try:
                for event in self.watch_call:
                    token = event.resume_token
                    self.watching.set()
                    if event.WhichOneof("event") == "upserted":
                        self.told[event.upserted.name] = event.upserted.revision
                self.calls["watch ended"] += 1
            except grpc.RpcError as error:
                if self.stop.is_set():
                    return
                if error.code() != grpc.StatusCode.UNAVAILABLE:
                    self.errors.append(f"watch: {error}")
                self.calls["watch was resumed"] += 1

    def end_watch(self):
        """Waits until it has told all that was written, which is all that can end it."""
        deadline = time.monotonic() + TIMEOUT_S
        while missing := [name for name, (revision, _) in self.written.items() if self.told.get(name, 0) < revision]:
            assert time.monotonic() < deadline, f"the watch did not tell of {missing[:5]} and {len(missing)} in all"
            time.sleep(0.1)
        self.watch_call.cancel()
        self.watcher.join()


def run(count):
    address = free_address()
    with store() as folder:
        server = Server(folder=folder, listen=address).__enter__()
        try:
            with Load(address) as load:
                for _ in range(count):
                    load.wait_for_writes()
                    server.stop()
                    server = Server(folder=folder, listen=address).__enter__()
                load.wait_for_writes()
            load.end_watch()
            stored = read_all(client(address))
            for name, (_, headline) in load.written.items():
                assert stored[name].headline == headline, name
        finally:
            server.stop()
        check(folder)
        assert not load.errors, f"{len(load.errors)} errors, the first: " + "\n".join(load.errors[:3])
    calls = ", ".join(f"{number} {name}" for name, number in sorted(load.calls.items()))
    return f"{count} restarts, 0 errors seen by callers; {len(load.written)} articles written, all there; {calls}"
