"""Requests in the exact form of MLflow's R client: every scalar of a body is a text, what is NULL is left out."""

import contextlib
import json

import pytest
import requests

START = "1700000000000"
JSON = {"Content-Type": "application/json", "User-Agent": "mlflow-r-client/3.17.2"}


@pytest.fixture
def rest(server):
    """Sends as the client's `mlflow_rest` does: a body for POST, PATCH and DELETE, a query for GET."""
    session = requests.Session()
    session.trust_env = False

    def call(method: str, *path: str, **fields):
        url = "/".join([server.url, "api/2.0/mlflow", *path])
        options = {"params": fields} if method == "GET" else {"json": {k: as_r_writes(v) for k, v in fields.items()}}
        return session.request(method, url, headers=JSON, timeout=30, **options)

    with contextlib.closing(session):
        yield call


def as_r_writes(value):
    """Texts for all scalars, TRUE and FALSE for truth values, lists and named lists as they are."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dict):
        return {k: as_r_writes(v) for k, v in value.items()}
    if isinstance(value, list):
        return [as_r_writes(item) for item in value]
    return str(value)


def ok(answer: requests.Response) -> dict:
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def experiment(rest, unique) -> str:
    return ok(rest("POST", "experiments", "create", name=unique("r")))["experiment_id"]


@pytest.fixture
def run(rest, experiment) -> str:
    fields = {"experiment_id": experiment, "user_id": "r", "start_time": START, "tags": [{"key": "k", "value": 1}]}
    return ok(rest("POST", "runs", "create", **fields))["run"]["info"]["run_id"]


@pytest.fixture
def model(rest, unique, run) -> str:
    name = unique("r-model")
    ok(rest("POST", "registered-models", "create", name=name))
    for _ in range(2):
        ok(rest("POST", "model-versions", "create", name=name, source="s3://bucket/m", run_id=run))
    return name


def test_experiments_from_creation_to_restoration(rest, unique, experiment):
    ok(rest("POST", "experiments", "set-experiment-tag", experiment_id=experiment, key="team", value="vision"))
    ok(rest("POST", "experiments", "update", experiment_id=experiment, new_name=unique("r-renamed")))
    found = ok(rest("GET", "experiments", "get", experiment_id=experiment))["experiment"]
    assert (found["name"], found["tags"]) == (unique("r-renamed"), [{"key": "team", "value": "vision"}])
    by_name = ok(rest("GET", "experiments", "get-by-name", experiment_name=unique("r-renamed")))["experiment"]
    assert by_name["experiment_id"] == experiment
    ok(rest("POST", "experiments", "delete", experiment_id=experiment))
    ok(rest("POST", "experiments", "restore", experiment_id=experiment))


def test_an_experiment_may_have_tags_and_a_place_at_creation(rest, unique):
    fields = {"artifact_location": "s3://bucket/r", "tags": [{"key": "n", "value": 5}]}
    made = ok(rest("POST", "experiments", "create", name=unique("r-placed"), **fields))
    found = ok(rest("GET", "experiments", "get", experiment_id=made["experiment_id"]))["experiment"]
    assert (found["artifact_location"], found["tags"]) == ("s3://bucket/r", [{"key": "n", "value": "5"}])


def test_experiments_are_searched_with_a_number_in_quotes(rest, experiment):
    fields = {"filter": "attribute.name LIKE 'r-%'", "max_results": 1000, "order_by": ["name"], "view_type": "ACTIVE_ONLY"}
    found = ok(rest("POST", "experiments", "search", **fields))
    assert experiment in [one["experiment_id"] for one in found["experiments"]]


def test_runs_are_logged_to_with_numbers_in_quotes(rest, run):
    both = {"run_id": run, "run_uuid": run}
    ok(rest("POST", "runs", "log-metric", **both, key="loss", value="0.25", timestamp=START, step="7"))
    ok(rest("POST", "runs", "log-metric", **both, key="odd", value="NaN", timestamp=START, step="0"))
    ok(rest("POST", "runs", "log-metric", **both, key="low", value="-Infinity", timestamp=START, step="0"))
    ok(rest("POST", "runs", "log-parameter", **both, key="depth", value=8))
    ok(rest("POST", "runs", "set-tag", **both, key="phase", value="training"))
    ok(rest("POST", "runs", "delete-tag", run_id=run, key="phase"))
    ok(rest("POST", "runs", "update", **both, status="FINISHED", end_time=START))
    found = ok(rest("GET", "runs", "get", **both))["run"]
    assert {m["key"]: m["value"] for m in found["data"]["metrics"]}["loss"] == 0.25
    assert (found["info"]["status"], found["info"]["end_time"]) == ("FINISHED", int(START))
    assert {"key": "depth", "value": "8"} in found["data"]["params"]
    history = ok(rest("GET", "metrics", "get-history", **both, metric_key="loss"))["metrics"]
    assert [(m["step"], m["timestamp"]) for m in history] == [(7, int(START))]


def test_a_batch_has_its_numbers_in_quotes(rest, run):
    metrics = [{"key": "f1", "value": i / 10, "timestamp": START, "step": i} for i in range(3)]
    batch = {"metrics": metrics, "params": [{"key": "p", "value": 1}], "tags": [{"key": "t", "value": True}]}
    ok(rest("POST", "runs", "log-batch", run_id=run, **batch))
    data = ok(rest("GET", "runs", "get", run_id=run, run_uuid=run))["run"]["data"]
    assert [m["step"] for m in data["metrics"] if m["key"] == "f1"] == [2]
    assert {"key": "t", "value": "TRUE"} in data["tags"]


def test_a_model_is_recorded_on_a_run(rest, run):
    model = {"run_id": run, "artifact_path": "m", "flavors": {"crate": {}}, "utc_time_created": "2026-03-04 06:00:00"}
    ok(rest("POST", "runs", "log-model", run_id=run, model_json=json.dumps(model)))


def test_runs_are_searched_deleted_and_restored(rest, experiment, run):
    fields = {"experiment_ids": [experiment], "filter": "", "run_view_type": "ACTIVE_ONLY", "max_results": 100}
    found = ok(rest("POST", "runs", "search", **fields, order_by=["attribute.start_time DESC"]))
    assert [one["info"]["run_id"] for one in found["runs"]] == [run]
    ok(rest("POST", "runs", "delete", run_id=run))
    deleted = ok(rest("POST", "runs", "search", **{**fields, "run_view_type": "DELETED_ONLY"}))
    assert len(deleted["runs"]) == 1
    ok(rest("POST", "runs", "restore", run_id=run))


def test_artifacts_of_a_run_are_listed(rest, run):
    assert ok(rest("GET", "artifacts", "list", run_id=run, run_uuid=run))["root_uri"].endswith("/artifacts")
    ok(rest("GET", "artifacts", "list", run_id=run, run_uuid=run, path="model"))


def test_registered_models_are_read_renamed_and_deleted(rest, unique, model):
    ok(rest("PATCH", "registered-models", "update", name=model, description="layers"))
    ok(rest("POST", "registered-models", "rename", name=model, new_name=unique("r-new")))
    found = ok(rest("GET", "registered-models", "get", name=unique("r-new")))["registered_model"]
    assert found["description"] == "layers"
    latest = ok(rest("GET", "registered-models", "get-latest-versions", name=unique("r-new"), stages=["None"]))
    assert [one["version"] for one in latest["model_versions"]] == ["2"]
    ok(rest("DELETE", "registered-models", "delete", name=unique("r-new")))


def test_tags_of_registered_models_come_with_their_creation(rest, unique):
    fields = {"tags": [{"key": "team", "value": "vision"}], "description": "d"}
    made = ok(rest("POST", "registered-models", "create", name=unique("r-tagged"), **fields))
    assert made["registered_model"]["tags"] == [{"key": "team", "value": "vision"}]


def test_models_are_searched_by_post(server, rest, model):
    fields = {"filter": f"name = '{model}'", "max_results": 100, "order_by": ["name"]}
    answer = rest("POST", "registered-models", "search", **fields)
    # MLflow: 405, so its own R client cannot search models.
    if server.kind == "mlflow":
        assert answer.status_code == 405
    else:
        assert [one["name"] for one in ok(answer)["registered_models"]] == [model]


def test_versions_are_read_described_and_deleted(rest, model):
    ok(rest("PATCH", "model-versions", "update", name=model, version=2, description="second"))
    found = ok(rest("GET", "model-versions", "get", name=model, version="2"))["model_version"]
    assert (found["version"], found["description"]) == ("2", "second")
    uri = ok(rest("GET", "model-versions", "get-download-uri", name=model, version="1"))
    assert uri["artifact_uri"] == "s3://bucket/m"
    searched = ok(rest("GET", "model-versions", "search", filter=f"name='{model}'"))
    assert len(searched["model_versions"]) == 2
    ok(rest("DELETE", "model-versions", "delete", name=model, version=1))
    assert rest("GET", "model-versions", "get", name=model, version="1").status_code == 404


@pytest.mark.parametrize("archive", ["FALSE", "TRUE", "false", "true"])
def test_a_version_changes_its_stage(server, rest, model, archive):
    fields = {"name": model, "stage": "Staging"}
    ok(rest("POST", "model-versions", "transition-stage", **fields, version=1))
    answer = rest("POST", "model-versions", "transition-stage", **fields, version=2, archive_existing_versions=archive)
    # MLflow: only a JSON truth value, so its own R client cannot change a stage.
    if server.kind == "mlflow":
        assert answer.status_code == 400
        return
    assert ok(answer)["model_version"]["current_stage"] == "Staging"
    first = ok(rest("GET", "model-versions", "get", name=model, version="1"))["model_version"]["current_stage"]
    assert first == ("Archived" if archive.upper() == "TRUE" else "Staging")


def test_tags_of_versions_are_set_and_removed(rest, model):
    ok(rest("POST", "model-versions", "set-tag", name=model, version=1, key="k", value=3))
    ok(rest("POST", "registered-models", "set-tag", name=model, key="k", value="v"))
    ok(rest("DELETE", "model-versions", "delete-tag", name=model, version=1, key="k"))
    ok(rest("DELETE", "registered-models", "delete-tag", name=model, key="k"))
    assert "tags" not in ok(rest("GET", "model-versions", "get", name=model, version="1"))["model_version"]


def test_an_error_is_a_code_and_a_sentence(rest, unique):
    answer = rest("GET", "registered-models", "get", name=unique("absent"))
    assert (answer.status_code, answer.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
