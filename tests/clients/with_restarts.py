#!/usr/bin/env python3
"""Runs a command while a server runs that is restarted under each of its watches, with the address in ARTICLED_SERVER.

In front of the server stands a proxy, which passes every call on. Each first try to watch with a token meets a server that stops: it is
restarted, on the same store, and the watch ends with UNAVAILABLE. The program has to watch again, with the same token.
"""

import concurrent.futures
import os
import subprocess
import sys
import tempfile
import threading

import grpc

from server import Server

WATCH = "/articled.v1.ArticleService/WatchArticles"


class Proxy(grpc.GenericRpcHandler):
    """Passes calls to a server as bytes."""

    def __init__(self, server):
        self.server, self.lock = server, threading.Lock()
        self.connect()
        # Requests of watches that were ended once.
        self.ended = set()

    def connect(self):
        self.channel = grpc.insecure_channel(self.server.address)

    def service(self, details):
        if details.method == WATCH:
            return grpc.unary_stream_rpc_method_handler(self.watch)
        call = lambda request, context: self.passed(context, lambda: self.channel.unary_unary(details.method)(request, timeout=60))
        return grpc.unary_unary_rpc_method_handler(call)

    def passed(self, context, call):
        """The answer of a call, or its error, with its details."""
        try:
            return call()
        except grpc.RpcError as error:
            context.set_trailing_metadata([pair for pair in error.trailing_metadata() if pair[0] == "grpc-status-details-bin"])
            context.abort(error.code(), error.details())

    def watch(self, request, context):
        with self.lock:
            if request not in self.ended:
                self.ended.add(request)
                self.channel.close()
                self.server.stop()
                self.server.__enter__()
                self.connect()
                context.abort(grpc.StatusCode.UNAVAILABLE, "the server is restarted")
        events = self.channel.unary_stream(WATCH)(request)
        context.add_callback(events.cancel)
        yield from events


with tempfile.TemporaryDirectory() as folder, Server(folder=folder) as server:
    proxy = Proxy(server)
    front = grpc.server(concurrent.futures.ThreadPoolExecutor(8), handlers=[proxy])
    port = front.add_insecure_port("127.0.0.1:0")
    front.start()
    environment = dict(os.environ, ARTICLED_SERVER=f"http://127.0.0.1:{port}")
    done = subprocess.run(sys.argv[1:], env=environment, timeout=300)
    front.stop(0).wait()
assert proxy.ended or done.returncode, "the program did not watch"
sys.exit(done.returncode)
