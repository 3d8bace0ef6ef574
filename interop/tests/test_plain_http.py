"""Requests as the R and Java clients, browsers and `curl` send them, without MLflow's Python client."""

import contextlib
import http.client
import json
import math

import pytest
import requests

START = 1_700_000_000_000


@pytest.fixture
def send(server):
    """Sends one request; `send("POST", "runs/create", {...})` -> (status, decoded body)."""
    session = requests.Session()
    session.trust_env = False

    def call(method: str, path: str, body: dict | None = None, base: str = "/api/2.0/mlflow/", **options):
        options = {"json": body} | options if body is not None else options
        response = session.request(method, server.url + base + path, timeout=30, **options)
        return response.status_code, response.json() if response.content else {}

    yield call
    session.close()


@pytest.fixture
def open_run(send, unique) -> str:
    _, made = send("POST", "experiments/create", {"name": unique("plain")})
    _, run = send("POST", "runs/create", {"experiment_id": made["experiment_id"], "start_time": START})
    return run["run"]["info"]["run_id"]


def test_int64_may_come_as_strings_as_java_sends_them_and_goes_out_as_numbers(send, open_run):
    status, _ = send(
        "POST",
        "runs/log-metric",
        {"run_uuid": open_run, "run_id": open_run, "key": "loss", "value": 0.5, "timestamp": str(START), "step": "7"},
    )
    assert status == 200
    batch = {"run_id": open_run, "metrics": [{"key": "f1", "value": 1, "timestamp": str(START), "step": "3"}]}
    assert send("POST", "runs/log-batch", batch) == (200, {})
    assert send("POST", "runs/update", {"run_id": open_run, "status": "FINISHED", "end_time": str(START + 5)})[0] == 200
    _, found = send("GET", "runs/get", params={"run_id": open_run})
    info, data = found["run"]["info"], found["run"]["data"]
    assert (info["start_time"], info["end_time"], info["status"]) == (START, START + 5, "FINISHED")
    assert info["run_uuid"] == info["run_id"] == open_run
    assert {m["key"]: (m["value"], m["timestamp"], m["step"]) for m in data["metrics"]} == {
        "loss": (0.5, START, 7),
        "f1": (1, START, 3),
    }


def test_every_scalar_may_come_as_a_string_as_r_sends_them(send, unique, open_run):
    metric = {"run_id": open_run, "key": "loss", "value": "0.25", "timestamp": str(START), "step": "1"}
    assert send("POST", "runs/log-metric", metric)[0] == 200
    metric = {"run_id": open_run, "key": "odd", "value": "NaN", "timestamp": str(START), "step": "1"}
    assert send("POST", "runs/log-metric", metric)[0] == 200
    _, run = send("GET", "runs/get", params={"run_id": open_run, "run_uuid": open_run})
    values = {m["key"]: m["value"] for m in run["run"]["data"]["metrics"]}
    assert values["loss"] == 0.25
    assert math.isnan(float(values["odd"]))
    experiment = run["run"]["info"]["experiment_id"]
    status, found = send("POST", "runs/search", {"experiment_ids": [experiment], "max_results": "10"})
    assert (status, len(found["runs"])) == (200, 1)
    status, found = send("POST", "experiments/search", {"max_results": "5", "view_type": "ACTIVE_ONLY"})
    assert (status, len(found["experiments"]) >= 1) == (200, True)


def test_a_get_request_takes_its_arguments_from_the_query(send, unique, open_run):
    name = unique("plain")
    send("POST", "registered-models/create", {"name": name})
    for _ in range(2):
        send("POST", "model-versions/create", {"name": name, "source": "s3://bucket/m"})
    send("POST", "model-versions/transition-stage", {"name": name, "version": "1", "stage": "Staging"})
    _, found = send("GET", "registered-models/get", params={"name": name})
    assert found["registered_model"]["name"] == name
    _, found = send("GET", "registered-models/search", params={"filter": f"name = '{name}'", "max_results": "1"})
    assert [m["name"] for m in found["registered_models"]] == [name]
    _, found = send(
        "GET", "registered-models/get-latest-versions", params={"name": name, "stages": ["Staging", "None"]}
    )
    assert sorted(v["version"] for v in found["model_versions"]) == ["1", "2"]
    _, found = send(
        "GET",
        "model-versions/search",
        params={"filter": f"name = '{name}'", "order_by": ["version_number ASC"], "max_results": 5},
    )
    assert [v["version"] for v in found["model_versions"]] == ["1", "2"]


def test_a_delete_request_takes_its_arguments_from_the_body(send, unique):
    name = unique("plain")
    send("POST", "registered-models/create", {"name": name, "tags": [{"key": "k", "value": "v"}]})
    assert send("DELETE", "registered-models/delete-tag", {"name": name, "key": "k"}) == (200, {})
    _, found = send("GET", "registered-models/get", params={"name": name})
    assert "tags" not in found["registered_model"]
    assert send("DELETE", "registered-models/delete", {"name": name}) == (200, {})
    assert send("GET", "registered-models/get", params={"name": name})[0] == 404


def test_empty_fields_are_left_out_and_set_zeros_are_kept(send, unique, open_run):
    name = unique("plain")
    _, made = send("POST", "registered-models/create", {"name": name})
    assert set(made["registered_model"]) == {"name", "creation_timestamp", "last_updated_timestamp"}
    metric = {"run_id": open_run, "key": "zero", "value": 0, "timestamp": 0, "step": 0}
    assert send("POST", "runs/log-metric", metric)[0] == 200
    _, history = send("GET", "metrics/get-history", params={"run_id": open_run, "metric_key": "zero"})
    (point,) = history["metrics"]
    assert (point["value"], point["timestamp"], point["step"]) == (0, 0, 0)


def test_the_paths_of_browsers_answer_the_same(send, unique):
    name = unique("plain")
    send("POST", "registered-models/create", {"name": name})
    plain = send("GET", "registered-models/get", params={"name": name})
    assert send("GET", "registered-models/get", params={"name": name}, base="/ajax-api/2.0/mlflow/") == plain


def test_errors_are_json_with_a_code_and_a_sentence(send, unique):
    status, body = send("GET", "registered-models/get", params={"name": unique("absent")})
    assert (status, body["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert body["message"] == f"Registered Model with name={unique('absent')} not found"
    status, body = send("POST", "registered-models/create", {})
    assert (status, body["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert body["message"] == (
        "Missing value for required parameter 'name'. "
        "See the API docs for more information about request parameters."
    )
    status, body = send("POST", "registered-models/create", {"name": 5})
    assert (status, body["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert body["message"].startswith("Invalid value 5 for parameter 'name' supplied")
    send("POST", "registered-models/create", {"name": unique("twice")})
    status, body = send("POST", "registered-models/create", {"name": unique("twice")})
    assert (status, body["error_code"]) == (400, "RESOURCE_ALREADY_EXISTS")


def test_a_post_without_a_json_content_type_is_refused(send, unique):
    for headers in ({}, {"Content-Type": "text/plain"}):
        status, _ = send(
            "POST", "registered-models/create", data=json.dumps({"name": unique("typed")}), headers=headers
        )
        assert status == 400
    assert send("GET", "registered-models/get", params={"name": unique("typed")})[0] == 404


def test_files_whose_names_the_python_client_cannot_send_are_kept(server, send, open_run):
    _, run = send("GET", "runs/get", params={"run_id": open_run})
    base = server.url + "/api/2.0/mlflow-artifacts/artifacts"
    root = run["run"]["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
    for encoded, name in (("what%3F.txt", "what?.txt"), ("a%20%2B%20b.txt", "a + b.txt"), ("100%25.txt", "100%.txt")):
        content = f"content of {name}".encode()
        assert requests.put(f"{base}/{root}/{encoded}", data=content, timeout=30).status_code == 200
        assert requests.get(f"{base}/{root}/{encoded}", timeout=30).content == content
    _, listed = send("GET", "artifacts/list", params={"run_id": open_run})
    assert [f["path"] for f in listed["files"]] == ["100%.txt", "a + b.txt", "what?.txt"]
    assert listed["root_uri"] == run["run"]["info"]["artifact_uri"]


def test_a_file_with_a_number_sign_is_kept_under_its_name_or_refused(server, send, open_run):
    _, run = send("GET", "runs/get", params={"run_id": open_run})
    root = run["run"]["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
    url = f"{server.url}/api/2.0/mlflow-artifacts/artifacts/{root}/hash%231.txt"
    # MLflow: 400 `Invalid path`.
    status = requests.put(url, data=b"x", timeout=30).status_code
    _, listed = send("GET", "artifacts/list", params={"run_id": open_run})
    kept = [f["path"] for f in listed.get("files", [])]
    assert (status, kept) in ((400, []), (200, ["hash#1.txt"]))


def test_a_missing_artifact_is_404_and_one_outside_is_400(server, open_run):
    base = server.url + "/api/2.0/mlflow-artifacts/artifacts"
    assert requests.get(f"{base}/0/{open_run}/artifacts/absent", timeout=30).status_code == 404
    assert status_of_raw(server, "PUT", "/api/2.0/mlflow-artifacts/artifacts/0/%2e%2e/%2e%2e/climbed", b"x") == 400
    assert requests.get(f"{base}?path=..", timeout=30).status_code == 400


def status_of_raw(server, method: str, path: str, body: bytes) -> int:
    """Sends the path as it is: `requests` would resolve the dots itself."""
    host = server.url.removeprefix("http://")
    with contextlib.closing(http.client.HTTPConnection(host, timeout=30)) as connection:
        connection.request(method, path, body)
        return connection.getresponse().status


def test_health_and_version_answer_as_mlflow_answers(server):
    version = requests.get(server.url + "/version", timeout=30)
    assert (version.status_code, version.text.count(".") >= 2) == (200, True)
    assert requests.get(server.url + "/health", timeout=30).status_code == 200
