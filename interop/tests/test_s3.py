"""Artifacts in S3: the contract of the store, the unmodified client through us, and what a real MLflow left in a bucket.

Without Ceph's programs all of this is skipped, except where `run.sh` could have installed them.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
import requests
from mlflow import MlflowClient
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from conftest import use_server
from s3_server import PACKAGES, S3, missing_programs, running_s3
from servers import REPOSITORY, Place, Server, clean_environment, free_port, sqlalchemy_uri, start, target
from training import REQUIREMENTS

pytestmark = pytest.mark.skipif(target() != "registry", reason="about this registry")

MEBIBYTE = 1 << 20
SEAL_SECONDS = 60
STORE_TESTS = ["test/artifacts/s3", "test/operations/adopted-location"]


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    missing = missing_programs()
    if missing and os.environ.get("INTEROP_S3") != "required":
        pytest.skip(f"S3 IS NOT TESTED: {', '.join(missing)} missing; as root: apt-get install {' '.join(PACKAGES)}")
    assert not missing, f"{', '.join(missing)} missing, although {' '.join(PACKAGES)} were to be installed"
    with running_s3() as running:
        yield running


@pytest.fixture(scope="module")
def bucket(s3: S3):
    """The boto3 view of the one bucket of these tests."""
    import boto3
    from botocore.config import Config

    config = Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required")
    keys = {"aws_access_key_id": s3.access_key, "aws_secret_access_key": s3.secret_key, "region_name": "us-east-1"}
    resource = boto3.resource("s3", endpoint_url=s3.endpoint, config=config, **keys)
    return resource.create_bucket(Bucket="interop")


@pytest.fixture(scope="module")
def on_s3(s3: S3, bucket, make_place) -> Iterator[tuple[Server, str]]:
    """The registry with its artifacts below `s3://interop/proxied`."""
    running = start_registry_on_s3(make_place("s3-proxied", None), s3, "s3://interop/proxied")
    yield running, "proxied/"
    running.stop()


def start_registry_on_s3(place: Place, s3: S3, root: str) -> Server:
    port = free_port()
    environment = clean_environment() | s3.client_environment() | {
        "PORT": str(port),
        "MLFLOW_TRACKING_URI": place.database_uri,
        "MLFLOW_ARTIFACT_ROOT": root,
        "REQUIRE_APPROVAL_FOR_PRODUCTION": "false",
    }
    npm = shutil.which("npm")
    assert npm, "npm is not on the PATH: the registry is started with `npm start`"
    return start("registry", [npm, "start"], environment, REPOSITORY, place, port, "/ready")


def start_mlflow_on_s3(place: Place, s3: S3, root: str) -> Server:
    """A real MLflow whose clients put their files into the bucket themselves."""
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", sqlalchemy_uri(place.database_uri), "--default-artifact-root", root, "--no-serve-artifacts"]
    environment = clean_environment() | s3.client_environment() | {"MLFLOW_DISABLE_TELEMETRY": "true"}
    return start("mlflow", command, environment, place.folder, place, port, "/health")


def keys_below(bucket, prefix: str) -> list[str]:
    return [entry.key.removeprefix(prefix) for entry in bucket.objects.filter(Prefix=prefix)]


def get(server: Server, path: str, **options) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(server.url + path, timeout=30, **options)


def get_version(server: Server, name: str, version: str) -> dict:
    return get(server, f"/api/v1/models/{name}/versions/{version}").json()


def wait_until_sealed(server: Server, name: str, version: str) -> str:
    """Files that did not come through us are hashed by a job first."""
    deadline = time.monotonic() + SEAL_SECONDS
    while (seal := get_version(server, name, version)["seal"]) != "sealed" and time.monotonic() < deadline:
        time.sleep(0.2)
    return seal


def test_the_store_keeps_its_contract_in_a_bucket(s3, tmp_path):
    node = REPOSITORY / "node_modules" / ".bin" / "node"
    vitest = REPOSITORY / "node_modules" / "vitest" / "vitest.mjs"
    report = tmp_path / "report.json"
    command = [str(node), str(vitest), "run", *STORE_TESTS, "--reporter=json", f"--outputFile={report}"]
    environment = clean_environment() | s3.test_environment()
    done = subprocess.run(command, cwd=REPOSITORY / "server", env=environment, capture_output=True, text=True, timeout=600)
    assert report.exists(), done.stdout + done.stderr
    result = json.loads(report.read_text())
    failures = [
        f"{test['fullName']}: {' '.join(test['failureMessages'])[:500]}"
        for suite in result["testResults"]
        for test in suite["assertionResults"]
        if test["status"] != "passed"
    ]
    assert failures == [] and result["success"], done.stderr[-3000:]
    assert result["numPassedTests"] > 50


class TestThroughUs:
    """The client knows nothing of S3."""

    @pytest.fixture
    def client(self, on_s3) -> MlflowClient:
        use_server(on_s3[0].url)
        return MlflowClient()

    def test_a_model_is_logged_registered_sealed_and_loaded(self, on_s3, bucket, client, experiment_id, example, unique):
        server, prefix = on_s3
        name = unique("s3")
        with mlflow.start_run() as run:
            logged = mlflow.sklearn.log_model(
                example.model, name="model", registered_model_name=name, pip_requirements=REQUIREMENTS
            )
            mlflow.log_text("straw", "notes/bedding.txt")
        assert example.same_predictions(mlflow.sklearn.load_model(f"models:/{name}/1"))
        assert example.same_predictions(mlflow.sklearn.load_model(logged.model_uri))
        assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/notes/bedding.txt") == "straw"
        stored = keys_below(bucket, prefix)
        assert f"{experiment_id}/{run.info.run_id}/artifacts/notes/bedding.txt" in stored
        assert f"{experiment_id}/models/{logged.model_id}/artifacts/MLmodel" in stored
        assert wait_until_sealed(server, name, "1") == "sealed"
        assert [key for key in stored if key.startswith(".registry-tmp")] == []

    def test_folders_are_listed_and_deleted_and_neighbours_stay(self, on_s3, bucket, client, run_id):
        for path in ("a/x.txt", "a/b/y.txt", "ab/z.txt"):
            client.log_text(run_id, path, path)
        assert [f.path for f in client.list_artifacts(run_id)] == ["a", "ab"]
        assert [(f.path, f.is_dir, f.file_size) for f in client.list_artifacts(run_id, "a")] == [
            ("a/b", True, None),
            ("a/x.txt", False, 7),
        ]
        repository = get_artifact_repository(client.get_run(run_id).info.artifact_uri)
        repository.delete_artifacts("a")
        assert [f.path for f in client.list_artifacts(run_id)] == ["ab"]

    def test_large_files_go_through_whole(self, client, run_id, tmp_path):
        content = os.urandom(20 * MEBIBYTE + 7)
        (tmp_path / "large.bin").write_bytes(content)
        client.log_artifact(run_id, str(tmp_path / "large.bin"))
        fetched = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="large.bin", dst_path=str(tmp_path / "got"))
        assert Path(fetched).read_bytes() == content

    def test_parts_go_straight_to_the_bucket_and_ranges_come_straight_from_it(
        self, on_s3, bucket, client, experiment_id, run_id, tmp_path, monkeypatch
    ):
        for name, value in {
            "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true",
            "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "true",
            "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": str(5 * MEBIBYTE),
            "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(8 * MEBIBYTE),
            "MLFLOW_MULTIPART_DOWNLOAD_MINIMUM_FILE_SIZE": str(5 * MEBIBYTE),
            "MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE": str(4 * MEBIBYTE),
        }.items():
            monkeypatch.setenv(name, value)
        content = os.urandom(16 * MEBIBYTE + 3)
        (tmp_path / "weights.bin").write_bytes(content)
        client.log_artifact(run_id, str(tmp_path / "weights.bin"), "net")
        key = f"{on_s3[1]}{experiment_id}/{run_id}/artifacts/net/weights.bin"
        # Three parts of eight MiB; what passes through us has parts of five.
        assert bucket.Object(key).e_tag.strip('"').endswith("-3")
        fetched = mlflow.artifacts.download_artifacts(
            run_id=run_id, artifact_path="net/weights.bin", dst_path=str(tmp_path / "got")
        )
        assert Path(fetched).read_bytes() == content


class TestLeftByMlflow:
    """A real MLflow on S3, without its proxy, is stopped, and this registry is started where it stood."""

    @pytest.fixture(scope="class")
    def taken_over(self, s3, bucket, make_place, example) -> Iterator[dict]:
        place = make_place("s3-adopted", None)
        root = "s3://interop/direct"
        with pytest.MonkeyPatch.context() as patch:
            for name, value in s3.client_environment().items():
                patch.setenv(name, value)
            server = start_mlflow_on_s3(place, s3, root)
            use_server(server.url)
            mlflow.set_experiment("on-s3")
            with mlflow.start_run() as run:
                logged = mlflow.sklearn.log_model(
                    example.model, name="model", registered_model_name="adopted", pip_requirements=REQUIREMENTS
                )
                mlflow.log_text("straw", "notes/bedding.txt")
            MlflowClient().create_model_version(
                "adopted", f"{run.info.artifact_uri}/notes", run_id=run.info.run_id
            )
            server.stop()
            server = start_registry_on_s3(place, s3, root)
            use_server(server.url)
            yield {"server": server, "run": run, "logged": logged}
            server.stop()

    def test_its_files_are_listed_and_fetched_through_us(self, taken_over):
        server, run = taken_over["server"], taken_over["run"]
        assert run.info.artifact_uri.startswith("s3://interop/direct/")
        listed = get(server, "/api/2.0/mlflow/artifacts/list", params={"run_id": run.info.run_id, "path": "notes"}).json()
        assert listed["files"] == [{"path": "notes/bedding.txt", "is_dir": False, "file_size": 5}]
        fetched = get(server, "/get-artifact", params={"run_id": run.info.run_id, "path": "notes/bedding.txt"})
        assert (fetched.status_code, fetched.text) == (200, "straw")

    def test_its_versions_are_sealed_and_their_files_served(self, taken_over):
        server = taken_over["server"]
        for version, path in (("1", "MLmodel"), ("2", "bedding.txt")):
            assert wait_until_sealed(server, "adopted", version) == "sealed"
            fetched = get(server, f"/api/v1/models/adopted/versions/{version}/files/{path}")
            assert fetched.status_code == 200 and fetched.headers["etag"]

    def test_clients_load_them_and_register_more(self, taken_over, example):
        server, logged = taken_over["server"], taken_over["logged"]
        assert example.same_predictions(mlflow.sklearn.load_model("models:/adopted/1"))
        made = mlflow.register_model(logged.model_uri, "adopted")
        assert made.version == "3"
        assert wait_until_sealed(server, "adopted", "3") == "sealed"

    def test_a_pointer_into_the_bucket_without_its_run_stays_a_pointer(self, taken_over):
        server, run = taken_over["server"], taken_over["run"]
        made = MlflowClient().create_model_version("adopted", f"{run.info.artifact_uri}/notes")
        assert get_version(server, "adopted", made.version)["seal"] == "impossible"
        fetched = get(server, f"/api/v1/models/adopted/versions/{made.version}/files/bedding.txt")
        assert fetched.status_code == 404
