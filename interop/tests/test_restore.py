"""The drill of docs/operations.md: what the client wrote is backed up while it goes on writing, all is lost, and a server
that is started on the restored copies shows the client the same, file hashes included."""

import shutil
import subprocess
import threading

import mlflow
import pytest
from mlflow import MlflowClient

from conftest import use_server
from seed import MODEL, seed
from servers import REPOSITORY, Place, clean_environment, free_port, start_registry, target
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


def test_restored_from_a_backup_that_was_made_while_the_client_wrote(make_place, example):
    place = make_place("backed-up", None)
    key = {"REGISTRY_AUDIT_KEY_FILE": str(place.folder.parent / "restore-audit.key")}
    place.settings |= key
    port = free_port()  # the same for both: the client remembers addresses of artifact folders
    server = start_registry(place, port)
    seeded = seed(server.url, example)
    before = take_snapshot(server.url)

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
    copy = place.folder.parent / "registry-backup.db"
    made = command(place, "db", "backup", str(copy))
    shutil.copytree(place.artifact_folder, place.folder.parent / "registry-backup-artifacts")
    over.set()
    writing.join()
    assert made.returncode == 0, made.stderr
    assert written
    server.stop()
    shutil.rmtree(place.folder)

    restored = make_place("restored", None)
    restored.settings |= key
    shutil.copy(copy, restored.folder / "mlflow.db")
    shutil.copytree(place.folder.parent / "registry-backup-artifacts", restored.artifact_folder)
    server = start_registry(restored, port)
    use_server(server.url)
    for name in written:
        try:
            MlflowClient().delete_registered_model(name)  # written before the copy was made, or lost: both are right
        except Exception as error:
            assert "RESOURCE_DOES_NOT_EXIST" in str(error)
    assert differences(before, take_snapshot(server.url)) == []
    for uri in (f"models:/{MODEL}/1", f"models:/{MODEL}@champion", f"models:/{seeded.model_id}"):
        assert example.same_predictions(mlflow.sklearn.load_model(uri))
    server.stop()
    verified = command(restored, "audit", "verify")
    assert verified.returncode == 0, verified.stderr
