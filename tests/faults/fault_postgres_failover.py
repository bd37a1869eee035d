"""A replica that is some commits behind is promoted in the place of a killed primary, amid writes. Then the database is frozen.

Only what the replica had is there, whole, with its tokens; a token of a lost commit gets RESUME_TOKEN_EXPIRED, and lost numbers
do not come again with another meaning. A frozen database makes writes UNAVAILABLE with a delay to retry after, and /readyz says
so; reads and writes come back without a restart."""

import contextlib
import tempfile
import time

import grpc

from articled.v1 import article_service_pb2 as s
from postgres import Postgres, cluster
from server import Server
from support import article, body, check_url, client, free_address, health, read_all

COUNT = 10
WRITES = 30
FROZEN_S = 20


def run(count):
    lost = refused = 0
    for _ in range(count):
        with cluster() as primary, tempfile.TemporaryDirectory(prefix="articled-fault-pg-") as folder:
            replica = Postgres(folder)
            replica.copy_of(primary)
            replica.start()
            addresses = [free_address(), free_address()]
            with contextlib.ExitStack() as stack:
                servers = [stack.enter_context(Server(database=primary.url, listen=address)) for address in addresses]
                stubs = [client(server.address) for server in servers]
                lost += fail_over(primary, replica, stubs)
                refused += freeze(replica, servers, stubs)
                check_url(replica.url)
            replica.stop("immediate")
    return f"{count} promotions, which lost {lost} commits of the primary; {refused} writes refused while frozen; stores whole"


def create(stub, number, **options):
    request = s.CreateArticleRequest(article=article(number), article_id=f"n{number}")
    return stub.CreateArticle(request, timeout=60, **options)


def last_token(stub):
    """The token at the end of the feed."""
    call = stub.WatchArticles(s.WatchArticlesRequest())
    token = next(event.resume_token for event in call)
    call.cancel()
    return token


def watch_from(stub, token):
    """What a watch that resumes is told first: an event, or the code of its end."""
    call = stub.WatchArticles(s.WatchArticlesRequest(resume_token=token), timeout=30)
    try:
        return next(iter(call))
    except grpc.RpcError as error:
        return error.code()
    finally:
        call.cancel()


def fail_over(primary, replica, stubs):
    """Gives how many commits were lost."""
    for number in range(WRITES):
        create(stubs[number % 2], number)
    kept_token = last_token(stubs[0])
    wait_until_replica_has(replica, WRITES)
    # The replica stays behind from here.
    replica.ask("ALTER SYSTEM SET primary_conninfo = ''")
    replica.ask("SELECT pg_reload_conf()")
    while replica.ask("SELECT count(*) FROM pg_stat_wal_receiver") != "0":
        time.sleep(0.05)
    for number in range(WRITES, 2 * WRITES):
        create(stubs[number % 2], number)
    lost_token = last_token(stubs[1])
    primary.kill()
    replica.promote()
    replica.stop("fast")
    replica.port = primary.port
    replica.start()
    # Reads first: what both instances remember is later than what there is.
    for stub in stubs:
        stored = eventually(lambda: read_all(stub))
        assert len(stored) == WRITES, f"{len(stored)} articles"
        found = stub.FilterArticles(s.FilterArticlesRequest(keywords=s.KeywordFilter(all=["公告"]), page_size=1000))
        assert len(found.matches) == WRITES
        assert watch_from(stub, lost_token) == grpc.StatusCode.OUT_OF_RANGE, "a token of the lost timeline"
    for number in range(WRITES, 2 * WRITES):
        eventually(lambda: create(stubs[number % 2], number))
    for stub in stubs:
        assert watch_from(stub, lost_token) == grpc.StatusCode.OUT_OF_RANGE, "a token of the lost timeline, after writes"
        assert watch_from(stub, kept_token) != grpc.StatusCode.INTERNAL
        stored = read_all(stub)
        assert len(stored) == 2 * WRITES
        for number in range(2 * WRITES):
            assert stored[f"articles/n{number}"].body == body(number).rstrip("\n")
    return WRITES


def freeze(postgres, servers, stubs):
    """Gives how many writes were refused."""
    refused = 0
    impatient = [client(server.address, retries=False) for server in servers]
    with postgres.frozen():
        end, number = time.monotonic() + FROZEN_S, 10 * WRITES
        while time.monotonic() < end:
            number += 1
            try:
                request = s.CreateArticleRequest(article=article(number), article_id=f"n{number}")
                impatient[number % 2].CreateArticle(request, timeout=5)
            except grpc.RpcError as error:
                codes = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED)
                assert error.code() in codes, error
                refused += 1
    eventually(lambda: create(stubs[0], 20 * WRITES))
    for server in servers:
        eventually(lambda: ready(server))
        assert f"articles/n{20 * WRITES}" in eventually(lambda: read_all(client(server.address)))
    return refused


def ready(server):
    status = health(server)
    if status != 200:
        raise grpc.RpcError(f"/readyz says {status}")


def wait_until_replica_has(replica, count):
    while replica.ask("SELECT count(*) FROM article") != str(count):
        time.sleep(0.05)


def eventually(call, seconds=60):
    """The answer, once outages are over."""
    end = time.monotonic() + seconds
    while True:
        try:
            return call()
        except grpc.RpcError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
