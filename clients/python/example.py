#!/usr/bin/env python3
"""Stores, finds, pages and watches articles, with grpcio. See docs/clients.md for how to run it."""

import os
import pathlib
import time

import grpc
from google.protobuf import field_mask_pb2
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from articled.v1 import article_pb2, article_service_pb2, article_service_pb2_grpc

# The retry policy that the contract publishes. It covers a restart of the server.
SERVICE_CONFIG = pathlib.Path(__file__).parents[2] / "proto/articled/v1/service_config.json"


def connect():
    address = os.environ.get("ARTICLED_SERVER", "http://127.0.0.1:50051").removeprefix("http://")
    options = [
        ("grpc.service_config", SERVICE_CONFIG.read_text()),
        # An article in the RAW view has up to 12 MiB; the default is 4.
        ("grpc.max_receive_message_length", 13 << 20),
        # Else a watch does not notice that the server's machine is gone.
        ("grpc.keepalive_time_ms", 20_000),
    ]
    # With a token: pass metadata=[("authorization", f"Bearer {token}")] to each call, over grpc.secure_channel.
    return article_service_pb2_grpc.ArticleServiceStub(grpc.insecure_channel(address, options))


def ingest(stub):
    """Stores three pages; storing one again is UNCHANGED."""
    for what in ["图书馆", "体育馆", "博物馆"]:
        text = f"竹溪县新{what}开馆\n本报讯 竹溪县新{what}5月6日开馆，市民可免费参观。"
        document = article_pb2.RawDocument(content=text.encode(), content_type="text/plain")
        stored = stub.IngestArticle(article_service_pb2.IngestArticleRequest(document=document))
        print("stored:", stored.article.headline)


def find(stub):
    """Finds Simplified text by a Traditional keyword."""
    keywords = article_service_pb2.KeywordFilter(all=["圖書館"])
    found = stub.FilterArticles(article_service_pb2.FilterArticlesRequest(keywords=keywords, snippets=1))
    for match in found.matches:
        segments = match.snippets[0].segments
        print("found:", "".join(f"【{part.text}】" if part.hit else part.text for part in segments))
    return found.matches[0].article.name


def page(stub):
    """Reads page after page, and returns the token from which a watch misses nothing."""
    request, count = article_service_pb2.ListArticlesRequest(page_size=2), 0
    while True:
        answer = stub.ListArticles(request)
        count += len(answer.articles)
        # Only an empty token is the end: a page may have fewer articles than asked for, even none.
        if not answer.next_page_token:
            print("listed:", count)
            return answer.resume_token
        request.page_token = answer.next_page_token


def watch(stub, resume_token):
    """Yields changes for ever, and goes on after the last one when the connection is lost."""
    while True:
        events = stub.WatchArticles(article_service_pb2.WatchArticlesRequest(resume_token=resume_token))
        try:
            for event in events:
                yield event
                resume_token = event.resume_token
        except grpc.RpcError as error:
            # OUT_OF_RANGE: the token is too old, so list again, and watch from there.
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
        finally:
            events.cancel()
        time.sleep(1)


def refused(call, request):
    """Says what a call was refused for. Programs branch on the reason, not on the message."""
    try:
        call(request)
    except grpc.RpcError as error:
        info, about = error_details_pb2.ErrorInfo(), []
        bad, resource = error_details_pb2.BadRequest(), error_details_pb2.ResourceInfo()
        for detail in rpc_status.from_call(error).details:
            detail.Unpack(info)
            if detail.Unpack(bad):
                about += [violation.field for violation in bad.field_violations]
            if detail.Unpack(resource):
                about.append(resource.resource_name)
        print("refused:", info.reason, *about)


stub = connect()
ingest(stub)
name = find(stub)
token = page(stub)

corrected = article_pb2.Article(name=name, headline="更正")
mask = field_mask_pb2.FieldMask(paths=["headline"])
stub.UpdateArticle(article_service_pb2.UpdateArticleRequest(article=corrected, update_mask=mask))
for event in watch(stub, token):
    # Kept with what was made of the event, so that the program goes on there when it is started again.
    token = event.resume_token
    if event.HasField("upserted"):
        print("changed:", event.upserted.headline)
        break
stub.DeleteArticle(article_service_pb2.DeleteArticleRequest(name=name))
for event in watch(stub, token):
    if event.HasField("deleted"):
        print("deleted:", str(event.deleted == name).lower())
        break

refused(stub.GetArticle, article_service_pb2.GetArticleRequest(name="articles/nothing"))
refused(stub.ListArticles, article_service_pb2.ListArticlesRequest(filter="revision = x"))
