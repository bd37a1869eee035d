"""Checks what deploy/ and docker-compose.yml describe, without a cluster and without containers: each Kubernetes object
against the schema of its kind, the versions against Cargo.toml's, the mounted files against the tree, and the units of
systemd where systemd-analyze is installed."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The oldest Kubernetes that still gets fixes, and the newest that the validator knows.
KUBERNETES = ["1.33", "1.35"]
VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]


def kubernetes_faults():
    folder = ROOT / "deploy/kubernetes"
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    listed = set(kustomization["resources"])
    present = {file.name for file in folder.glob("*.yaml")} - {"kustomization.yaml"}
    yield from (f"kustomization.yaml and the folder differ: {name}" for name in sorted(listed ^ present))
    for name in sorted(present):
        for manifest in yaml.safe_load_all((folder / name).read_text()):
            for version in KUBERNETES:
                try:
                    kubernetes_validate.validate(manifest, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    yield f"{name}: Kubernetes {version}: {error.message}"
                except kubernetes_validate.SchemaNotFoundError:
                    yield f"{name}: Kubernetes {version} has no {manifest['kind']} in {manifest['apiVersion']}"
            for image in images(manifest):
                if image != f"articled:{VERSION}":
                    yield f"{name}: the image is {image}, and this is version {VERSION}"


def images(manifest):
    pod = manifest.get("spec", {}).get("template", {}).get("spec", {})
    return [container["image"] for container in pod.get("containers", [])]


def compose_faults():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    for name, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                if not (ROOT / source).exists():
                    yield f"docker-compose.yml: {name} mounts {source}, which does not exist"
            elif source not in compose["volumes"]:
                yield f"docker-compose.yml: {name} mounts {source}, which is not among the volumes"


def image_faults():
    label = re.search(r'image\.version="([^"]+)"', (ROOT / "Dockerfile").read_text())
    if label is None or label[1] != VERSION:
        yield f"Dockerfile: the label image.version is not {VERSION}"


def changelog_faults():
    newest = re.search(r"(?m)^## (\S+)", (ROOT / "CHANGELOG.md").read_text())[1]
    if newest not in (VERSION, "Unreleased"):
        yield f"CHANGELOG.md: the newest version is {newest}, and this is version {VERSION}"


def unit_faults():
    if shutil.which("systemd-analyze") is None:
        print("systemd-analyze is not installed, so the units are not checked")
        return
    with tempfile.TemporaryDirectory() as folder:
        for unit in (ROOT / "deploy/systemd").iterdir():
            # The program need not be installed, nor its manual pages.
            text = unit.read_text().replace("/usr/bin/articled", "/bin/true")
            text = re.sub(r"(?m)^Documentation=.*\n", "", text)
            (pathlib.Path(folder) / unit.name).write_text(text)
        units = sorted(pathlib.Path(folder).iterdir())
        verified = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
        # It prints what it finds about these, and about units of the machine too.
        yield from (line for line in verified.stderr.splitlines() if "articled" in line)


def main():
    faults = [*kubernetes_faults(), *compose_faults(), *image_faults(), *changelog_faults(), *unit_faults()]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
