"""What the faults share: a store that is kept when a fault fails, clients, invented articles, and the check of a store."""

import contextlib
import gzip
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import grpc

from articled.v1 import article_pb2 as a
from articled.v1 import article_service_pb2 as s
from articled.v1.article_service_pb2_grpc import ArticleServiceStub
from server import BINARY, ROOT

# The articles that faults write are nearly the same text, so that `check` compares each with many others.
CHECK_TIMEOUT_S = 3600
SERVICE_CONFIG = (ROOT / "proto/articled/v1/service_config.json").read_text()


class Unavailable(Exception):
    """This machine lacks what the fault needs."""


def need(program):
    if not shutil.which(program):
        raise Unavailable(f"{program} is not installed")


def under_strace(calls, injected):
    """A prefix that runs the server with a fault in these system calls, counted for each thread."""
    need("strace")
    trace = ["-e", f"trace={calls}", "-e", f"inject={calls}:{injected}"]
    return ["strace", "-D", "-f", "-qq", "-o", "/dev/null", *trace]


@contextlib.contextmanager
def strace_attached(server, calls, injected):
    """A fault in these system calls of a server that runs already."""
    need("strace")
    command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e", f"inject={calls}:{injected}"]
    strace = subprocess.Popen([*command, "-p", str(server.process.pid)])
    status = pathlib.Path(f"/proc/{server.process.pid}/status")
    while "TracerPid:\t0\n" in status.read_text():
        assert strace.poll() is None, "strace could not attach"
        time.sleep(0.01)
    try:
        yield
    finally:
        strace.terminate()
        strace.wait()


@contextlib.contextmanager
def store():
    """A folder for a store; it is removed unless the fault fails."""
    folder = tempfile.mkdtemp(prefix="articled-fault-")
    try:
        yield folder
    except BaseException:
        print(f"the store is kept in {folder}", flush=True)
        raise
    shutil.rmtree(folder)


def free_address():
    """An address for a server that starts again and again, while its clients keep their channel."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % probe.getsockname()[1]


def client(address, retries=True):
    """Retries as the published service config says, or not at all. Its connection is its own: a peer among others. Addresses
    behind `ipv4:`, separated by commas, are instances of one service; calls are sent to each in turn."""
    options = [("grpc.lb_policy_name", "round_robin")]
    if "," in address:
        # gRPC would name all of them as the authority, which is malformed.
        options.append(("grpc.default_authority", "articled"))
    options += [("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", 16 << 20)]
    options.append(("grpc.service_config", SERVICE_CONFIG) if retries else ("grpc.enable_retries", 0))
    return ArticleServiceStub(Decompresses(grpc.insecure_channel(address, options=options)))


class Decompresses:
    """A channel that decodes an answer that gRPC left compressed, and writes any other that it cannot decode to a file: gRPC
    says INTERNAL and drops the bytes.

    grpcio 1.85 leaves one answer in about 40,000 compressed while servers are restarted, though its headers have
    `grpc-encoding: gzip`: they had in all 47,001 compressed answers of a run that was recorded, the faulty one among them."""

    def __init__(self, channel):
        self.channel = channel

    def __getattr__(self, kind):
        """`unary_unary` and its like."""
        begin = getattr(self.channel, kind)

        def method(path, *, response_deserializer, **options):
            def decoded(answer):
                try:
                    return response_deserializer(answer)
                except Exception as error:
                    with contextlib.suppress(Exception):
                        whole = response_deserializer(gzip.decompress(answer))
                        print(f"{path}: the client left an answer of {len(answer)} bytes compressed", flush=True)
                        return whole
                    with tempfile.NamedTemporaryFile(prefix="articled-undecodable-", delete=False) as file:
                        file.write(answer)
                    print(f"{path}: {error!r}; the {len(answer)} bytes are in {file.name}", flush=True)
                    raise

            return begin(path, response_deserializer=decoded, **options)

        return method


def body(number, version=0):
    """An invented text that names its number and version, so that what is read can be compared with what was written."""
    return f"云岫县第{number}号公告第{version}版。\n" + "沿线居民表示欢迎，白鹭河口的水闸如期开启。\n" * (number * 7 % 23)


def article(number, version=0):
    return a.Article(headline=f"第{number}号公告", body=body(number, version).rstrip("\n"))


def document(number, version=0):
    content = f"第{number}号公告\n{body(number, version)}".encode()
    return a.RawDocument(content=content, content_type="text/plain", url=f"https://notices.example/{number}")


def database(folder):
    return f"sqlite:{folder}/articles.db"


def articled(*arguments, **options):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=CHECK_TIMEOUT_S, **options)


def check(folder):
    check_url(database(folder))


def check_url(url):
    """`articled check` finds nothing."""
    done = articled("check", "--database", url)
    assert done.returncode == 0, f"{url}: {done.stdout}{done.stderr}"


def read_all(stub, view=a.ARTICLE_VIEW_FULL):
    """Every stored article by its name."""
    return {found.article.name: found.article for found in stub.ExportArticles(s.ExportArticlesRequest(view=view))}


def peak_memory(server):
    """The most that the process held in memory so far, in bytes (proc(5), VmHWM)."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) << 10


def health(server):
    """What /readyz answers: an HTTP status, or why there was no answer."""
    try:
        return urllib.request.urlopen(f"http://{server.metrics_address}/readyz", timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        return repr(error)


def wait_for_health(server, status, limit_s=60):
    """Until /readyz answers that."""
    deadline = time.monotonic() + limit_s
    while (seen := health(server)) != status:
        assert time.monotonic() < deadline, f"/readyz answers {seen}"
        time.sleep(0.1)


def refusal(call):
    """The code of a call that is refused for a while, which must say when to try again."""
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED), error
        details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
        assert b"google.rpc.RetryInfo" in details, f"no RetryInfo: {error}"
        return error.code().name
    raise AssertionError("the call was carried out")


def healthcheck(server, over, seen):
    """Counts what /readyz answers, every second, until it is over."""
    while not over.wait(1):
        seen[health(server)] += 1
