"""Foreign clients and a server with TLS, mutual TLS and tokens: grpcio, grpcurl, buf curl, and the command line."""

import pathlib
import subprocess
import tempfile
import unittest

import grpc
import trustme

from articled.v1 import article_service_pb2 as s
from articled.v1.article_service_pb2_grpc import ArticleServiceStub
from server import BINARY, Server

GET = s.GetArticleRequest(name="articles/none")
DELETE = s.DeleteArticleRequest(name="articles/none")
Code = grpc.StatusCode


class Secured(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.authority = trustme.CA()
        cls.authority.cert_pem.write_to_path(cls.folder / "ca.pem")
        cls.issue("server", "localhost", "127.0.0.1")
        cls.issue("writer", "import.example")
        cls.tokens = {role: cls.new_token(role) for role in ["reader", "writer"]}
        with (cls.folder / "tokens").open("a") as file:
            file.write("writer dns:import.example\n")
        cls.server = cls.enterClassContext(
            Server(
                settings=[
                    *["--tls-cert", cls.folder / "server.pem", "--tls-key", cls.folder / "server.key"],
                    *["--client-ca", cls.folder / "ca.pem", "--client-certificates", "optional"],
                    *["--tokens", cls.folder / "tokens"],
                ]
            )
        )

    @classmethod
    def issue(cls, name, *names):
        certificate = cls.authority.issue_cert(*names)
        certificate.private_key_pem.write_to_path(cls.folder / f"{name}.key")
        for pem in certificate.cert_chain_pems:
            pem.write_to_path(cls.folder / f"{name}.pem", append=True)

    @classmethod
    def new_token(cls, role):
        command = [BINARY, "token", "new", "--role", role, "--file", cls.folder / "tokens", "--comment", "for a test"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def read(self, name):
        return (self.folder / name).read_bytes()

    def stub(self, token=None, client=None):
        key, chain = (self.read(f"{client}.key"), self.read(f"{client}.pem")) if client else (None, None)
        credentials = grpc.ssl_channel_credentials(self.read("ca.pem"), key, chain)
        if token is not None:
            call = grpc.access_token_call_credentials(token)
            credentials = grpc.composite_channel_credentials(credentials, call)
        return ArticleServiceStub(self.enterContext(grpc.secure_channel(self.server.address, credentials)))

    def assert_code(self, code, call, request):
        with self.assertRaises(grpc.RpcError) as refusal:
            call(request, timeout=10)
        self.assertEqual(refusal.exception.code(), code, refusal.exception.details())

    def test_a_token_has_its_role(self):
        reader, writer = (self.stub(self.tokens[role]) for role in ["reader", "writer"])
        self.assert_code(Code.NOT_FOUND, reader.GetArticle, GET)
        self.assert_code(Code.PERMISSION_DENIED, reader.DeleteArticle, DELETE)
        self.assert_code(Code.NOT_FOUND, writer.DeleteArticle, DELETE)

    def test_strangers_are_not_served(self):
        for token in [None, "wrong", self.tokens["reader"] + "x"]:
            self.assert_code(Code.UNAUTHENTICATED, self.stub(token).GetArticle, GET)
        plain = ArticleServiceStub(self.enterContext(grpc.insecure_channel(self.server.address)))
        self.assert_code(Code.UNAVAILABLE, plain.GetArticle, GET)

    def test_the_header_is_taken_once_and_in_any_case(self):
        stub, token = self.stub(), self.tokens["reader"]
        for values, code in [
            ([f"bearer {token}"], Code.NOT_FOUND),
            ([f"BEARER {token}"], Code.NOT_FOUND),
            ([f"Bearer  {token}"], Code.NOT_FOUND),
            ([f"Bearer {token}", f"Bearer {token}"], Code.UNAUTHENTICATED),
            ([token], Code.UNAUTHENTICATED),
            ([f"Basic {token}"], Code.UNAUTHENTICATED),
            ([""], Code.UNAUTHENTICATED),
        ]:
            with self.subTest(values), self.assertRaises(grpc.RpcError) as refusal:
                stub.GetArticle(GET, metadata=[("authorization", value) for value in values])
            self.assertEqual(refusal.exception.code(), code)

    def test_a_certificate_has_its_role(self):
        self.assert_code(Code.NOT_FOUND, self.stub(client="writer").DeleteArticle, DELETE)
        # One that is for a server only in name: the authority vouches for it, and the file gives it no role.
        self.assert_code(Code.PERMISSION_DENIED, self.stub(client="server").GetArticle, GET)

    def test_grpcurl_and_buf_curl_describe_and_call_with_a_token(self):
        address, ca = f"localhost:{self.server.address.split(':')[1]}", self.folder / "ca.pem"
        header = f"-H 'authorization: Bearer {self.tokens['reader']}'"
        listed = self.server.run(f"grpcurl -cacert {ca} {header} {address} list")
        self.assertIn("articled.v1.ArticleService", listed.stdout, listed.stderr)
        refused = self.server.run(f"grpcurl -cacert {ca} {address} list")
        self.assertNotEqual(refused.returncode, 0)
        method = "articled.v1.ArticleService/ListArticles"
        called = self.server.run(f"grpcurl -cacert {ca} {header} -d '{{}}' {address} {method}")
        self.assertEqual(called.returncode, 0, called.stderr)
        reflected = header.replace("-H", "--reflect-header")
        options = f"--protocol grpc --cacert {ca} {header} {reflected}"
        called = self.server.run(f"buf curl {options} https://{address}/{method} -d '{{}}'")
        self.assertEqual(called.returncode, 0, called.stderr)

    def test_the_command_line_connects_with_tokens_and_certificates(self):
        server = f"--server https://localhost:{self.server.address.split(':')[1]} --ca {self.folder}/ca.pem"
        token = self.folder / "reader.token"
        token.write_text(self.tokens["reader"] + "\n")
        identity = f"--cert {self.folder}/writer.pem --key {self.folder}/writer.key"
        page = "白鹭河开闸\\n白鹭河口的水闸开启。"
        for command, status, said in [
            (f"articled list {server} --token-file {token}", 0, ""),
            (f"ARTICLED_TOKEN={self.tokens['reader']} articled list {server}", 0, ""),
            (f"articled healthcheck {server}", 0, ""),
            (f"articled healthcheck {server.replace('localhost', '127.0.0.1')} --server-name localhost", 0, ""),
            (f"articled healthcheck {server} --server-name other.example", 1, "not valid for name"),
            (f"articled list {server}", 1, "UNAUTHENTICATED"),
            (f"printf '{page}' | articled import {server} --token-file {token} -", 1, "needs the role writer"),
            (f"printf '{page}' | articled import {server} {identity} -", 0, ""),
            (f"articled list {server.replace('--ca', '--token a --ca').replace('https', 'http')}", 2, "--ca is for an https"),
            (f"articled list --server {server.split()[1]}", 1, "--ca sets the authority"),
        ]:
            with self.subTest(command):
                done = self.server.run(command)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(said, done.stderr)
                self.assertNotIn(self.tokens["reader"], done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
