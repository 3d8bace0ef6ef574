"""Starts and stops the two servers that the suite compares: the registry of this repository and a real MLflow.

Both stand on a `Place`: a database and an artifact folder that outlive the server, so one can be stopped and the
other started where it stood.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 20

# Settings of the shell that runs the suite must not reach a server.
FOREIGN_PREFIXES = ("MLFLOW_", "REGISTRY_", "RETENTION_", "_MLFLOW_", "AWS_")


@dataclass
class Place:
    """Where a server keeps its data: a database URI as MLflow spells it, and a folder for artifacts; and what it is told."""

    folder: Path
    database_uri: str
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def artifact_folder(self) -> Path:
        return self.folder / "artifacts"


@dataclass
class Server:
    """A running server. `stop` is idempotent and waits until the process is gone."""

    kind: str
    url: str
    log_path: Path
    process: subprocess.Popen

    def stop(self) -> None:
        RUNNING.discard_server(self)
        if self.process.poll() is None:
            signal_group(self.process, signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            signal_group(self.process, signal.SIGKILL)
            self.process.wait(STOP_SECONDS)
            raise AssertionError(f"{self.kind} did not stop within {STOP_SECONDS} s of SIGTERM\n{self.log_tail()}") from None
        wait_until_closed(self.url)

    def log_size(self) -> int:
        return self.log_path.stat().st_size if self.log_path.exists() else 0

    def log_tail(self, since: int = 0, limit: int = 6000) -> str:
        if not self.log_path.exists():
            return ""
        with self.log_path.open("rb") as log:
            log.seek(max(since, self.log_size() - limit))
            return log.read().decode("utf-8", "replace")


class RunningServers:
    """The servers that are up now, so that a failing test can show what they wrote and none is left behind."""

    def __init__(self) -> None:
        self._servers: list[Server] = []

    def add_server(self, server: Server) -> None:
        self._servers.append(server)

    def discard_server(self, server: Server) -> None:
        if server in self._servers:
            self._servers.remove(server)

    def current(self) -> list[Server]:
        return list(self._servers)


RUNNING = RunningServers()


def start_registry(place: Place, port: int | None = None) -> Server:
    """Starts this repository's server as a user does: `npm start` with settings in the environment."""
    port = port or free_port()
    environment = clean_environment() | {
        "PORT": str(port),
        "MLFLOW_TRACKING_URI": place.database_uri,
        "MLFLOW_ARTIFACT_ROOT": str(place.artifact_folder),
        "REQUIRE_APPROVAL_FOR_PRODUCTION": "false",
        "LOG_LEVEL": "INFO",
    } | place.settings
    npm = shutil.which("npm")
    assert npm, "npm is not on the PATH: the registry is started with `npm start`"
    return start("registry", [npm, "start"], environment, REPOSITORY, place, port, "/ready")


def start_mlflow(place: Place, port: int | None = None, python: str = sys.executable) -> Server:
    """Starts a real MLflow server, of the version that `python` has, on the same database and artifact folder."""
    port = port or free_port()
    place.artifact_folder.mkdir(parents=True, exist_ok=True)
    command = [python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", sqlalchemy_uri(place.database_uri), "--artifacts-destination", str(place.artifact_folder)]
    environment = clean_environment() | {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    } | place.settings
    return start("mlflow", command, environment, place.folder, place, port, "/health")


def sqlalchemy_uri(database_uri: str) -> str:
    """SQLAlchemy 2.1 takes plain `postgresql://` for psycopg 3; the suite installs psycopg2."""
    return database_uri.replace("postgresql://", "postgresql+psycopg2://", 1)


def start_target(place: Place, port: int | None = None) -> Server:
    """Starts the server under test: ours, or a real MLflow when the suite itself is being validated."""
    return start_mlflow(place, port) if target() == "mlflow" else start_registry(place, port)


def target() -> str:
    """`registry` (default) or `mlflow`, from INTEROP_TARGET."""
    chosen = os.environ.get("INTEROP_TARGET", "registry")
    assert chosen in ("registry", "mlflow"), f"INTEROP_TARGET is {chosen!r}; it must be registry or mlflow"
    return chosen


def start(
    kind: str, command: list[str], environment: dict[str, str], folder: Path, place: Place, port: int, ready: str
) -> Server:
    log_path = place.folder / f"{kind}-{port}.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    server = Server(kind, f"http://127.0.0.1:{port}", log_path, process)
    RUNNING.add_server(server)
    try:
        wait_until_ready(server, ready)
    except BaseException:
        server.stop()
        raise
    return server


def wait_until_ready(server: Server, path: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    last = "no answer"
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            last = f"it exited with {server.process.returncode}"
            break
        try:
            with urllib.request.urlopen(server.url + path, timeout=5) as response:
                if response.status == 200:
                    return
        except urllib.error.HTTPError as error:
            last = f"GET {path} answered {error.code}"
        except OSError as error:
            last = str(error)
        time.sleep(0.05)
    raise AssertionError(f"{server.kind} was not ready within {START_SECONDS} s: {last}\n{server.log_tail()}")


def wait_until_closed(url: str) -> None:
    """A supervisor such as npm may end before its child: the port tells when the server itself is gone."""
    host, port = url.removeprefix("http://").split(":")
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            return
        time.sleep(0.05)
    raise AssertionError(f"{url} still accepts connections {STOP_SECONDS} s after SIGTERM")


def signal_group(process: subprocess.Popen, number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN_PREFIXES) and k not in ("PORT", "HOST")}
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
