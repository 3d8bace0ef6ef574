"""Databases that older and newer MLflow servers wrote, opened in place, and handed back to the same server.

A real MLflow of each release writes thousands of rows and is stopped. The registry opens the database: every answer of
every call that reads must be the old server's, and nothing of MLflow's may have changed, no row and no table. Then the
registry writes; the same MLflow starts again on its database, reads all of it, and writes itself; and back once more.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from database_dump import dump_objects, dump_rows, is_ours
from servers import REPOSITORY, Place, free_port, start_mlflow, start_target, target
from snapshot import differences
from wire import Wire
from wire_seed import write_more, write_much
from wire_snapshot import take_wire_snapshot

SECTIONS = ["experiments", "runs", "metrics", "logged_models", "registered_models", "model_versions", "webhooks"]
RELEASES = ["3.10", "3.13", "3.17"]


@dataclass
class Turns:
    """What was read in each turn, and how the database stood."""

    written: dict = field(default_factory=dict)
    opened: dict = field(default_factory=dict)
    added: dict = field(default_factory=dict)
    handed_back: dict = field(default_factory=dict)
    mlflow_added: dict = field(default_factory=dict)
    opened_again: dict = field(default_factory=dict)
    objects: list[dict] = field(default_factory=list)
    rows: list[dict] = field(default_factory=list)
    numbers: list[dict] = field(default_factory=list)


def python_of(release: str) -> str:
    """The Python that has this MLflow: this one for the newest, else one of run.sh's environments."""
    if release == RELEASES[-1]:
        return sys.executable
    folder = Path(os.environ.get("INTEROP_OLDER_VENVS", Path(__file__).parent.parent / ".venv" / "older"))
    python = folder / release / "bin" / "python"
    if not python.exists():
        pytest.skip(f"there is no MLflow {release} in {folder}")
    return str(python)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module", params=RELEASES)
def turns(request: pytest.FixtureRequest, engine: str, make_place) -> Turns:
    label = f"{engine}-release-{request.param}"
    python = python_of(request.param)
    uri = request.getfixturevalue("postgres").create_database(label) if engine == "postgresql" else None
    return take_turns(make_place(label, uri), python)


def take_turns(place: Place, python: str) -> Turns:
    turns = Turns()
    port = free_port()

    def note_database() -> None:
        turns.objects.append(dump_objects(place.database_uri))
        turns.rows.append(dump_rows(place.database_uri))

    server = start_mlflow(place, port, python)
    written = write_much(Wire(server.url))
    turns.written = take_wire_snapshot(server.url)
    server.stop()
    note_database()

    server = start_target(place, port)
    turns.opened = take_wire_snapshot(server.url)
    wait_until_adopted(place)
    server.stop()
    note_database()

    server = start_target(place, port)
    turns.numbers.append(write_more(Wire(server.url), written, 1))
    turns.added = take_wire_snapshot(server.url)
    server.stop()

    server = start_mlflow(place, port, python)
    turns.handed_back = take_wire_snapshot(server.url)
    turns.numbers.append(write_more(Wire(server.url), written, 2))
    turns.mlflow_added = take_wire_snapshot(server.url)
    server.stop()

    server = start_target(place, port)
    turns.opened_again = take_wire_snapshot(server.url)
    wait_until_adopted(place)
    turns.numbers.append(write_more(Wire(server.url), written, 3))
    server.stop()
    return turns


def wait_until_adopted(place: Place) -> None:
    """Until `db check` says, beside the running server, that nothing waits."""
    if target() == "mlflow":
        return
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        check = db_check(place.database_uri)
        assert check.returncode == 0, check.stdout + check.stderr
        found = dict(line.split("  ", 1) for line in check.stdout.splitlines() if "  " in line)
        if found["to adopt"].split() == ["0", "models,", "0", "versions"] and found["changed"].split()[0] == "0":
            return
        time.sleep(0.2)
    raise AssertionError(f"not adopted within a minute:\n{check.stdout}")


def db_check(uri: str) -> subprocess.CompletedProcess[str]:
    node = REPOSITORY / "node_modules" / ".bin" / "node"
    command = [str(node), str(REPOSITORY / "server" / "bin" / "farmiq-registry.mjs"), "db", "check"]
    return subprocess.run(command, env={"MLFLOW_TRACKING_URI": uri}, capture_output=True, text=True, check=False)


def assert_same(expected: dict, found: dict) -> None:
    lines = differences(expected, found)
    if lines:
        raise AssertionError(f"{len(lines)} differences:\n" + "\n".join(line[:1000] for line in lines[:15]))


@pytest.mark.parametrize("section", SECTIONS)
def test_every_read_answers_as_the_mlflow_that_wrote_it(turns, section):
    assert turns.written[section]
    assert_same(turns.written[section], turns.opened[section])


def test_opening_and_reading_change_no_row_and_no_object_of_mlflow(turns):
    before, after = turns.objects
    assert_same(before, {name: text for name, text in after.items() if not is_ours(name)})
    assert turns.rows[1] == turns.rows[0]
    assert sum(map(len, turns.rows[0].values())) > 5000


@pytest.mark.parametrize("section", SECTIONS)
def test_the_same_mlflow_reads_what_the_registry_wrote(turns, section):
    assert_same(turns.added[section], turns.handed_back[section])


@pytest.mark.parametrize("section", SECTIONS)
def test_the_registry_reads_what_that_mlflow_wrote_then(turns, section):
    assert_same(turns.mlflow_added[section], turns.opened_again[section])


def test_ids_and_version_numbers_continue_through_all_turns(turns):
    first, second, third = turns.numbers
    for key in first:
        assert int(first[key]) < int(second[key]) < int(third[key])
    assert [first["model 0"], second["model 0"], third["model 0"]] == ["13", "14", "15"]
