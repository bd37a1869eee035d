#!/usr/bin/env python3
"""Draws docs/speed.svg: what the first page of a filter costs in stores of several sizes, from the table of growth in
docs/benchmarks.md. With --check it fails if the file is not the one that it would write."""

import pathlib
import re
import sys

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
# The first table of growth: a column for each size, then others.
TABLE = re.compile(r"\| what; in brackets: to the limit (?P<sizes>(?:\| \d+ )+)\|.*\n(?P<rows>(?:\|.*\n)+)")
ROW = re.compile(r"\| FilterArticles, (?P<class>[^|]+?) \|(?P<cells>.*)")
LEFT, TOP, WIDTH, LINE = 190, 62, 520, 20


def rows(table, sizes):
    """Each class with its times in ms."""
    found = ((row["class"], re.findall(r"([\d.]+) ms", row["cells"])) for row in ROW.finditer(table))
    found = ((name, [float(time) for time in times]) for name, times in found if len(times) == sizes)
    return [(name, times) for name, times in found if "median" not in name and ";" not in name]


def drawn(text):
    found = TABLE.search(text)
    sizes = [f"{int(size):,}" for size in re.findall(r"\d+", found["sizes"])]
    table = rows(found["rows"], len(sizes))
    most = max(time for _, times in table for time in times)
    ticks = [step * 0.5 for step in range(int(most / 0.5) + 2)]
    x = lambda time: LEFT + WIDTH * time / ticks[-1]
    bottom = TOP + LINE * len(table)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 40}" height="{bottom + 34}" font-family="sans-serif" font-size="12">',
        "<style>text{fill:#222}.soft{fill:#666}.grid{stroke:#ddd}.s0{fill:#b9cde0}.s1{fill:#7fa6cc}.s2{fill:#2f6ca8}"
        "@media(prefers-color-scheme:dark){text{fill:#ddd}.soft{fill:#999}.grid{stroke:#444}.s0{fill:#3d5870}.s1{fill:#5b86b0}.s2{fill:#9cc8f5}}</style>",
        '<text x="8" y="20" font-size="14">The first page of 50 articles, filtered by keywords, over gRPC: median in ms</text>',
    ]
    at = LEFT
    for index, size in enumerate(sizes):
        parts.append(f'<circle class="s{index}" cx="{at + 5}" cy="40" r="5"/><text class="soft" x="{at + 14}" y="44">{size} articles</text>')
        at += 140
    for tick in ticks:
        parts.append(f'<line class="grid" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP - 6}" y2="{bottom}"/>')
        parts.append(f'<text class="soft" x="{x(tick):.1f}" y="{bottom + 18}" text-anchor="middle">{tick:.1f}</text>')
    for index, (name, times) in enumerate(table):
        y = TOP + LINE * index + 8
        parts.append(f'<text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{name}</text>')
        parts += [f'<circle class="s{size}" cx="{x(time):.1f}" cy="{y}" r="5"/>' for size, time in enumerate(times)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def main():
    picture, path = drawn((DOCS / "benchmarks.md").read_text()), DOCS / "speed.svg"
    if "--check" not in sys.argv[1:]:
        path.write_text(picture)
    elif not path.exists() or path.read_text() != picture:
        sys.exit("docs/speed.svg is stale: run tests/docs/plot.py")


main()
