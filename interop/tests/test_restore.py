"""The drill of docs/operations.md: what the client wrote is backed up while it goes on writing, all is lost, and a server
that is started on the restored copies shows the client the same, file hashes included."""

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from conftest import use_server
from postgres import find_tools, running_postgres
from seed import MODEL, Seeded, seed
from servers import REPOSITORY, Place, Server, clean_environment, free_port, start_registry, target
from snapshot import differences, take_snapshot

pytestmark = pytest.mark.skipif(target() == "mlflow", reason="MLflow has no backup")


def command(place: Place, *args: str) -> subprocess.CompletedProcess:
    settings = {"MLFLOW_TRACKING_URI": place.database_uri, "MLFLOW_ARTIFACT_ROOT": str(place.artifact_folder)}
    npx = shutil.which("npx")
    assert npx, "npx is not on the PATH"
    return subprocess.run(
        [npx, "farmiq-registry", *args],
        cwd=REPOSITORY,
        env=clean_environment() | settings | place.settings,
        capture_output=True,
        text=True,
    )


@contextlib.contextmanager
def writing_to(server: Server) -> Iterator[list[str]]:
    """Makes models, one after the other; gives the names of those that were acknowledged."""
    over = threading.Event()
    written: list[str] = []

    def write_on() -> None:
        client = MlflowClient(tracking_uri=server.url, registry_uri=server.url)
        while not over.is_set():
            name = f"while-backing-up-{len(written)}"
            client.create_registered_model(name)
            written.append(name)

    writing = threading.Thread(target=write_on)
    writing.start()
    try:
        yield written
    finally:
        over.set()
        writing.join()
    assert written


def expect_the_same(server: Server, before: dict, seeded: Seeded, written: list[str], example) -> None:
    use_server(server.url)
    for name in written:
        try:
            MlflowClient().delete_registered_model(name)  # made before the copy was, or lost: both are right
        except MlflowException as error:
            assert error.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert differences(before, take_snapshot(server.url)) == []
    for uri in (f"models:/{MODEL}/1", f"models:/{MODEL}@champion", f"models:/{seeded.model_id}"):
        assert example.same_predictions(mlflow.sklearn.load_model(uri))


def expect_a_log_that_verifies(place: Place) -> None:
    verified = command(place, "audit", "verify")
    assert verified.returncode == 0, verified.stderr


def test_sqlite_and_a_folder(make_place, example):
    place = make_place("backed-up", None)
    elsewhere = place.folder.parent
    key = {"REGISTRY_AUDIT_KEY_FILE": str(elsewhere / "restore-audit.key")}
    place.settings |= key
    port = free_port()  # the same for both: the client remembers addresses of artifact folders
    server = start_registry(place, port)
    seeded = seed(server.url, example)
    before = take_snapshot(server.url)
    with writing_to(server) as written:
        made = command(place, "db", "backup", str(elsewhere / "registry-backup.db"))
        shutil.copytree(place.artifact_folder, elsewhere / "registry-backup-artifacts")
    assert made.returncode == 0, made.stderr
    server.stop()
    shutil.rmtree(place.folder)

    restored = make_place("restored", None)
    restored.settings |= key
    shutil.copy(elsewhere / "registry-backup.db", restored.folder / "mlflow.db")
    shutil.copytree(elsewhere / "registry-backup-artifacts", restored.artifact_folder)
    server = start_registry(restored, port)
    expect_the_same(server, before, seeded, written, example)
    server.stop()
    expect_a_log_that_verifies(restored)


@pytest.fixture
def tools() -> Path:
    found = find_tools()
    if found is None:
        pytest.skip("THE DRILL ON POSTGRESQL IS NOT RUN: no pg_dump with its server in /usr/lib/postgresql; apt-get install postgresql")
    return found


def test_postgresql_and_a_bucket(make_place, example, s3, tools):
    import boto3
    from botocore.config import Config

    config = Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required")
    keys = {"aws_access_key_id": s3.access_key, "aws_secret_access_key": s3.secret_key, "region_name": "us-east-1"}
    store = boto3.resource("s3", endpoint_url=s3.endpoint, config=config, **keys)
    live, kept = (store.create_bucket(Bucket=name) for name in ("drill-live", "drill-kept"))

    def copy_objects(source, goal) -> None:
        for each in source.objects.all():
            goal.Object(each.key).put(Body=each.get()["Body"].read())

    with running_postgres(tools) as postgres:
        place = make_place("backed-up-postgres", postgres.create_database("live"))
        place.settings |= s3.client_environment() | {
            "MLFLOW_ARTIFACT_ROOT": "s3://drill-live/artifacts",
            "REGISTRY_AUDIT_KEY_FILE": str(place.folder / "audit.key"),
        }
        port = free_port()
        server = start_registry(place, port)
        seeded = seed(server.url, example)
        before = take_snapshot(server.url)
        dump = str(place.folder / "registry.dump")
        with writing_to(server) as written:
            subprocess.run([tools / "pg_dump", "--format=custom", f"--file={dump}", place.database_uri], check=True)
            copy_objects(live, kept)
        server.stop()
        live.objects.all().delete()

        restored = make_place("restored-postgres", postgres.create_database("restored"))
        restored.settings |= place.settings
        subprocess.run([tools / "pg_restore", f"--dbname={restored.database_uri}", dump], check=True)
        copy_objects(kept, live)
        server = start_registry(restored, port)
        expect_the_same(server, before, seeded, written, example)
        server.stop()
        expect_a_log_that_verifies(restored)
