#!/usr/bin/env python3
"""Runs the calls that README.md shows, on a real server with the samples, and compares the answers.

A call is a fenced `sh` block that is followed by a fenced `json` or `text` block, its answer. What differs from run to run
(times of storing, etags, tokens) is compared by its presence alone. `--update` writes today's answers into README.md.
"""

import difflib
import json
import re
import sys

from server import ROOT, Server

README = ROOT / "README.md"
CALL = re.compile(r"```sh\n(?P<call>[^`]+)```\n\n(?P<open>```(?P<kind>json|text)\n)(?P<answer>[^`]*)```")
VOLATILE = {"createTime", "updateTime", "etag", "nextPageToken", "resumeToken"}


def values(text):
    """The JSON values that stand one after another in a text."""
    decoder, at, found = json.JSONDecoder(), 0, []
    text = text.strip()
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        found.append(value)
        while at < len(text) and text[at].isspace():
            at += 1
    return found


def settled(value):
    """A value without what differs from run to run."""
    if isinstance(value, dict):
        return {key: "…" if key in VOLATILE else settled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [settled(inner) for inner in value]
    return value


def lines(kind, answer):
    """The lines of an answer that have to be as README.md says."""
    if kind == "json":
        answer = json.dumps(settled(values(answer)), ensure_ascii=False, indent=2)
    return [line.rstrip() for line in answer.strip().splitlines()]


def main():
    update = "--update" in sys.argv[1:]
    text = README.read_text()
    calls = list(CALL.finditer(text))
    assert calls, "README.md shows no call"
    failures, changes, pieces, at = [], [], [], 0
    with Server("samples") as server:
        for call in calls:
            done = server.run(call["call"])
            if done.returncode != 0:
                failures.append(f"{call['call']}fails: {done.stderr}")
            elif lines(call["kind"], call["answer"]) != lines(call["kind"], done.stdout):
                old, new = lines(call["kind"], call["answer"]), lines(call["kind"], done.stdout)
                changes.append(call["call"] + "\n".join(difflib.unified_diff(old, new, "README.md", "today", lineterm="")))
            answer = done.stdout.rstrip() + "\n"
            pieces += [text[at : call.start("answer")], answer]
            at = call.end("answer")
    if failures:
        sys.exit("README.md shows calls that fail:\n\n" + "\n".join(failures))
    if update:
        README.write_text("".join(pieces) + text[at:])
    elif changes:
        sys.exit("README.md is not true any more (tests/clients/readme.py --update mends it):\n\n" + "\n".join(changes))
    print(f"README.md: {len(calls)} calls answered as it says")


main()
