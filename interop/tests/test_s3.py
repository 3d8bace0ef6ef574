"""Artifacts in S3: the contract of the store, the unmodified client through us, and what a real MLflow left in a bucket.

Without Ceph's programs all of this is skipped, except where `run.sh` could have installed them.
"""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow
import pytest
import requests
from mlflow import MlflowClient
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from conftest import use_server
from s3_server import S3
from servers import REPOSITORY, Place, Server, clean_environment, free_port, sqlalchemy_uri, start, target
from training import REQUIREMENTS

pytestmark = pytest.mark.skipif(target() != "registry", reason="about this registry")

MEBIBYTE = 1 << 20
SEAL_SECONDS = 60
STORE_TESTS = ["test/artifacts/s3", "test/operations/adopted-location"]


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


def registry_environment(place: Place, s3: S3, root: str, port: int) -> dict[str, str]:
    return clean_environment() | s3.client_environment() | {
        "PORT": str(port),
        "MLFLOW_TRACKING_URI": place.database_uri,
        "MLFLOW_ARTIFACT_ROOT": root,
        "REQUIRE_APPROVAL_FOR_PRODUCTION": "false",
    }


def start_registry_on_s3(place: Place, s3: S3, root: str) -> Server:
    port = free_port()
    environment = registry_environment(place, s3, root, port)
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


def start_registry_that_dies(place: Place, s3: S3, root: str, step: str) -> Server:
    """The server with one failpoint of `server/test/process/failpoints.ts`: there it kills itself as `kill -9` does."""
    port = free_port()
    environment = registry_environment(place, s3, root, port) | {"TEST_FAILPOINT": step}
    node = REPOSITORY / "node_modules" / ".bin" / "node"
    command = [str(node), "server/test/process/serve-with-failpoints.ts"]
    return start("registry", command, environment, REPOSITORY, place, port, "/ready")


def send(server: Server, method: str, path: str, **options) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, server.url + path, timeout=60, **options)


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def uploads_below(bucket, prefix: str) -> list[str]:
    """Uploads in parts that were begun and neither completed nor given up."""
    return [upload.object_key for upload in bucket.multipart_uploads.all() if upload.object_key.startswith(prefix)]


class HalfUpload:
    """A client that says it sends `length` bytes, and sends what it is told to, no more."""

    def __init__(self, server: Server, path: str, length: int) -> None:
        host, port = server.url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        head = f"PUT {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: {length}\r\n\r\n"
        self.socket.sendall(head.encode())

    def send(self, body: bytes) -> None:
        self.socket.sendall(body)

    def vanish(self) -> None:
        self.socket.close()


FILE = "/api/2.0/mlflow-artifacts/artifacts/0/crash/model.bin"
# Three parts: the server sends them while the body comes.
LARGE = 12 * MEBIBYTE + 5
STEPS_BEFORE_VISIBLE = ["stage: body", "stage: synced", "publish: begin"]
# Steps of the database (`write: …`) are those of every write, of jobs, too: kill.test.ts arms them later.
STEPS_AFTER_VISIBLE = ["publish: renamed"]


class TestKilled:
    """A server that is killed in the middle of an upload in parts; another is started where it stood."""

    def restarted(self, place, s3, bucket, prefix: str) -> Server:
        server = start_registry_on_s3(place, s3, f"s3://interop/{prefix.rstrip('/')}")
        left = lambda: uploads_below(bucket, prefix) + [key for key in keys_below(bucket, prefix) if ".registry-tmp" in key]
        assert wait_until(lambda: left() == []), left()
        return server

    @pytest.mark.parametrize("step", STEPS_BEFORE_VISIBLE + STEPS_AFTER_VISIBLE)
    def test_at_every_step_old_or_new_is_there_whole_and_nothing_is_left(self, s3, bucket, make_place, step):
        label = "killed-" + step.replace(": ", "-").replace(" ", "-")
        place, prefix = make_place(label, None), f"{label}/"
        old, new = os.urandom(LARGE), os.urandom(LARGE)
        server = start_registry_on_s3(place, s3, f"s3://interop/{label}")
        assert send(server, "PUT", FILE, data=old).status_code == 200
        server.stop()
        dying = start_registry_that_dies(place, s3, f"s3://interop/{label}", step)
        with pytest.raises(requests.ConnectionError):
            send(dying, "PUT", FILE, data=new)
        assert dying.process.wait(30) == -9
        dying.stop()
        server = self.restarted(place, s3, bucket, prefix)
        try:
            fetched = get(server, FILE)
            assert fetched.status_code == 200
            assert fetched.content == (old if step in STEPS_BEFORE_VISIBLE else new)
            etag = fetched.headers.get("etag")
            assert etag in (None, f'"{hashlib.sha256(fetched.content).hexdigest()}"')
        finally:
            server.stop()

    def test_between_parts_nothing_is_visible_and_the_parts_are_given_up(self, s3, bucket, make_place):
        place, prefix = make_place("killed-between-parts", None), "killed-between-parts/"
        server = start_registry_on_s3(place, s3, "s3://interop/killed-between-parts")
        upload = HalfUpload(server, FILE, LARGE)
        upload.send(os.urandom(11 * MEBIBYTE))
        assert wait_until(lambda: len(uploads_below(bucket, prefix)) == 1)
        os.killpg(server.process.pid, 9)
        server.stop()
        upload.vanish()
        server = self.restarted(place, s3, bucket, prefix)
        try:
            assert get(server, FILE).status_code == 404
            assert keys_below(bucket, prefix) == []
        finally:
            server.stop()


def test_a_client_that_goes_away_leaves_nothing(on_s3, bucket):
    server, prefix = on_s3
    upload = HalfUpload(server, FILE, LARGE)
    upload.send(os.urandom(11 * MEBIBYTE))
    assert wait_until(lambda: len(uploads_below(bucket, prefix)) == 1)
    upload.vanish()
    assert wait_until(lambda: uploads_below(bucket, prefix) == [])
    left = lambda: [key for key in keys_below(bucket, prefix) if "crash" in key or ".registry-tmp" in key]
    assert wait_until(lambda: left() == []), left()
    assert get(server, FILE).status_code == 404


class TestTwoServers:
    """Two servers on one PostgreSQL and one bucket."""

    @pytest.fixture(scope="class")
    def pair(self, s3, bucket, make_place, postgres) -> Iterator[tuple[Server, Server]]:
        database = postgres.create_database("s3_pair")
        root = "s3://interop/pair"
        servers = [start_registry_on_s3(make_place(f"s3-pair-{n}", database), s3, root) for n in (1, 2)]
        yield servers[0], servers[1]
        for server in servers:
            server.stop()

    def race(self, pair, rounds: int, act: Callable[[Server, int], requests.Response]) -> list[requests.Response]:
        """Both servers do the same `rounds` times at the same moment; all answers, round by round."""
        answers = []
        with ThreadPoolExecutor(2) as threads:
            for n in range(rounds):
                answers += [job.result() for job in [threads.submit(act, server, n) for server in pair]]
        return answers

    @pytest.fixture(scope="class")
    def name(self, pair) -> str:
        made = send(pair[0], "POST", "/api/2.0/mlflow/registered-models/create", json={"name": "raced"})
        assert made.status_code == 200
        return "raced"

    def test_versions_get_distinct_numbers(self, pair, name):
        body = {"name": name, "source": "s3://elsewhere/x"}
        create = lambda server, n: send(server, "POST", "/api/2.0/mlflow/model-versions/create", json=body)
        made = [int(answer.json()["model_version"]["version"]) for answer in self.race(pair, 100, create)]
        assert sorted(made) == list(range(1, 201))

    def test_production_always_has_one_holder(self, pair, name):
        path = "/api/2.0/mlflow/model-versions/transition-stage"
        held: list[int] = []

        def move(server: Server, n: int) -> requests.Response:
            version = str(1 + (n + pair.index(server)) % 2)
            body = {"name": name, "version": version, "stage": "Production", "archive_existing_versions": True}
            answer = send(server, "POST", path, json=body)
            found = send(server, "GET", "/api/2.0/mlflow/model-versions/search", params={"filter": f"name='{name}'"})
            held.append(sum(v["current_stage"] == "Production" for v in found.json()["model_versions"]))
            return answer

        assert {answer.status_code for answer in self.race(pair, 100, move)} == {200}
        assert set(held) == {1} and len(held) == 200

    def test_of_two_uploads_at_once_one_is_there_whole(self, pair):
        path = "/api/2.0/mlflow-artifacts/artifacts/0/raced/weights.bin"
        for size in (70_000, LARGE):
            for n in range(10 if size == LARGE else 30):
                bodies = [os.urandom(size + server) for server in (0, 1)]
                put = lambda server, _: send(server, "PUT", path, data=bodies[pair.index(server)])
                assert {answer.status_code for answer in self.race(pair, 1, put)} == {200}
                fetched = get(pair[n % 2], path)
                assert fetched.content in bodies
                assert fetched.headers["etag"] == f'"{hashlib.sha256(fetched.content).hexdigest()}"'
