#!/usr/bin/env python3
"""Checks the links of the pages: on a code host, from Markdown file to file, and in the book, from page to page.

A link from the book to a file of the repository that is no page, such as an example, gets a copy of that file next to the book.
Links to other hosts are not followed.
"""

import html
import html.parser
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOOK = ROOT / "target" / "book"
FENCE = re.compile(r"^(?:```|~~~).*?^(?:```|~~~)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)|\bsrc(?:set)?=\"([^\"]+)\"")


def local(link):
    """The path and the anchor of a link within the repository; None for one to another host."""
    parts = urllib.parse.urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    return urllib.parse.unquote(parts.path), urllib.parse.unquote(parts.fragment)


def slug(heading):
    """The anchor of a heading, as code hosts and mdBook make it."""
    text = re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(page):
    text = FENCE.sub("", page.read_text())
    return {slug(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


def faults_of_markdown():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in names.stdout.split():
        page = ROOT / name
        for link in (a or b for a, b in LINK.findall(FENCE.sub("", page.read_text()))):
            if (target := local(link)) is None:
                continue
            path, anchor = target
            file = (page.parent / path).resolve() if path else page
            if not file.exists():
                yield f"{name}: there is no {link}"
            elif anchor and file.suffix == ".md" and anchor not in anchors(file):
                yield f"{name}: {path or name} has no heading #{anchor}"


class Page(html.parser.HTMLParser):
    """The links and anchors of a page of the book."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.links += [value for name in ("href", "src") if (value := attributes.get(name))]
        self.ids |= {value for name in ("id", "name") if (value := attributes.get(name))}


def copied(file):
    """Whether the repository has this file of the book. Next to the book stands a copy; a Markdown page, which mdBook links to as
    HTML, as its text."""
    source = ROOT / file.relative_to(BOOK) if file.is_relative_to(BOOK) else ROOT / "nothing"
    page = source.with_suffix(".md")
    if source.is_dir():
        return True
    if source.is_file() or page.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
    if source.is_file():
        shutil.copy(source, file)
    elif file.suffix == ".html" and page.is_file():
        file.write_text(f"<!DOCTYPE html><meta charset=utf-8><title>{page.name}</title><pre>{html.escape(page.read_text())}</pre>")
    return file.exists()


def faults_of_book():
    pages = {path: Page(path.read_text()) for path in (BOOK / "docs").glob("*.html")}
    for path, page in pages.items():
        # These two show parts of all the others, which are checked themselves.
        if path.name in ("print.html", "toc.html", "404.html"):
            continue
        for link in page.links:
            if (target := local(link)) is None:
                continue
            to, anchor = target
            file = (path.parent / to).resolve() if to else path
            if not file.exists() and not copied(file):
                yield f"the book: {path.name}: there is no {link}"
            elif anchor and file in pages and anchor not in pages[file].ids:
                yield f"the book: {path.name}: {to or path.name} has no #{anchor}"


def main():
    faults = [*faults_of_markdown(), *faults_of_book()]
    if faults:
        sys.exit("\n".join(faults))
    print("the book is built, and every link has a target")


main()
