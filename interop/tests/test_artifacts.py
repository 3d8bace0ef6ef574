"""Files of runs through the artifact proxy: folders, odd names, sizes, errors."""

import hashlib
import json

import mlflow
import numpy
import pandas
import pytest
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts, list_artifacts, load_dict, load_text
from mlflow.exceptions import MlflowException
from requests import HTTPError

# The client's own check raises the first, a refusal of the artifact proxy the second.
REFUSALS = (MlflowException, HTTPError)

# Not '#' and '?': the client puts paths into URLs unquoted, so its own requests lose what follows
# (see test_plain_http.py for these).
ODD_NAMES = [
    "with space.txt",
    "größe.txt",
    "鶏.txt",
    "100%.txt",
    "dog%step%100.txt",
    "a+b&c=d,e;f@g.txt",
    "quote'and(brackets)[1].txt",
    "~tilde!$.txt",
    ".hidden",
    "no-extension",
]


@pytest.fixture
def tree(tmp_path):
    """A folder of five files on three levels, one of them empty and one a megabyte of noise."""
    root = tmp_path / "tree"
    (root / "deep" / "deeper").mkdir(parents=True)
    (root / "top.txt").write_text("top\n")
    (root / "empty.bin").write_bytes(b"")
    (root / "noise.bin").write_bytes(numpy.random.default_rng(1).bytes(1_000_003))
    (root / "deep" / "middle.json").write_text('{"a": [1, 2]}')
    (root / "deep" / "deeper" / "last.csv").write_text("x,y\n1,2\n")
    return root


def contents(root) -> dict[str, str]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_folder_goes_up_and_comes_down_byte_for_byte(client, run_id, tree, tmp_path):
    client.log_artifacts(run_id, str(tree), "data")
    down = client.download_artifacts(run_id, "data", str(tmp_path))
    assert contents(tmp_path / "data") == contents(tree)
    assert str(down).rstrip("/").endswith("data")
    (tmp_path / "again").mkdir()
    download_artifacts(artifact_uri=f"runs:/{run_id}/data/deep", dst_path=str(tmp_path / "again"))
    assert contents(tmp_path / "again" / "deep") == contents(tree / "deep")


def test_a_listing_gives_paths_kinds_and_sizes_level_by_level(client, run_id, tree):
    client.log_artifacts(run_id, str(tree), "data")

    def listed(path=None):
        return [(f.path, f.is_dir, f.file_size) for f in client.list_artifacts(run_id, path)]

    assert listed() == [("data", True, None)]
    assert listed("data") == [
        ("data/deep", True, None),
        ("data/empty.bin", False, None),
        ("data/noise.bin", False, 1_000_003),
        ("data/top.txt", False, 4),
    ]
    assert listed("data/deep") == [("data/deep/deeper", True, None), ("data/deep/middle.json", False, 13)]
    assert listed("data/top.txt") == []
    assert listed("absent") == []
    assert [f.path for f in list_artifacts(run_id=run_id, artifact_path="data/deep/deeper")] == [
        "data/deep/deeper/last.csv"
    ]


def test_a_run_without_files_lists_nothing(client, run_id):
    assert client.list_artifacts(run_id) == []


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_keeps_its_odd_name_and_its_bytes(client, run_id, tmp_path, name):
    source = tmp_path / "up"
    source.mkdir()
    (source / name).write_text(f"content of {name}")
    client.log_artifact(run_id, str(source / name))
    client.log_artifact(run_id, str(source / name), "folder of ü")
    assert {f.path for f in client.list_artifacts(run_id)} == {name, "folder of ü"}
    assert [f.path for f in client.list_artifacts(run_id, "folder of ü")] == [f"folder of ü/{name}"]
    (tmp_path / "down").mkdir()
    client.download_artifacts(run_id, "", str(tmp_path / "down"))
    assert contents(tmp_path / "down") == {k: contents(source)[name] for k in (name, f"folder of ü/{name}")}


def test_texts_dicts_tables_images_and_figures_are_files_of_the_run(client, experiment_id):
    from matplotlib.figure import Figure

    with mlflow.start_run() as run:
        mlflow.log_text("zwölf Hühner\n", "notes/text.txt")
        mlflow.log_dict({"a": [1, {"b": None}], "ü": "ü"}, "config/dict.json")
        mlflow.log_dict({"a": [1, 2]}, "config/dict.yaml")
        mlflow.log_table({"in": ["a", "b"], "out": [1, 2]}, "eval/table.json")
        mlflow.log_image(numpy.zeros((4, 4, 3), dtype=numpy.uint8), "plots/black.png")
        figure = Figure()
        figure.subplots().plot([1, 2, 3])
        mlflow.log_figure(figure, "plots/line.svg")
        uri = mlflow.get_artifact_uri()
    assert load_text(f"{uri}/notes/text.txt") == "zwölf Hühner\n"
    assert load_dict(f"{uri}/config/dict.json") == {"a": [1, {"b": None}], "ü": "ü"}
    assert load_text(f"{uri}/config/dict.yaml") == "a:\n- 1\n- 2\n"
    table = mlflow.load_table("eval/table.json", run_ids=[run.info.run_id])
    assert table.equals(pandas.DataFrame({"in": ["a", "b"], "out": [1, 2]}))
    assert mlflow.artifacts.load_image(f"{uri}/plots/black.png").size == (4, 4)
    assert [f.path for f in client.list_artifacts(run.info.run_id, "plots")] == ["plots/black.png", "plots/line.svg"]
    assert json.loads(client.get_run(run.info.run_id).data.tags["mlflow.loggedArtifacts"])[0]["path"] == "eval/table.json"


def test_a_file_logged_again_is_replaced(client, run_id):
    client.log_text(run_id, "a longer first text", "note.txt")
    client.log_text(run_id, "second", "note.txt")
    assert load_text(f"runs:/{run_id}/note.txt") == "second"
    assert [f.file_size for f in client.list_artifacts(run_id)] == [6]


def test_a_file_of_many_megabytes_comes_back_byte_for_byte(client, run_id, tmp_path):
    source = tmp_path / "large.bin"
    source.write_bytes(numpy.random.default_rng(2).bytes(24_000_001))
    client.log_artifact(run_id, str(source))
    (tmp_path / "down").mkdir()
    client.download_artifacts(run_id, "large.bin", str(tmp_path / "down"))
    assert contents(tmp_path / "down") == {"large.bin": hashlib.sha256(source.read_bytes()).hexdigest()}


def test_a_missing_file_is_an_error_and_leaves_nothing_behind(client, run_id, tmp_path):
    with pytest.raises(Exception, match="absent.txt|404|No such"):
        client.download_artifacts(run_id, "absent.txt", str(tmp_path))
    assert contents(tmp_path) == {}


def test_a_path_that_climbs_out_of_the_run_is_refused(client, run_id):
    with pytest.raises(REFUSALS):
        client.list_artifacts(run_id, "../..")
    with pytest.raises(REFUSALS):
        client.log_text(run_id, "x", "../../climbed.txt")


def test_artifacts_are_deleted_through_the_client_repository(client: MlflowClient, run_id, tree):
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    client.log_artifacts(run_id, str(tree), "data")
    repository = get_artifact_repository(client.get_run(run_id).info.artifact_uri)
    repository.delete_artifacts("data/deep")
    assert sorted(f.path for f in client.list_artifacts(run_id, "data")) == [
        "data/empty.bin",
        "data/noise.bin",
        "data/top.txt",
    ]
    repository.delete_artifacts("data/top.txt")
    assert "data/top.txt" not in [f.path for f in client.list_artifacts(run_id, "data")]
