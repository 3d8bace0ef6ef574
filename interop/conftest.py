"""One server for the client tests, a fresh experiment for each of them, and the server's log beside each failure."""

import os
import socket
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

# Read by MLflow when it is imported: fail quickly, report to nobody, and take no setting from the caller's shell.
for name in [name for name in os.environ if name.startswith(("MLFLOW_", "_MLFLOW_"))]:
    del os.environ[name]
os.environ |= {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_DO_NOT_TRACK": "true",
    "DO_NOT_TRACK": "1",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}

import mlflow  # noqa: E402
import pytest  # noqa: E402
from mlflow import MlflowClient  # noqa: E402

from postgres import Postgres, running_postgres  # noqa: E402
from s3_server import PACKAGES, S3, missing_programs, running_s3  # noqa: E402
from servers import RUNNING, Place, Server, start_target  # noqa: E402
from training import Example, train_example  # noqa: E402

LOOPBACK = ("127.", "::1", "localhost")
connect_anywhere = socket.socket.connect


def connect_to_loopback(self: socket.socket, address):
    """The suite must pass without a network, so a client that reaches for one fails loudly."""
    if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
        raise AssertionError(f"the client tried to connect to {address}")
    return connect_anywhere(self, address)


socket.socket.connect = connect_to_loopback


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="interop-", ignore_cleanup_errors=True) as made:
        yield Path(made)


@pytest.fixture(scope="session")
def make_place(folder: Path) -> Callable[[str, str | None], Place]:
    """Makes a named place of its own: on SQLite unless a database URI is given."""

    def make(label: str, database_uri: str | None = None) -> Place:
        own = folder / label
        own.mkdir()
        return Place(own, database_uri or f"sqlite:///{own}/mlflow.db")

    return make


@pytest.fixture(scope="session")
def server(make_place) -> Iterator[Server]:
    """The server under test, on SQLite, for all client tests."""
    running = start_target(make_place("client", None))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as running:
        yield running


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    missing = missing_programs()
    if missing and os.environ.get("INTEROP_S3") != "required":
        pytest.skip(f"S3 IS NOT TESTED: {', '.join(missing)} missing; as root: apt-get install {' '.join(PACKAGES)}")
    assert not missing, f"{', '.join(missing)} missing, although {' '.join(PACKAGES)} were to be installed"
    with running_s3() as running:
        yield running


@pytest.fixture(scope="session")
def example() -> Example:
    return train_example()


@pytest.fixture
def client(server: Server) -> MlflowClient:
    use_server(server.url)
    return MlflowClient()


@pytest.fixture
def unique(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Makes names that no other test has: `unique("layer-count")` -> `layer-count-1f0c…`."""
    suffix = uuid.uuid4().hex[:8]
    return lambda base: f"{base}-{suffix}"


@pytest.fixture
def experiment_id(client: MlflowClient, unique) -> Iterator[str]:
    """A fresh experiment, active for the fluent API; runs that a failing test left open are closed."""
    made = mlflow.set_experiment(unique("experiment")).experiment_id
    yield made
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture
def run_id(client: MlflowClient, experiment_id: str) -> str:
    """An open run that is not the active one."""
    return client.create_run(experiment_id).info.run_id


@pytest.fixture
def next_millisecond() -> Callable[[], None]:
    """Waits until the clock, which MLflow reads in milliseconds, shows another time: for tests about order in time."""

    def wait() -> None:
        now = time.time_ns() // 1_000_000
        while time.time_ns() // 1_000_000 <= now:
            time.sleep(0.0005)

    return wait


def use_server(url: str) -> None:
    mlflow.set_tracking_uri(url)
    mlflow.set_registry_uri(url)


@pytest.fixture(autouse=True)
def log_marks(request: pytest.FixtureRequest) -> None:
    request.node.stash[MARKS] = {server.log_path: server.log_size() for server in RUNNING.current()}


MARKS = pytest.StashKey[dict[Path, int]]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = (yield).get_result()
    if not report.failed:
        return
    marks = item.stash.get(MARKS, {})
    for running in RUNNING.current():
        written = running.log_tail(since=marks.get(running.log_path, 0))
        if written.strip():
            report.sections.append((f"{running.kind} server log during this test", written))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The in-place tests take over what the client tests left behind, so they come last."""
    items.sort(key=lambda item: "test_in_place" in item.nodeid)


def pytest_sessionfinish() -> None:
    for running in RUNNING.current():
        running.stop()
