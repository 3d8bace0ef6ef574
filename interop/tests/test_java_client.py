"""MLflow's official Java client, unmodified, against the server: `java/` has the program that drives it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parent.parent / "java"
STEPS = [
    "experiments",
    "runs",
    "metrics",
    "batch",
    "search runs",
    "delete and restore",
    "model registry",
    "artifacts",
    "fluent",
    "errors",
]

missing = [tool for tool in ("java", "javac", "mvn") if shutil.which(tool) is None]
needs_java = pytest.mark.skipif(bool(missing), reason=f"the Java client is NOT tested: {', '.join(missing)} not found")


@pytest.fixture(scope="module")
def class_path(tmp_path_factory) -> str:
    """The compiled program with the client's jars, which Maven fetches into a folder of this run."""
    built = tmp_path_factory.mktemp("java")
    jars, classes = built / "jars", built / "classes"
    command = ["mvn", "-q", "-B", "-f", str(PROGRAM / "pom.xml"), "dependency:copy-dependencies"]
    run([*command, f"-DoutputDirectory={jars}"], timeout=300)
    sources = [str(source) for source in PROGRAM.glob("src/*.java")]
    run(["javac", "--release", "11", "-cp", f"{jars}/*", "-d", str(classes), *sources], timeout=120)
    return os.pathsep.join([str(classes), f"{jars}/*"])


@needs_java
def test_the_java_client_works_call_by_call(server, class_path, unique, tmp_path):
    command = ["java", "-cp", class_path, "DriveServer", server.url, unique("java"), str(tmp_path)]
    out = run(command, timeout=120, environment={"MLFLOW_PYTHON_EXECUTABLE": sys.executable})
    assert out.splitlines() == [f"ok {step}" for step in STEPS]


def run(command: list[str], timeout: float, environment: dict[str, str] | None = None) -> str:
    """The standard output of a command that must succeed; what it wrote stands in the failure."""
    done = subprocess.run(
        command, env={**os.environ, **(environment or {})}, capture_output=True, text=True, timeout=timeout
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
