"""Checks Prometheus' rules and Grafana's dashboards against a scrape of a real server: every metric that they name exists.
With promtool, the rules and the scrape itself are checked too."""

import json
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.request

import trustme

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/clients"))
from server import BINARY, Server  # noqa: E402

# What the service serves. Names with a colon are recorded by the rules themselves, and `up` is Prometheus' own.
METRIC = re.compile(r"(?<![:\w])((?:articled|process)_[a-z0-9_]+)(?![:\w(])")
# The parser warns that the dateline's year is not known.
PAGE_WITHOUT_YEAR = "河道清淤工程完工\n新华社三河镇5月3日电（记者甲乙）清淤工程昨日完工，水深恢复到两米。\n下月再查一次。\n"

RULES = ROOT / "deploy/prometheus/rules.yml"


def named(expression):
    # Texts in quotes are values of labels.
    return METRIC.findall(re.sub(r'"[^"]*"', '""', expression))


def expressions_of_dashboards():
    for dashboard in sorted((ROOT / "deploy/grafana").glob("*.json")):
        for panel in json.loads(dashboard.read_text())["panels"]:
            for target in panel.get("targets", []):
                yield f"{dashboard.name}, {panel['title']}", target["expr"]


def expressions_of_rules():
    # Without a parser of YAML: comments and annotations name no metrics, and the expressions are all the rest.
    for number, line in enumerate(RULES.read_text().splitlines(), 1):
        if not re.match(r"\s*(#|summary:|- (alert|record|name):)", line):
            yield f"{RULES.name}:{number}", line


def scrape(address):
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
        return answer.read().decode()


def scrape_of_a_secured_server():
    """Certificates and tokens have metrics only where there are some."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        authority = trustme.CA()
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
        subprocess.run([BINARY, "token", "new", "--role", "reader", "--file", folder / "tokens"], check=True, capture_output=True)
        pair = ["--tls-cert", folder / "server.pem", "--tls-key", folder / "server.pem"]
        context = ssl.create_default_context()
        authority.configure_trust(context)
        with Server(settings=[*pair, "--tokens", folder / "tokens", "--metrics-access", "anyone"]) as server:
            with urllib.request.urlopen(f"https://{server.metrics_address}/metrics", timeout=10, context=context) as answer:
                return answer.read().decode()


def promtool_faults(text):
    promtool = shutil.which("promtool")
    if promtool is None:
        print("promtool is not installed, so neither the rules' syntax nor the scrape's form are checked")
        return
    for command, given in [
        (["check", "rules", RULES], None),
        (["test", "rules", RULES.with_name("rules_test.yml")], None),
        (["check", "metrics"], text),
    ]:
        checked = subprocess.run([promtool, *command], input=given, capture_output=True, text=True)
        if checked.returncode != 0:
            yield f"promtool {command[0]} {command[1]}:\n{checked.stdout}{checked.stderr}"


def main():
    with Server() as server:
        # Warnings of the parser are counted from the first one on.
        done = server.run(f"printf '%s' '{PAGE_WITHOUT_YEAR}' | articled import --format text -")
        assert done.returncode == 0, done.stderr
        text = scrape(server.metrics_address)
    lines = [*text.splitlines(), *scrape_of_a_secured_server().splitlines()]
    served = {line.split("{")[0].split(" ")[0] for line in lines if line and not line.startswith("#")}
    faults = [
        f"{place}: names {name}, which the server does not have"
        for place, expression in [*expressions_of_dashboards(), *expressions_of_rules()]
        for name in named(expression)
        if name not in served
    ]
    faults += promtool_faults(text)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
