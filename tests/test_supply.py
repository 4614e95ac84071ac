"""What kg is made of is known to the last file, and what is known of it can be asked."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
TOOLS, BILL = ROOT / "build" / "tools", ROOT / "build" / "sbom.cdx.json"
LOCKS = ("requirements.lock", ".ci/torch-cpu.lock", ".ci/torch-index.lock", ".ci/tools.lock")

needs_tools = pytest.mark.skipif(not (TOOLS / "installed").exists(), reason="`make build/tools/installed` comes first")


@pytest.fixture(scope="module")
def lock() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lock", ROOT / ".ci" / "lock.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["lock"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def pinned(lock: ModuleType) -> dict[str, str]:
    """The versions of requirements.lock and of the build of PyTorch that .ci/run installs, as far as they are for here."""
    found = [pin for path in (lock.PRODUCT, lock.CPU) for pin in lock.pins(path.read_text(encoding="utf-8"))]
    return {pin.name: pin.version for pin in found if not pin.marker or Marker(pin.marker).evaluate()}


def requirements() -> list[Requirement]:
    """What kg, its tests and its door for assistants need, and what builds it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    lines = [*project["project"]["dependencies"], *extras["test"], *extras["mcp"], *project["build-system"]["requires"]]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", LOCKS)
def test_each_package_has_one_version_and_digests_of_its_files(lock: ModuleType, name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = lock.pins(text)
    assert len({pin.name for pin in pins}) == len(pins) == len(re.findall(r"(?m)^[^\s#]", text))
    assert all(re.fullmatch(r"(sha256:[0-9a-f]{64},?)+", ",".join(pin.hashes)) for pin in pins)
    assert "\n".join(map(str, pins)) in text
    assert "//" not in text  # no address: where packages come from is the machine's affair


@pytest.mark.parametrize(
    "text", ["flask==3.1.3\n", "flask>=3 \\\n    --hash=sha256:" + "0" * 64, "flask==1 --hash=md5:0\n"]
)
def test_a_line_without_version_or_digest_is_no_pin(lock: ModuleType, text: str) -> None:
    with pytest.raises(ValueError, match="no pin with hashes: flask"):
        lock.pins(text)


def test_locked_are_the_versions_of_constraints(lock: ModuleType, pinned: dict[str, str]) -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    constraints = dict(line.split("==") for line in lines if not line.startswith("#"))
    constraints = {lock.canonical(name): version for name, version in constraints.items()}
    of_python = pinned.pop("pip")  # which every environment has, in the version that its Python came with
    assert of_python
    assert {name: version.partition("+")[0] for name, version in pinned.items()}.items() <= constraints.items()


def test_all_that_is_needed_is_locked_and_what_that_needs(lock: ModuleType, pinned: dict[str, str]) -> None:
    for requirement in requirements():
        assert requirement.specifier.contains(pinned[lock.canonical(requirement.name)]), requirement
    for name in pinned:
        with suppress(PackageNotFoundError):  # what builds kg is only there where .ci/run installed it
            for requirement in map(Requirement, requires(name) or ()):
                if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                    locked = pinned[lock.canonical(requirement.name)]
                    assert requirement.specifier.contains(locked, prereleases=True), f"{name} needs {requirement}"


@pytest.mark.skipif(os.environ.get("CI") != "true", reason="for CI=true: elsewhere newer ones may be installed")
def test_installed_are_the_locked_versions(pinned: dict[str, str]) -> None:
    assert {name: version(name) for name in pinned} == pinned


@pytest.mark.skipif(not BILL.exists(), reason="`make sbom` comes first; it compares with the schema")
def test_the_bill_of_materials_has_what_kg_runs_with_and_its_weights() -> None:
    bill = json.loads(BILL.read_text(encoding="utf-8"))
    components = {component["name"].lower(): component for component in bill["components"]}
    assert {"flask", "torch", "sentence-transformers", "mcp"} <= set(components)
    assert {"pytest", "mypy", "ruff", "cyclonedx-bom"}.isdisjoint(components)
    assert all(component["version"] for component in components.values())
    weights = components["all-minilm-l6-v2"]["hashes"][0]["content"]
    assert weights == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    assert sum("licenses" in component for component in components.values()) > 0.9 * len(components)
    root = next(d for d in bill["dependencies"] if d["ref"] == bill["metadata"]["component"]["bom-ref"])
    assert components["flask"]["bom-ref"] in root["dependsOn"]


Answers = Callable[[str], list[dict[str, object]]]


@contextmanager
def service(faults: Answers) -> Iterator[str]:
    """A service on loopback that answers as OSV does (https://google.github.io/osv.dev/post-v1-query/)."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps({"vulns": faults(asked["package"]["name"])}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


def audit(address: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ".ci/audit.py", "build/tools", "--vulnerability-service", "osv", "--osv-url", address]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def fault_of_flask(name: str) -> list[dict[str, object]]:
    package = {"name": "flask", "ecosystem": "PyPI"}
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}]
    told = {"id": "PYSEC-0-0", "aliases": ["CVE-0-0"], "affected": [{"package": package, "ranges": ranges}]}
    return [told] if name == "flask" else []


@needs_tools
@pytest.mark.slow
def test_a_known_vulnerability_fails_the_audit() -> None:
    with service(fault_of_flask) as address:
        found = audit(address)
    assert found.returncode == 1, found.stderr
    assert "PYSEC-0-0, CVE-0-0; mended in 99.0" in found.stdout
    assert "audit: 1 known faults in 15" in found.stdout


@needs_tools
@pytest.mark.slow
def test_no_known_vulnerability_is_said() -> None:
    with service(lambda _: []) as address:
        found = audit(address)
    assert (found.returncode, found.stdout[:22]) == (0, "audit: 0 known faults "), found.stderr


@needs_tools
@pytest.mark.slow
def test_where_nobody_can_be_asked_the_audit_is_skipped_in_a_line() -> None:
    found = audit("http://127.0.0.1:9/v1/query")
    assert found.returncode == 0
    assert found.stdout.startswith("audit: skipped, nobody could be asked")
    assert found.stdout.count("\n") == 1


def test_only_knowing_nothing_of_all_packages_is_no_audit(capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    unknown = {"name": "one", "skip_reason": "not found"}
    assert module._told([unknown]) == 0
    assert "skipped" in capsys.readouterr().out
    assert module._told([unknown, {"name": "two", "version": "1", "vulns": []}]) == 0
    assert capsys.readouterr().out == "audit: 0 known faults in 1 packages; nothing is known of one\n"
