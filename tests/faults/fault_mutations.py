"""A store whose file was changed in a place: bytes flipped, a page zeroed, copied or cut off.

The program refuses it, or names faults, or serves texts that are what was written: never a wrong text, never a crash."""

import random

import grpc

from articled.v1 import article_pb2 as a
from articled.v1 import article_service_pb2 as s
from server import Server
from support import article, articled, body, client, database, store

COUNT = 500
ARTICLES = 150
PAGE = 4096
ALLOWED = {grpc.StatusCode.DATA_LOSS, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.NOT_FOUND}


def run(count):
    chance = random.Random(11)
    refused = served = named = failed = 0
    with store() as folder:
        with Server(folder=folder) as server:
            items = (
                s.ImportArticlesRequest(sequence=number, article_id=f"n{number}", article=article(number))
                for number in range(ARTICLES)
            )
            assert all(not answer.error.code for answer in client(server.address).ImportArticles(items))
        whole = open(f"{folder}/articles.db", "rb").read()
        for _ in range(count):
            with store() as copy:
                with open(f"{copy}/articles.db", "wb") as file:
                    file.write(mutated(whole, chance))
                done = articled("check", "--database", database(copy))
                assert done.returncode in (0, 1, 3), f"{done.returncode}: {done.stderr}"
                named += done.returncode != 0
                try:
                    with Server(folder=copy, settings=["--read-only"]) as server:
                        failed += compare(client(server.address, retries=False), done.returncode != 0)
                        served += 1
                        server.kill()
                except RuntimeError as said:
                    assert "panicked" not in str(said), said
                    assert done.returncode != 0, f"check finds nothing in a store that is refused: {said}"
                    refused += 1
    return (
        f"{count} files changed: {named} with faults named by check, {refused} refused, {served} served "
        f"({failed} reads failed with an error of their own), no wrong text"
    )


def mutated(whole, chance):
    changed, page = bytearray(whole), chance.randrange(len(whole) // PAGE) * PAGE
    match chance.randrange(5):
        case 0:
            changed[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        case 1:
            at = chance.randrange(len(whole))
            changed[at : at + 40] = chance.randbytes(40)
        case 2:
            changed[page : page + PAGE] = bytes(PAGE)
        case 3:
            other = chance.randrange(len(whole) // PAGE) * PAGE
            changed[page : page + PAGE] = whole[other : other + PAGE]
        case 4:
            del changed[page:]
    return changed


def compare(stub, is_known):
    """Every text that is answered is what was written."""
    failed = 0
    for number in range(0, ARTICLES, 3):
        try:
            found = stub.GetArticle(s.GetArticleRequest(name=f"articles/n{number}", view=a.ARTICLE_VIEW_FULL), timeout=30)
            assert found.body == body(number).rstrip("\n") and found.headline == f"第{number}号公告", found
        except grpc.RpcError as error:
            assert error.code() in ALLOWED and is_known, f"check finds nothing, and Get says {error}"
            failed += 1
    return failed
