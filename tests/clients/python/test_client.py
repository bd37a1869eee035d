"""A client in Python, with stubs generated from proto/, goes through the service and its errors."""

import base64
import datetime
import json
import shlex
import threading
import unittest

import grpc
from google.protobuf.field_mask_pb2 import FieldMask
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from articled.v1 import article_pb2 as a
from articled.v1 import article_service_pb2 as s
from articled.v1.article_service_pb2_grpc import ArticleServiceStub
from server import Server

STORY = "云岫县开通夜间公交\n云岫在线讯 云岫县第{number}条夜间公交线路开通，末班车延至零点。\n沿线居民表示欢迎。"


def document(number, **fields):
    time = datetime.datetime(2024, 5, number, 8, tzinfo=datetime.timezone.utc)
    return a.RawDocument(
        content=STORY.format(number=number).encode(),
        content_type="text/plain",
        url=f"https://bus.example/{number}?utm_source=test",
        fetch_time=time,
        **fields,
    )


class Client(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        channel = cls.enterClassContext(grpc.insecure_channel(cls.server.address))
        cls.stub = ArticleServiceStub(channel)

    def setUp(self):
        """Each test has five articles of its own, and leaves none."""
        self.names = []
        for number in range(1, 6):
            response = self.stub.IngestArticle(s.IngestArticleRequest(document=document(number)), timeout=30)
            self.assertEqual(response.outcome, s.OUTCOME_CREATED)
            self.names.append(response.article.name)
        self.addCleanup(self.delete_all)

    def delete_all(self):
        for article in self.stub.ListArticles(s.ListArticlesRequest(page_size=1000)).articles:
            self.stub.DeleteArticle(s.DeleteArticleRequest(name=article.name))

    def refused(self, code, call, request):
        """The details of a refusal, by their type."""
        with self.assertRaises(grpc.RpcError) as refusal:
            call(request)
        self.assertEqual(refusal.exception.code(), code, refusal.exception.details())
        details = {}
        for packed in rpc_status.from_call(refusal.exception).details:
            for kind in (error_details_pb2.ErrorInfo, error_details_pb2.BadRequest, error_details_pb2.ResourceInfo):
                if packed.Is(kind.DESCRIPTOR):
                    details[kind] = kind()
                    packed.Unpack(details[kind])
        self.assertEqual(details[error_details_pb2.ErrorInfo].domain, "articled")
        return details

    def refused_field(self, call, request):
        details = self.refused(grpc.StatusCode.INVALID_ARGUMENT, call, request)
        return [violation.field for violation in details[error_details_pb2.BadRequest].field_violations]

    def test_ingest_is_idempotent(self):
        again = self.stub.IngestArticle(s.IngestArticleRequest(document=document(1)))
        self.assertEqual((again.outcome, again.article.revision), (s.OUTCOME_UNCHANGED, 1))
        changed = document(1, labels={"k": "v"})
        again = self.stub.IngestArticle(s.IngestArticleRequest(document=changed))
        self.assertEqual((again.outcome, again.article.revision), (s.OUTCOME_UPDATED, 2))
        self.assertEqual(dict(again.article.labels), {"k": "v"})

    def test_import_can_be_cancelled_and_resumed(self):
        """Cancelled half-way, and resumed with all that was not answered: each article is stored once."""
        total = 40

        def item(number):
            story = a.RawDocument(content=f"第{number}期\n云岫县公告第{number}号。".encode(), content_type="text/plain")
            return s.ImportArticlesRequest(sequence=number, document=story, article_id=f"import-{number}")

        acknowledged = {}
        more = threading.Event()

        def half():
            for number in range(total // 2):
                yield item(number)
            # The stream stays open: the client breaks it off.
            more.wait()

        call = self.stub.ImportArticles(half())
        for answer in call:
            acknowledged[answer.sequence] = answer.name
            if len(acknowledged) == total // 4:
                break
        call.cancel()
        more.set()
        for name in acknowledged.values():
            self.assertEqual(self.stub.GetArticle(s.GetArticleRequest(name=name)).revision, 1)

        left = [number for number in range(total) if number not in acknowledged]
        requests = [item(number) for number in left] + [s.ImportArticlesRequest(sequence=-1)]
        answers = {answer.sequence: answer for answer in self.stub.ImportArticles(iter(requests))}
        self.assertEqual(sorted(answers), [-1] + left)
        bad = answers.pop(-1)
        self.assertEqual((bad.error.code, bad.name), (grpc.StatusCode.INVALID_ARGUMENT.value[0], ""))
        for answer in answers.values():
            self.assertIn(answer.outcome, (s.OUTCOME_CREATED, s.OUTCOME_UNCHANGED))
            self.assertEqual(answer.error.code, 0)
        keywords = s.KeywordFilter(all=["云岫县公告"])
        exported = [it.article for it in self.stub.ExportArticles(s.ExportArticlesRequest(keywords=keywords))]
        self.assertEqual(sorted(it.name for it in exported), sorted(f"articles/import-{n}" for n in range(total)))
        self.assertEqual({it.revision for it in exported}, {1})
        self.assertEqual(exported, sorted(exported, key=lambda it: (it.effective_time.ToNanoseconds(), it.name)))

    def test_reparse_needs_a_document(self):
        answer = self.stub.ReparseArticle(s.ReparseArticleRequest(name=self.names[0]))
        self.assertEqual((answer.outcome, answer.article.revision), (s.OUTCOME_UNCHANGED, 1))
        made = self.stub.CreateArticle(s.CreateArticleRequest(article=a.Article(headline="自拟")))
        request = s.ReparseArticleRequest(name=made.name)
        details = self.refused(grpc.StatusCode.FAILED_PRECONDITION, self.stub.ReparseArticle, request)
        self.assertEqual(details[error_details_pb2.ErrorInfo].reason, "NO_RAW_DOCUMENT")

    def test_parse_stores_nothing(self):
        parsed = self.stub.ParseArticle(s.ParseArticleRequest(document=document(6))).article
        self.assertEqual(parsed.headline, "云岫县开通夜间公交")
        request = s.GetArticleRequest(name=parsed.name)
        details = self.refused(grpc.StatusCode.NOT_FOUND, self.stub.GetArticle, request)
        self.assertEqual(details[error_details_pb2.ResourceInfo].resource_name, parsed.name)

    def test_get_has_the_views(self):
        get = lambda view: self.stub.GetArticle(s.GetArticleRequest(name=self.names[0], view=view))
        full, basic, raw = get(0), get(a.ARTICLE_VIEW_BASIC), get(a.ARTICLE_VIEW_RAW)
        self.assertIn("末班车延至零点", full.body)
        self.assertEqual(full.canonical_url, "https://bus.example/1")
        self.assertEqual((basic.body, basic.char_count), ("", len(full.body)))
        self.assertEqual(raw.raw.content, STORY.format(number=1).encode())

    def test_batch_get_keeps_the_order(self):
        names = [self.names[3], self.names[0], self.names[3]]
        answer = self.stub.BatchGetArticles(s.BatchGetArticlesRequest(names=names))
        self.assertEqual([article.name for article in answer.articles], names)
        missing = s.BatchGetArticlesRequest(names=[self.names[0], "articles/nothing"])
        details = self.refused(grpc.StatusCode.NOT_FOUND, self.stub.BatchGetArticles, missing)
        self.assertEqual(details[error_details_pb2.ResourceInfo].resource_name, "articles/nothing")

    def test_list_has_pages_newest_first(self):
        seen, token = [], ""
        for page_size in (2, 1, 5):
            page = self.stub.ListArticles(s.ListArticlesRequest(page_size=page_size, page_token=token))
            seen += [article.name for article in page.articles]
            token = page.next_page_token
        self.assertEqual(seen, self.names[::-1])
        self.assertEqual(token, "")

    def test_filter_knows_both_scripts(self):
        keywords = s.KeywordFilter(all=["雲岫縣", "公交"], none=["第3条"])
        answer = self.stub.FilterArticles(s.FilterArticlesRequest(keywords=keywords, snippets=1, count_total=True))
        self.assertEqual([found.article.name for found in answer.matches], [self.names[i] for i in (4, 3, 1, 0)])
        self.assertEqual((answer.total_size, answer.total_size_is_lower_bound), (4, False))
        match = answer.matches[0]
        self.assertEqual(list(match.matched_terms), ["雲岫縣", "公交"])
        self.assertEqual([piece.text for piece in match.snippets[0].segments if piece.hit], ["云岫县", "公交"])

    def test_update_keeps_to_mask_and_etag(self):
        name = self.names[0]
        old = self.stub.GetArticle(s.GetArticleRequest(name=name))
        change = a.Article(name=name, headline="更正", etag=old.etag)
        request = s.UpdateArticleRequest(article=change, update_mask=FieldMask(paths=["headline"]))
        new = self.stub.UpdateArticle(request)
        self.assertEqual((new.headline, new.body, new.revision), ("更正", old.body, 2))
        self.refused(grpc.StatusCode.ABORTED, self.stub.UpdateArticle, request)
        wrong = s.UpdateArticleRequest(article=change, update_mask=FieldMask(paths=["revision"]))
        self.assertEqual(self.refused_field(self.stub.UpdateArticle, wrong), ["update_mask"])

    def test_create_refuses_what_exists(self):
        article = a.Article(headline="自拟", body="一段。")
        made = self.stub.CreateArticle(s.CreateArticleRequest(article=article, article_id="made-here"))
        self.assertEqual(made.name, "articles/made-here")
        again = s.CreateArticleRequest(article=article, article_id="made-here")
        details = self.refused(grpc.StatusCode.ALREADY_EXISTS, self.stub.CreateArticle, again)
        self.assertEqual(details[error_details_pb2.ResourceInfo].resource_name, "articles/made-here")

    def test_delete_is_for_good(self):
        request = s.DeleteArticleRequest(name=self.names[0])
        self.stub.DeleteArticle(request)
        self.refused(grpc.StatusCode.NOT_FOUND, self.stub.GetArticle, s.GetArticleRequest(name=self.names[0]))
        self.refused(grpc.StatusCode.NOT_FOUND, self.stub.DeleteArticle, request)
        request.allow_missing = True
        self.stub.DeleteArticle(request)

    def test_watch_is_cancelled_halfway_and_resumed(self):
        page = self.stub.ListArticles(s.ListArticlesRequest(page_size=2))
        watched = s.KeywordFilter(all=["雲岫縣"])
        start = self.stub.FilterArticles(s.FilterArticlesRequest(keywords=watched, page_size=1)).resume_token
        self.stub.DeleteArticle(s.DeleteArticleRequest(name=self.names[0]))
        change = a.Article(name=self.names[1], headline="云岫县更正")
        self.stub.UpdateArticle(s.UpdateArticleRequest(article=change, update_mask=FieldMask(paths=["headline"])))

        events = self.stub.WatchArticles(s.WatchArticlesRequest(keywords=watched, resume_token=start))
        first = next(events)
        self.assertEqual(first.deleted, self.names[0])
        events.cancel()
        with self.assertRaises(grpc.RpcError) as end:
            list(events)
        self.assertEqual(end.exception.code(), grpc.StatusCode.CANCELLED)

        request = s.WatchArticlesRequest(keywords=watched, resume_token=first.resume_token)
        events = self.stub.WatchArticles(request)
        self.assertEqual(next(events).upserted.headline, "云岫县更正")
        self.assertEqual(next(events).WhichOneof("event"), "checkpoint")
        made = self.stub.CreateArticle(s.CreateArticleRequest(article=a.Article(headline="雲岫縣新聞", body="一段。")))
        self.assertEqual(next(events).upserted.name, made.name)
        events.cancel()

        other = s.WatchArticlesRequest(resume_token=start)
        self.assertEqual(self.refused_field(lambda request: next(self.stub.WatchArticles(request)), other), ["resume_token"])
        from_list = self.stub.WatchArticles(s.WatchArticlesRequest(resume_token=page.resume_token))
        self.assertEqual(next(from_list).deleted, self.names[0])
        from_list.cancel()

    def test_bad_arguments_are_named(self):
        stub = self.stub
        empty = a.RawDocument()
        check = lambda call, request, field: self.assertEqual(self.refused_field(call, request), [field])
        check(stub.IngestArticle, s.IngestArticleRequest(document=empty), "document.content")
        check(stub.IngestArticle, s.IngestArticleRequest(document=document(1), article_id="No"), "article_id")
        check(stub.GetArticle, s.GetArticleRequest(name="articles/"), "name")
        check(stub.ListArticles, s.ListArticlesRequest(page_size=-1), "page_size")
        check(stub.ListArticles, s.ListArticlesRequest(page_token="bad"), "page_token")
        check(stub.ListArticles, s.ListArticlesRequest(order_by="headline"), "order_by")
        check(stub.FilterArticles, s.FilterArticlesRequest(), "keywords")
        blank = s.KeywordFilter(all=["好", " "])
        check(stub.FilterArticles, s.FilterArticlesRequest(keywords=blank), "keywords.all[1]")

    def test_grpcurl_describes_the_service_with_its_comments(self):
        described = self.server.run("grpcurl -plaintext 127.0.0.1:50051 describe articled.v1.ArticleService.GetArticle")
        self.assertEqual(described.returncode, 0, described.stderr)
        self.assertIn("Fails with NOT_FOUND if no article has this name", described.stdout)

    def test_grpcurl_pages_filters_imports_and_watches(self):
        page = self.grpcurl("ListArticles", {"pageSize": 3, "filter": "fetch_time > 2024-05-01", "orderBy": "create_time"})
        self.assertEqual([article["name"] for article in page[0]["articles"]], self.names[:3])
        rest = {"pageToken": page[0]["nextPageToken"], "filter": "fetch_time > 2024-05-01", "orderBy": "create_time"}
        self.assertEqual([it["name"] for it in self.grpcurl("ListArticles", rest)[0]["articles"]], self.names[3:])
        found = self.grpcurl("FilterArticles", {"keywords": {"all": ["夜間公交"], "none": ["第3條"]}, "countTotal": True})
        self.assertEqual((found[0]["totalSize"], len(found[0]["matches"])), (4, 4))

        story = base64.b64encode(STORY.format(number=6).encode()).decode()
        items = [
            {"sequence": 1, "document": {"content": story}, "articleId": "by-grpcurl"},
            {"sequence": 2, "article": {"headline": "自拟", "name": "articles/own"}},
            {"sequence": 3},
        ]
        answers = {int(answer["sequence"]): answer for answer in self.grpcurl("ImportArticles", *items)}
        self.assertEqual({answer.get("name") for answer in answers.values()}, {"articles/by-grpcurl", "articles/own", None})
        self.assertEqual(answers[3]["error"]["code"], grpc.StatusCode.INVALID_ARGUMENT.value[0])
        # A watch ends when its deadline has passed; what came before was printed.
        watch = {"resumeToken": page[0]["resumeToken"], "filter": "fetch_time > 2024-05-01"}
        self.stub.DeleteArticle(s.DeleteArticleRequest(name=self.names[4]))
        watched = self.run_grpcurl("WatchArticles", [watch], "-max-time 2")
        self.assertIn("DeadlineExceeded", watched.stderr)
        self.assertIn(f'"deleted": "{self.names[4]}"', watched.stdout)
        exported = self.grpcurl("ExportArticles", {"filter": "labels:none OR name = articles/own"})
        self.assertEqual([it["article"]["headline"] for it in exported], ["自拟"])

    def grpcurl(self, method, *requests):
        """The answers, which stand one after another."""
        answered = self.run_grpcurl(method, requests)
        self.assertEqual(answered.returncode, 0, answered.stderr)
        decoder, at, answers, text = json.JSONDecoder(), 0, [], answered.stdout.strip()
        while at < len(text):
            answer, at = decoder.raw_decode(text, at)
            answers.append(answer)
            at += len(text[at:]) - len(text[at:].lstrip())
        return answers

    def run_grpcurl(self, method, requests, options=""):
        data = "\n".join(json.dumps(request) for request in requests)
        service = "articled.v1.ArticleService"
        return self.server.run(f"grpcurl -plaintext {options} -d @ 127.0.0.1:50051 {service}/{method}", input=data)

    def test_buf_curl_goes_through_the_service_by_reflection(self):
        ingested = self.curl("IngestArticle", {"document": {"content": base64.b64encode(STORY.encode()).decode()}})
        self.assertEqual(ingested["outcome"], "OUTCOME_CREATED")
        name = ingested["article"]["name"]
        self.names.append(name)
        self.assertEqual(self.curl("GetArticle", {"name": name})["body"], ingested["article"]["body"])
        listed = self.curl("ListArticles", {"pageSize": 1000, "filter": f'name = "{name}"'})
        self.assertEqual([article["name"] for article in listed["articles"]], [name])
        found = self.curl("FilterArticles", {"keywords": {"all": ["云岫"], "none": ["第3条"]}, "pageSize": 2})
        self.assertEqual(len(found["matches"]), 2)
        self.assertTrue(found["nextPageToken"])
        for method, request, said in [
            ("GetArticle", {"name": "articles/nothing"}, ["not_found", "articles/nothing", "google.rpc.ErrorInfo", "google.rpc.ResourceInfo"]),
            ("ListArticles", {"pageSize": -1}, ["invalid_argument", "page_size", "google.rpc.BadRequest"]),
            ("FilterArticles", {"keywords": {"all": [""]}}, ["invalid_argument", "keywords.all[0]"]),
            ("IngestArticle", {"document": {}}, ["invalid_argument", "document.content"]),
        ]:
            refused = self.run_curl(method, request)
            self.assertNotEqual(refused.returncode, 0, method)
            for words in said:
                self.assertIn(words, refused.stderr, method)

    def curl(self, method, request):
        answered = self.run_curl(method, request)
        self.assertEqual(answered.returncode, 0, answered.stderr)
        return json.loads(answered.stdout)

    def run_curl(self, method, request):
        service = "http://127.0.0.1:50051/articled.v1.ArticleService"
        data = shlex.quote(json.dumps(request))
        return self.server.run(f"buf curl --protocol grpc --http2-prior-knowledge {service}/{method} -d {data}")


if __name__ == "__main__":
    unittest.main()
