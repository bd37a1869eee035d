"""Three instances on one PostgreSQL, under callers of every kind that retry as service_config.json says. In each round every
instance is ended by SIGKILL several times, then restarted in turn by SIGTERM, and the database is killed once.

What was acknowledged is there at the end and told by the watch, and `articled check` finds nothing. A rolling restart shows no
error to any caller; a kill may, to one whose retries are used up."""

import contextlib
import random

from fault_restarts import Load
from postgres import cluster
from server import Server
from support import check_url, client, free_address, read_all

COUNT = 50
INSTANCES = 3
KILLS_PER_ROUND = 10
STARTS = 10


def run(count):
    chance, addresses = random.Random(7), [free_address() for _ in range(INSTANCES)]
    target = "ipv4:" + ",".join(addresses)
    failed_by_kills = 0
    with cluster() as postgres, contextlib.ExitStack() as stack:

        def start(address):
            """As an orchestrator does: an instance that does not reach the database ends, and is started again."""
            for _ in range(STARTS):
                with contextlib.suppress(RuntimeError):
                    return Server(database=postgres.url, listen=address).__enter__()
            raise AssertionError("no instance starts")

        servers = [start(address) for address in addresses]
        stack.callback(lambda: [server.process.kill() for server in servers])
        with Load(target) as load:
            for _ in range(count):
                for _ in range(KILLS_PER_ROUND):
                    failed_by_kills += wait_out(load)
                    at = chance.randrange(INSTANCES)
                    servers[at].kill()
                    servers[at] = start(addresses[at])
                postgres.kill()
                postgres.start()
                failed_by_kills += wait_out(load)
                for at, address in enumerate(addresses):
                    load.wait_for_writes()
                    servers[at].stop()
                    servers[at] = start(address)
                load.wait_for_writes()
                assert not load.errors, f"after a rolling restart: {load.errors[0]}"
        load.end_watch()
        stored = read_all(client(target))
        for name, (_, headline) in load.written.items():
            assert stored[name].headline == headline, name
        check_url(postgres.url)
        for server in servers:
            server.stop()
        check_url(postgres.url)
    calls = ", ".join(f"{number} {name}" for name, number in sorted(load.calls.items()))
    return (
        f"{count * KILLS_PER_ROUND} kills of instances, {count} of the database, {count * INSTANCES} restarts; "
        f"{len(load.written)} articles written, none lost; {failed_by_kills} calls failed by kills, all UNAVAILABLE; {calls}"
    )


def wait_out(load):
    """Waits until writes succeed again. Gives how many calls failed; they may only have met an outage."""
    failed = 0
    while True:
        load.wait_for_writes()
        if not load.errors:
            return failed
        errors, load.errors = load.errors, []
        other = [error for error in errors if "StatusCode.UNAVAILABLE" not in error]
        assert not other, other[0]
        failed += len(errors)
