"""Files of runs, logged models and versions: as the client asks for them, and as the routes of MLflow's web UI do."""

import hashlib

import mlflow
import numpy
import pytest
import requests
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts, list_artifacts, load_dict, load_text

from servers import target

API = "/api/2.0/mlflow"
AJAX = "/ajax-api/2.0/mlflow"


@pytest.fixture
def logged_model_id(client: MlflowClient, experiment_id: str, tmp_path) -> str:
    model = client.create_logged_model(experiment_id, name="gait")
    root = tmp_path / "model"
    (root / "data").mkdir(parents=True)
    (root / "MLmodel").write_text("model_uuid: x\n")
    (root / "data" / "limits.json").write_text('{"stride": [1, 2]}')
    client.log_model_artifacts(model.model_id, str(root))
    return model.model_id


def test_the_client_lists_and_loads_the_files_of_a_logged_model(client, logged_model_id, tmp_path):
    uri = client.get_logged_model(logged_model_id).artifact_location
    assert sorted(file.path for file in client.list_logged_model_artifacts(logged_model_id)) == ["MLmodel", "data"]
    assert [file.path for file in list_artifacts(artifact_uri=f"{uri}/data")] == ["data/limits.json"]
    assert load_text(f"{uri}/MLmodel") == "model_uuid: x\n"
    assert load_dict(f"{uri}/data/limits.json") == {"stride": [1, 2]}
    # The whole model is also known by its id alone.
    down = download_artifacts(artifact_uri=f"models:/{logged_model_id}", dst_path=str(tmp_path / "down"))
    assert (tmp_path / "down" / "data" / "limits.json").read_text() == '{"stride": [1, 2]}', down


def test_the_web_ui_sees_the_same_files(server, client, logged_model_id):
    url = f"{server.url}{AJAX}/logged-models/{logged_model_id}/artifacts"
    listed = requests.get(f"{url}/directories", params={"artifact_directory_path": "data"}, timeout=30).json()
    assert listed["files"] == [{"path": "data/limits.json", "is_dir": False, "file_size": 18}]
    assert listed["root_uri"] == client.get_logged_model(logged_model_id).artifact_location
    file = requests.get(f"{url}/files", params={"artifact_file_path": "data/limits.json"}, timeout=30)
    assert (file.status_code, file.text) == (200, '{"stride": [1, 2]}')
    assert file.headers["content-disposition"] == "attachment; filename=limits.json"
    missing = requests.get(f"{url}/files", params={"artifact_file_path": "none"}, timeout=30)
    assert (missing.status_code, missing.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_what_the_web_ui_uploads_the_client_finds(server, client, run_id):
    url = f"{server.url}{AJAX}/upload-artifact"
    body = b"<b>seen</b>"
    sent = requests.post(url, params={"run_uuid": run_id, "path": "notes/a b.html"}, data=body, timeout=30)
    assert (sent.status_code, sent.content) == (200, b"")
    assert load_text(f"runs:/{run_id}/notes/a b.html") == "<b>seen</b>"
    file = requests.get(f"{server.url}/get-artifact", params={"run_id": run_id, "path": "notes/a b.html"}, timeout=30)
    assert (file.content, file.headers["x-content-type-options"]) == (body, "nosniff")
    assert file.headers["content-disposition"].startswith("attachment")
    too_large = requests.post(url, params={"run_uuid": run_id, "path": "big"}, data=b"x" * (10 * 2**20 + 1), timeout=60)
    assert (too_large.status_code, too_large.json()["message"]) == (400, "Artifact size is too large. Max size is 10MB.")


def test_a_file_of_a_version_is_read_by_name_and_number(server, client, run_id, unique):
    name = unique("layer-count")
    client.log_text(run_id, "flavors: {}\n", "model/MLmodel")
    client.create_registered_model(name)
    source = f"{client.get_run(run_id).info.artifact_uri}/model"
    client.create_model_version(name, source, run_id=run_id)
    url = f"{server.url}/model-versions/get-artifact"
    query = {"name": name, "version": "1", "path": "MLmodel"}
    assert requests.get(url, params=query, timeout=30).text == "flavors: {}\n"
    for change, status in (({"version": "2"}, 404), ({"path": "none"}, 404), ({"path": "../MLmodel"}, 400)):
        assert requests.get(url, params=query | change, timeout=30).status_code == status, change


def test_a_client_that_wants_parts_is_served_in_one_stream(monkeypatch, client, run_id, tmp_path):
    for name in ("UPLOAD", "DOWNLOAD"):
        monkeypatch.setenv(f"MLFLOW_ENABLE_PROXY_MULTIPART_{name}", "true")
        monkeypatch.setenv(f"MLFLOW_MULTIPART_{name}_MINIMUM_FILE_SIZE", "1000000")
        monkeypatch.setenv(f"MLFLOW_MULTIPART_{name}_CHUNK_SIZE", str(5 * 2**20))
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(range(256)) * 30_000)
    client.log_artifact(run_id, str(large), "data")
    down = client.download_artifacts(run_id, "data/large.bin", str(tmp_path))
    with open(down, "rb") as file:
        assert hashlib.sha256(file.read()).digest() == hashlib.sha256(large.read_bytes()).digest()


def test_charts_draw_what_was_logged(server, client, experiment_id):
    runs = sorted(client.create_run(experiment_id).info.run_id for _ in range(2))
    for step in range(20):
        client.log_metric(runs[0], "loss", 1 / (step + 1), step=step, timestamp=1000 + step)
    client.log_metric(runs[1], "loss", float("nan"), step=7, timestamp=5)
    url = f"{server.url}{AJAX}/metrics/get-history-bulk"
    whole = requests.get(url, params={"run_id": [*runs, "none"], "metric_key": "loss"}, timeout=30).json()["metrics"]
    assert [(point["run_id"], point["step"]) for point in whole] == [*((runs[0], s) for s in range(20)), (runs[1], 7)]
    assert whole[-1]["value"] != whole[-1]["value"]
    for prefix in (API, AJAX):
        query = {"run_ids": runs, "metric_key": "loss", "max_results": 4}
        sampled = requests.get(f"{server.url}{prefix}/metrics/get-history-bulk-interval", params=query, timeout=30)
        points = [(point["run_id"], point["step"], point["value"]) for point in sampled.json()["metrics"]]
        assert points == [*((runs[0], s, 1 / (s + 1)) for s in (0, 5, 10, 19)), (runs[1], 7, "NaN")]


def test_datasets_are_listed_with_what_they_were_used_for(server, client, experiment_id):
    with mlflow.start_run():
        for name, context in (("flock", "training"), ("flock", "evaluation"), ("barn", None)):
            mlflow.log_input(mlflow.data.from_numpy(numpy.zeros(3), name=name), context=context)
    url = f"{server.url}{AJAX}/experiments/search-datasets"
    found = requests.post(url, json={"experiment_ids": [experiment_id]}, timeout=30).json()["dataset_summaries"]
    assert {(one["experiment_id"], one["name"]) for one in found} == {(experiment_id, "flock"), (experiment_id, "barn")}
    none = requests.post(url, json={"experiment_ids": []}, timeout=30)
    assert none.json()["message"] == "SearchDatasets request must specify at least one experiment_id."


@pytest.mark.skipif(target() != "registry", reason="a real MLflow lets anyone change them")
def test_files_of_a_version_are_not_replaced_from_the_web_ui(server, client, run_id, unique):
    name = unique("sealed")
    client.log_text(run_id, "one", "model/f.txt")
    client.create_registered_model(name)
    client.create_model_version(name, f"{client.get_run(run_id).info.artifact_uri}/model", run_id=run_id)
    url = f"{server.url}{AJAX}/upload-artifact"
    for path in ("model/f.txt", "model/new.txt"):
        sent = requests.post(url, params={"run_uuid": run_id, "path": path}, data=b"two", timeout=30)
        assert (sent.status_code, sent.json()["error_code"]) == (409, "RESOURCE_CONFLICT")
    with pytest.raises(requests.HTTPError, match="is frozen"):
        client.log_text(run_id, "two", "model/f.txt")
    assert load_text(f"runs:/{run_id}/model/f.txt") == "one"
