#!/usr/bin/env python3
"""Runs the calls that the pages show, each page on a real server with the samples, and compares the answers.

A call is a fenced `sh` block that is followed by a fenced `json` or `text` block, its answer. What differs from run to run
(times of storing, etags, tokens) is compared by its presence alone. `json abridged` shows only some fields of the answer, and only
these are compared. `--update` writes today's answers into the pages, where they differ. Other arguments are pages, by default all.
"""

import difflib
import json
import re
import sys

from server import ROOT, Server

PAGES = ["README.md", *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").glob("*.md"))]
CALL = re.compile(r"```sh\n(?P<call>[^`]+)```\n\n(?P<open>```(?P<kind>json|text|json abridged)\n)(?P<answer>[^`]*)```")
VOLATILE = {"createTime", "updateTime", "etag", "nextPageToken", "resumeToken", "request_id"}


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


def abridged(value, shown):
    """The fields of a value that a page shows. What it shows as empty is wanted whole, and what it shows of the last element of a
    list is wanted of all that follow."""
    if isinstance(value, dict) and isinstance(shown, dict) and shown:
        return {key: abridged(value[key], shown[key]) for key in shown if key in value}
    if isinstance(value, list) and isinstance(shown, list) and shown:
        return [abridged(inner, shown[min(at, len(shown) - 1)]) for at, inner in enumerate(value)]
    return value


def today(kind, shown, printed):
    """What the page has to show, as text."""
    if kind == "json abridged":
        found, examples = values(printed), values(shown)
        # Several values stand on a line each.
        indent = 2 if len(examples) == 1 else None
        pairs = zip(found, examples + examples[-1:] * len(found))
        printed = "\n".join(json.dumps(abridged(*pair), ensure_ascii=False, indent=indent) for pair in pairs)
    return "".join(line.rstrip() + "\n" for line in printed.strip("\n").splitlines())


def lines(kind, answer):
    """The lines of an answer that have to be as the page says."""
    if kind != "text":
        answer = json.dumps(settled(values(answer)), ensure_ascii=False, indent=2)
    return [line.rstrip() for line in answer.strip().splitlines()]


def check(name, update):
    """The number of calls of a page, and what is wrong with them."""
    text = (ROOT / name).read_text()
    calls, faults, pieces, at = list(CALL.finditer(text)), [], [], 0
    if not calls:
        return 0, []
    with Server("samples") as server:
        for call in calls:
            kind, shown = call["kind"], call["answer"]
            done = server.run(call["call"])
            if done.returncode != 0:
                faults.append(f"{name}: {call['call']}fails: {done.stderr}")
                continue
            try:
                answer = today(kind, shown, done.stdout)
            except ValueError:
                faults.append(f"{name}: {call['call']}answers no JSON: {done.stdout}{done.stderr}")
                continue
            old, new = lines(kind, shown), lines(kind, answer)
            if old == new:
                continue
            if update:
                pieces += [text[at : call.start("answer")], answer]
                at = call.end("answer")
            else:
                difference = "\n".join(difflib.unified_diff(old, new, "the page", "today", lineterm=""))
                faults.append(f"{name}: {call['call']}{difference}")
    if update:
        (ROOT / name).write_text("".join(pieces) + text[at:])
    return len(calls), faults


def main():
    pages = [argument for argument in sys.argv[1:] if argument != "--update"] or PAGES
    counts, faults = zip(*(check(page, "--update" in sys.argv[1:]) for page in pages))
    if any(faults):
        found = "\n\n".join(fault for page in faults for fault in page)
        sys.exit(f"The pages are not true any more (tests/docs/run --update mends an answer):\n\n{found}")
    assert any(counts), "no page shows a call"
    print(f"the pages: {sum(counts)} calls answered as they say")


main()
