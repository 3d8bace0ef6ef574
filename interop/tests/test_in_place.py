"""The registry and a real MLflow take turns on one database and one artifact folder, and both see the same.

In each handover the first server is filled with the unmodified client and stopped; the second is started where it
stood, read whole, worked with and stopped; then the first comes back. Snapshots hold everything that the client can
read, ids, times, histories and file hashes included.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import mlflow
import pytest
from mlflow import MlflowClient

from seed import COPY, MODEL, PROMPT, add_more, seed
from servers import Place, Server, free_port, start_mlflow, start_target
from snapshot import differences, take_snapshot

SECTIONS = ["experiments", "runs", "logged_models", "registered_models", "model_versions", "prompts"]
TURNS = {"registry-then-mlflow": (start_target, start_mlflow), "mlflow-then-registry": (start_mlflow, start_target)}


@dataclass
class Handover:
    """What was read and done in the three turns."""

    written: dict = field(default_factory=dict)
    taken_over: dict = field(default_factory=dict)
    added_to: dict = field(default_factory=dict)
    handed_back: dict = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    last_number: str = ""
    loaded: dict[str, bool] = field(default_factory=dict)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module", params=list(TURNS))
def handover(request: pytest.FixtureRequest, engine: str, make_place, example) -> Handover:
    label = f"{engine}-{request.param}"
    uri = request.getfixturevalue("postgres").create_database(label) if engine == "postgresql" else None
    first, second = TURNS[request.param]
    return hand_over(make_place(label, uri), first, second, example)


Start = Callable[[Place, int], Server]


def hand_over(place: Place, first: Start, second: Start, example) -> Handover:
    record = Handover()
    port = free_port()  # the same for all turns: the client remembers addresses of artifact folders
    server = first(place, port)
    seeded = seed(server.url, example)
    record.written = take_snapshot(server.url)
    server.stop()

    server = second(place, port)
    record.taken_over = take_snapshot(server.url)
    for uri in (f"models:/{MODEL}/1", f"models:/{MODEL}/2", f"models:/{MODEL}@champion", f"models:/{COPY}/1"):
        record.loaded[f"second {uri}"] = loads_the_same(uri, example)
    record.numbers = add_more(server.url, seeded, example)
    record.added_to = take_snapshot(server.url)
    server.stop()

    server = first(place, port)
    record.handed_back = take_snapshot(server.url)
    for uri in (f"models:/{MODEL}/5", f"models:/{MODEL}/Production", f"models:/{seeded.model_id}", "models:/after/2"):
        record.loaded[f"first again {uri}"] = loads_the_same(uri, example)
    record.last_number = MlflowClient().create_model_version(MODEL, "s3://bucket/path").version
    server.stop()
    return record


def loads_the_same(uri: str, example) -> bool:
    return example.same_predictions(mlflow.sklearn.load_model(uri))


@pytest.mark.parametrize("section", SECTIONS)
def test_the_second_server_reads_exactly_what_the_first_wrote(handover, section):
    assert handover.written[section]
    assert differences(handover.written[section], handover.taken_over[section]) == []


@pytest.mark.parametrize("section", SECTIONS)
def test_the_first_server_comes_back_to_exactly_what_the_second_left(handover, section):
    assert differences(handover.added_to[section], handover.handed_back[section]) == []


def test_models_load_with_the_same_predictions_on_either_side(handover):
    assert handover.loaded and all(handover.loaded.values()), handover.loaded


def test_version_numbers_continue_on_either_side(handover):
    assert handover.numbers == {MODEL: "5", COPY: "2", "after": "2", PROMPT: "3"}
    assert handover.last_number == "6"


def test_the_second_servers_work_shows_on_the_first(handover):
    champion = handover.handed_back["registered_models"][MODEL]["aliases"]
    assert champion == {"champion": "2"}
    stages = {key: v["current_stage"] for key, v in handover.handed_back["model_versions"].items()}
    assert stages[f"{MODEL}/1"] == "Archived"
    assert stages[f"{MODEL}/2"] == "Production"
    assert len(handover.handed_back["runs"]) == len(handover.written["runs"]) + 1


def test_mlflow_reads_everything_that_the_client_tests_left_behind(server, make_place):
    """After the whole client run on the session's server; alone, this test sees only the default experiment."""
    place = Place(server.log_path.parent, f"sqlite:///{server.log_path.parent}/mlflow.db")
    left = take_snapshot(server.url)
    server.stop()
    other = start_mlflow(place, int(server.url.rpartition(":")[2]))
    found = take_snapshot(other.url)
    other.stop()
    assert differences(left, found) == []
