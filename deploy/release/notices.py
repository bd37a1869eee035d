"""Writes the licences of everything that is in the program to standard output: each text as its authors wrote it, once, under the
packages that it belongs to. Ends with 1 if a package has no licence text and none can be derived for it."""

import html
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The wording of licences that some packages name and do not contain.
WORDINGS = pathlib.Path(__file__).resolve().parent / "licences"
# Files that hold a licence, also of code by others inside of a package, such as the C libraries.
LICENCE_FILE = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicense|patents)([-_.].*)?$", re.IGNORECASE)
CODE = {".rs", ".py", ".sh", ".c", ".h"}
RULE = "=" * 100


def packages():
    """The packages that are linked into the program: neither those of its build and its tests nor macros."""
    host = re.search("^host: (.*)$", run("rustc", "-vV"), re.MULTILINE)[1]
    of_host = ["--locked", "-p", "articled", "-e", "normal,no-proc-macro", "--target", host]
    tree = run("cargo", "tree", *of_host, "--prefix", "none", "--format", "{p}")
    linked = {tuple(line.split()[:2]) for line in tree.splitlines() if line.strip()}
    metadata = json.loads(run("cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", host))
    found = [package for package in metadata["packages"] if (package["name"], f"v{package['version']}") in linked]
    return sorted((package for package in found if package["source"]), key=lambda it: (it["name"], it["version"]))


def run(*command):
    return subprocess.check_output(command, cwd=ROOT, text=True)


def own_texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    files = (file for file in folder.rglob("*") if LICENCE_FILE.match(file.name) and file.suffix not in CODE)
    return [text(file) for file in sorted(files) if file.is_file()]


def text(file):
    return file.read_text(encoding="utf-8", errors="replace").strip("\n").replace("\r\n", "\n")


def worded(package):
    """For a package that was published without its licence, and has no sibling with one: the wording of the licence, with the authors
    that the package names."""
    for licence in re.split(r" OR |/", package["license"] or ""):
        file = ROOT / "LICENSE" if licence == "Apache-2.0" else WORDINGS / f"{licence}.txt"
        if file.exists():
            authors = ", ".join(package["authors"]) or f"the authors of {package['name']}"
            return [text(file).replace("AUTHORS", re.sub(r" <[^>]*>", "", authors))]
    return []


def standard_library():
    """What the toolchain says of its library, without the markup."""
    sysroot = pathlib.Path(run("rustc", "--print", "sysroot").strip())
    page = text(sysroot / "share/doc/rust/COPYRIGHT-library.html")
    page = re.sub(r"<head>.*?</head>", "", page, flags=re.DOTALL)
    lines = (line.rstrip() for line in html.unescape(re.sub(r"<[^>]*>", "", page)).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def origin(package):
    """The repository, without the folder in it, and the licence: what packages with the same text have in common."""
    repository = re.match(r"https?://[^/]+/[^/]+/[^/]+?(?=\.git|/|$)", package["repository"] or "")
    return (repository[0].lower() if repository else package["name"], package["license"])


def main():
    linked = packages()
    texts = {package["id"]: own_texts(package) for package in linked}
    published = {origin(package): texts[package["id"]] for package in linked if texts[package["id"]]}
    holders, missing = {}, []
    for package in linked:
        name = f"{package['name']} {package['version']} ({package['license']})"
        found = texts[package["id"]] or published.get(origin(package)) or worded(package)
        if not found:
            missing.append(name)
        for licence in dict.fromkeys(found):
            holders.setdefault(licence, []).append(name)
    holders[standard_library()] = ["the Rust standard library"]
    print(f"Software by others in articled: {len(linked)} packages of Rust, with the C libraries and the word lists in them.")
    for licence, names in sorted(holders.items(), key=lambda item: (-len(item[1]), item[1])):
        print(f"\n{RULE}\n{', '.join(names)}\n{RULE}\n\n{licence}")
    for name in missing:
        print(f"no licence text: {name}", file=sys.stderr)
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main())
