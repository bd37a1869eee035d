"""A second process on a store that a server has open: serve, import, reparse, migrate and repair, by its path, by a link,
and through the folder.

Each is refused with the holder's name, and the server goes on."""

import os

from articled.v1 import article_service_pb2 as s
from server import Server
from support import article, articled, check, client, read_all, store

COUNT = 20


def run(count):
    refused, names = 0, set()
    with store() as folder:
        with Server(folder=folder) as server:
            stub = client(server.address)
            os.symlink(f"{folder}/articles.db", f"{folder}/link.db")
            for round_ in range(count):
                for path in [f"{folder}/articles.db", f"{folder}/link.db", f"{folder}/../{os.path.basename(folder)}/articles.db"]:
                    for command in [
                        ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", ""],
                        ["import", "samples"],
                        ["migrate"],
                        ["check", "--repair-index"],
                    ]:
                        done = articled(*command, "--database", f"sqlite:{path}")
                        assert done.returncode == 1 and "in use" in done.stderr, f"{command}: {done}"
                        refused += 1
                request = s.CreateArticleRequest(article=article(round_), article_id=f"n{round_}")
                names.add(stub.CreateArticle(request, timeout=30).name)
            assert names == set(read_all(stub))
        check(folder)
    return f"{refused} second processes refused, {len(names)} writes of the server meanwhile, none lost"
