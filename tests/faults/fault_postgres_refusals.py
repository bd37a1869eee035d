"""A PostgreSQL that answers and refuses: other programs hold all its connections, or a lock on a table.

Every call fails with UNAVAILABLE or RESOURCE_EXHAUSTED and RetryInfo, /readyz says that no write can succeed, and the same
instance works again as soon as the others have gone. Nothing that was acknowledged is lost."""

import contextlib
import subprocess
import time

from articled.v1 import article_service_pb2 as s
from postgres import cluster
from server import Server
from support import article, check_url, client, read_all, refusal, wait_for_health

COUNT = 5
MAX_CONNECTIONS = 20
# Longer than the limits of the server, so that its own answer is seen.
TIMEOUT_S = 29
LOCK = "BEGIN; LOCK TABLE article IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(1000)"


def run(count):
    seen, acknowledged = set(), set()
    with cluster({"max_connections": MAX_CONNECTIONS, "superuser_reserved_connections": 0}) as postgres:
        with Server(database=postgres.url) as server:
            stub = client(server.address, retries=False)
            for round_ in range(count):
                for name, taken in ("connections", all_connections), ("lock", lock):
                    write(stub, f"before-{name}-{round_}", acknowledged)
                    with taken(postgres):
                        seen.add(refusal(lambda: write(stub, f"refused-{name}-{round_}", acknowledged)))
                        first = s.GetArticleRequest(name=f"articles/before-{name}-{round_}")
                        seen.add(refusal(lambda: stub.GetArticle(first, timeout=TIMEOUT_S)))
                        wait_for_health(server, 503)
                    wait_for_health(server, 200)
                    write(stub, f"after-{name}-{round_}", acknowledged)
                    assert acknowledged == set(read_all(stub))
            check_url(postgres.url)
    return f"{count} times without connections and {count} behind a lock, {' and '.join(sorted(seen))}, none lost"


def write(stub, id_, acknowledged):
    request = s.CreateArticleRequest(article=article(len(acknowledged)), article_id=id_)
    acknowledged.add(stub.CreateArticle(request, timeout=TIMEOUT_S).name)


def stranger(postgres, sql):
    """A session of another program."""
    command = [*postgres.prefix, postgres.bin / "psql", "-X", "-q", "-d", f"{postgres.url}?application_name=stranger"]
    return subprocess.Popen([*command, "-c", sql], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def all_connections(postgres):
    """Strangers come until the server's log says that nobody else can, and the sessions of the service have ended."""
    # This session stays, so that the others can be ended when no further one is let in.
    ender = subprocess.Popen(
        [*postgres.prefix, postgres.bin / "psql", "-X", "-q", "-A", "-t", "-d", f"{postgres.url}?application_name=stranger"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    strangers = [ender]
    try:
        while True:
            strangers += [stranger(postgres, "SELECT pg_sleep(1000)") for _ in range(MAX_CONNECTIONS)]
            ender.stdin.write(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'articled';\n"
            )
            ender.stdin.flush()
            if ender.stdout.readline().strip() == "0":
                break
            time.sleep(0.2)
        yield
    finally:
        for process in strangers:
            process.kill()
            process.wait()
        ended = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'stranger'"
        terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stranger'"
        while True:
            with contextlib.suppress(AssertionError):
                postgres.ask(terminate)
                if postgres.ask(ended) == "0":
                    break
            time.sleep(0.2)


@contextlib.contextmanager
def lock(postgres):
    process = stranger(postgres, LOCK)
    held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'article'::regclass"
    while postgres.ask(held) == "0":
        time.sleep(0.05)
    try:
        yield
    finally:
        process.kill()
        process.wait()
        postgres.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stranger'")
