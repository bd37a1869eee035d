"""Three times as many calls as the server can answer, for minutes.

Goodput stays at 80 % of the peak or more, health is answered all the while, and the memory stays below 256 MiB."""

import threading
import time
from collections import Counter

import grpc

from articled.v1 import article_service_pb2 as s
from server import Server
from support import client, document, healthcheck, peak_memory, store

# Seconds of overload.
COUNT = 600
PEAK_S = 20
PEAK_CALLERS = 16
FACTOR = 3
TIMEOUT_S = 10
MOST_MEMORY = 256 << 20
LEAST_SHARE = 0.8
EXPECTED = {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE}


def request(number):
    return s.IngestArticleRequest(document=document(number, version=number), article_id=f"n{number % 1000}")


def peak(address):
    """Answers a second with as many calls under way as keep the server busy."""
    answered, over = Counter(), time.monotonic() + PEAK_S

    def caller(index):
        stub, number = client(address, retries=False), index
        while time.monotonic() < over:
            stub.IngestArticle(request(number), timeout=60)
            answered[index] += 1
            number += PEAK_CALLERS

    callers = [threading.Thread(target=caller, args=(index,)) for index in range(PEAK_CALLERS)]
    for thread in callers:
        thread.start()
    for thread in callers:
        thread.join()
    return answered.total() / PEAK_S


def overload(address, rate, seconds):
    """Sends at this rate whatever comes back; gives the counts of the codes."""
    stubs, codes, under_way = [client(address, retries=False) for _ in range(4)], Counter(), threading.Semaphore(20_000)

    def done(call):
        codes[call.code()] += 1
        under_way.release()

    begin = time.monotonic()
    for number in range(int(rate * seconds)):
        time.sleep(max(0, begin + number / rate - time.monotonic()))
        under_way.acquire()
        stubs[number % 4].IngestArticle.future(request(number), timeout=TIMEOUT_S).add_done_callback(done)
    for _ in range(20_000):
        under_way.acquire()
    return codes, time.monotonic() - begin


def run(count):
    with store() as folder, Server(folder=folder) as server:
        best = peak(server.address)
        over, health = threading.Event(), Counter()
        watcher = threading.Thread(target=healthcheck, args=(server, over, health))
        watcher.start()
        codes, seconds = overload(server.address, FACTOR * best, count)
        over.set()
        watcher.join()
        memory = peak_memory(server)
    goodput = codes[grpc.StatusCode.OK] / seconds
    said = ", ".join(f"{number} {code.name}" for code, number in codes.most_common())
    seen = (
        f"peak {best:.0f} a second, offered {FACTOR * best:.0f} for {seconds:.0f} s: goodput {goodput:.0f} a second ({said}); "
        f"health: {dict(health)}; at most {memory >> 20} MiB"
    )
    assert set(codes) <= EXPECTED, seen
    assert goodput >= LEAST_SHARE * best, seen
    assert set(health) == {200}, seen
    assert memory < MOST_MEMORY, seen
    return seen
