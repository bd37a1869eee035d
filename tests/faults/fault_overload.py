"""Three times as many calls as the server can answer, for minutes.

Goodput stays at 80 % of the peak or more, health is answered all the while, and the memory stays below 256 MiB. Goodput is
not judged in runs that are too short for it.

The documents are long, so that the server is the bottleneck and not this client: parsing one takes the server milliseconds,
and sending it takes the client a fraction of one. The client runs with the lowest priority, as both share the machine's
cores, and the server's parsers would wait for it."""

import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import grpc

from articled.v1 import article_pb2 as a
from articled.v1 import article_service_pb2 as s
from server import Server
from support import client, healthcheck, peak_memory, store

# Seconds of overload.
COUNT = 600
LEAST_JUDGED_S = 60
PEAK_S = 20
PEAK_CALLERS = 16
FACTOR = 3
TIMEOUT_S = 10
MOST_MEMORY = 256 << 20
LEAST_SHARE = 0.8
# 40 KB each.
LINES = 500
# Calls that wait for their answers in this client.
MOST_UNDER_WAY = 5_000
LOWEST_PRIORITY = 19
EXPECTED = {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE}


def request(number):
    lines = [f"第{number}号公告", *(f"第{number * line}行：白鹭河口的水闸如期开启，沿线居民表示欢迎。" for line in range(LINES))]
    document = a.RawDocument(content="\n".join(lines).encode(), content_type="text/plain")
    return s.IngestArticleRequest(document=document, article_id=f"n{number % 1000}")


def peak(address, seconds):
    """Answers a second with as many calls under way as keep the server busy."""
    answered, over = Counter(), time.monotonic() + seconds

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
    return answered.total() / seconds


def overload(address, rate, seconds):
    """Sends at this rate whatever comes back; gives the counts of the codes, and how long sending and answering took."""
    stubs, codes, under_way = [client(address, retries=False) for _ in range(4)], Counter(), threading.Semaphore(MOST_UNDER_WAY)

    def done(call):
        codes[call.code()] += 1
        under_way.release()

    begin = time.monotonic()
    for number in range(int(rate * seconds)):
        time.sleep(max(0, begin + number / rate - time.monotonic()))
        under_way.acquire()
        stubs[number % 4].IngestArticle.future(request(number), timeout=TIMEOUT_S).add_done_callback(done)
    sent_after = time.monotonic() - begin
    for _ in range(MOST_UNDER_WAY):
        under_way.acquire()
    return codes, sent_after, time.monotonic() - begin


def run(count):
    with store() as folder, Server(folder=folder) as server:
        # Of one thread, and of those that it starts.
        lower_priority = lambda: os.setpriority(os.PRIO_PROCESS, 0, LOWEST_PRIORITY)
        with ThreadPoolExecutor(1, initializer=lower_priority) as load:
            best = load.submit(peak, server.address, min(PEAK_S, count)).result()
            over, health = threading.Event(), Counter()
            watcher = threading.Thread(target=healthcheck, args=(server, over, health))
            watcher.start()
            try:
                codes, sent_after, seconds = load.submit(overload, server.address, FACTOR * best, count).result()
            finally:
                over.set()
                watcher.join()
        memory = peak_memory(server)
    goodput, offered = codes[grpc.StatusCode.OK] / seconds, codes.total() / sent_after
    said = ", ".join(f"{number} {code.name}" for code, number in codes.most_common())
    seen = (
        f"peak {best:.0f} a second, offered {offered:.0f} for {seconds:.0f} s: goodput {goodput:.0f} a second ({said}); "
        f"health: {dict(health)}; at most {memory >> 20} MiB"
    )
    assert set(codes) <= EXPECTED, seen
    assert count < LEAST_JUDGED_S or goodput >= LEAST_SHARE * best, seen
    assert set(health) <= {200}, seen
    assert memory < MOST_MEMORY, seen
    return seen
