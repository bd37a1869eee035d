"""SIGKILL amid an import, at a moment that differs from round to round; then the next server on the same store.

What was acknowledged is there, whole; the store has no faults (every CHECK_EVERY rounds, and at the end)."""

import random

import grpc

from articled.v1 import article_service_pb2 as s
from server import Server
from support import body, check, client, document, read_all, store

COUNT = 1000
CHECK_EVERY = 50
# A store as small as this is read whole after each kill.
DOCUMENTS = 300
# The server is killed when so many items were acknowledged, and 64 are under way.
MOST_ACKNOWLEDGED = 120


def run(count):
    chance, versions, acknowledged = random.Random(7), {}, 0
    with store() as folder:
        for round_ in range(1, count + 1):
            with Server(folder=folder) as server:
                compare(client(server.address), versions)
                acknowledged += import_until_killed(server, versions, round_, chance)
            if round_ % CHECK_EVERY == 0 or round_ == count:
                check(folder)
        with Server(folder=folder) as server:
            compare(client(server.address), versions)
    return f"{count} kills, {acknowledged} items acknowledged before them, none lost or damaged"


def import_until_killed(server, versions, round_, chance):
    """Versions are (acknowledged, sent) by number. Gives how many items were acknowledged."""
    numbers = [chance.randrange(DOCUMENTS) for _ in range(1000)]

    def items():
        for sequence, number in enumerate(numbers):
            version = round_ * 1000 + sequence
            versions[number] = (versions.get(number, (-1, -1))[0], version)
            yield s.ImportArticlesRequest(sequence=sequence, article_id=f"n{number}", document=document(number, version))

    count, kill_after = 0, chance.randrange(MOST_ACKNOWLEDGED)
    try:
        for answer in client(server.address).ImportArticles(items(), timeout=600):
            assert not answer.error.code, answer.error
            number, version = numbers[answer.sequence], round_ * 1000 + answer.sequence
            known, sent = versions[number]
            versions[number] = (max(known, version), sent)
            count += 1
            if count > kill_after:
                server.kill()
    except grpc.RpcError as error:
        assert server.process.returncode is not None, f"before the kill: {error}"
    return count


def compare(stub, versions):
    """Each article is one version whole, and no older than the last that was acknowledged."""
    stored = read_all(stub)
    for number, (acknowledged, sent) in list(versions.items()):
        found = stored.get(f"articles/n{number}")
        if found is None:
            assert acknowledged < 0, f"article {number}: version {acknowledged} was acknowledged and is gone"
            continue
        version = int(found.body.split("第")[2].split("版")[0])
        assert found.body == body(number, version).rstrip("\n"), f"article {number} is no version whole: {found.body}"
        assert acknowledged <= version <= sent, f"article {number}: {version}, of {acknowledged} to {sent}"
        versions[number] = (version, version)
    assert len(stored) <= len(versions)
