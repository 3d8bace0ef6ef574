"""`mlflow.sklearn.log_model` and every way to load what it logged."""

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import LoggedModelStatus
from mlflow.models import infer_signature

from training import REQUIREMENTS, Example

pytestmark = pytest.mark.usefixtures("experiment_id")


@pytest.fixture
def registered(client: MlflowClient, unique, example: Example):
    """A model registered by `log_model` from a run that has a metric and a parameter."""
    name = unique("layer-count")
    with mlflow.start_run() as run:
        mlflow.log_params({"max_iter": 200})
        mlflow.log_metric("accuracy", 0.97)
        info = mlflow.sklearn.log_model(
            example.model,
            name="classifier",
            registered_model_name=name,
            input_example=example.inputs.head(2),
            signature=infer_signature(example.inputs, example.predictions),
            pip_requirements=REQUIREMENTS,
        )
    return name, run.info.run_id, info


def test_log_model_registers_version_1_ready_with_its_run_and_logged_model(client, registered):
    name, run_id, info = registered
    version = client.get_model_version(name, "1")
    assert (version.name, version.version, version.status) == (name, "1", "READY")
    assert version.run_id == run_id
    assert version.source == f"models:/{info.model_id}"
    assert version.current_stage == "None"
    assert str(info.registered_model_version) == "1"
    assert client.get_registered_model(name).latest_versions[0].version == "1"


def test_log_model_leaves_a_ready_logged_model_with_the_runs_params_and_metrics(client, registered):
    name, run_id, info = registered
    model = mlflow.get_logged_model(info.model_id)
    assert model.status == LoggedModelStatus.READY
    assert (model.name, model.source_run_id) == ("classifier", run_id)
    assert model.params == {"max_iter": "200"}
    assert [(m.key, m.value, m.run_id) for m in model.metrics] == [("accuracy", 0.97, run_id)]
    assert f'"{name}"' in model.tags["mlflow.modelVersions"]
    outputs = client.get_run(run_id).outputs.model_outputs
    assert [output.model_id for output in outputs] == [info.model_id]


def test_a_registered_model_predicts_the_same_from_every_kind_of_uri(client, registered, example):
    name, run_id, info = registered
    client.set_registered_model_alias(name, "champion", "1")
    client.transition_model_version_stage(name, "1", "Production")
    uris = [
        f"models:/{name}/1",
        f"models:/{name}@champion",
        f"models:/{name}/Production",
        f"models:/{name}/latest",
        f"models:/{info.model_id}",
        f"runs:/{run_id}/classifier",
    ]
    for uri in uris:
        assert example.same_predictions(mlflow.sklearn.load_model(uri)), uri
    assert example.same_predictions(mlflow.pyfunc.load_model(f"models:/{name}@champion"))


def test_signature_and_input_example_come_back_with_the_model(client, registered, example):
    name, _, _ = registered
    info = mlflow.models.get_model_info(f"models:/{name}/1")
    assert info.signature == infer_signature(example.inputs, example.predictions)
    loaded = mlflow.pyfunc.load_model(f"models:/{name}/1")
    assert loaded.input_example.shape == (2, example.inputs.shape[1])


def test_the_download_uri_of_a_version_leads_to_its_files(client, registered, tmp_path):
    name, run_id, info = registered
    uri = client.get_model_version_download_uri(name, "1")
    assert uri == mlflow.get_logged_model(info.model_id).artifact_location
    mlflow.artifacts.download_artifacts(artifact_uri=f"models:/{name}/1", dst_path=str(tmp_path))
    assert {"MLmodel", "requirements.txt", "model.skops"} <= {path.name for path in tmp_path.iterdir()}


def test_logging_again_under_the_same_name_makes_version_2(client, registered, example):
    name, _, _ = registered
    with mlflow.start_run():
        mlflow.sklearn.log_model(
            example.model, name="classifier", registered_model_name=name, pip_requirements=REQUIREMENTS
        )
    assert sorted(v.version for v in client.search_model_versions(f"name = '{name}'")) == ["1", "2"]
    assert mlflow.pyfunc.load_model(f"models:/{name}/latest").metadata.model_id == client.get_model_version(
        name, "2"
    ).source.removeprefix("models:/")


def test_log_model_without_any_option_registers_and_loads(client, unique, example):
    name = unique("defaults")
    with mlflow.start_run():
        mlflow.sklearn.log_model(example.model, registered_model_name=name)
    assert example.same_predictions(mlflow.sklearn.load_model(f"models:/{name}/1"))


def test_log_model_outside_a_run_registers_and_loads(client, unique, example):
    name = unique("no-run")
    info = mlflow.sklearn.log_model(
        example.model, name="classifier", registered_model_name=name, pip_requirements=REQUIREMENTS
    )
    assert mlflow.active_run() is None
    assert example.same_predictions(mlflow.sklearn.load_model(info.model_uri))
    assert example.same_predictions(mlflow.sklearn.load_model(f"models:/{name}/1"))


def test_the_artifact_path_argument_of_mlflow_2_still_logs_registers_and_loads(client, unique, example):
    name = unique("two-x")
    with mlflow.start_run() as run:
        mlflow.sklearn.log_model(
            example.model, artifact_path="model", registered_model_name=name, pip_requirements=REQUIREMENTS
        )
    assert example.same_predictions(mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model"))
    assert example.same_predictions(mlflow.sklearn.load_model(f"models:/{name}/1"))


def test_a_model_uploaded_as_plain_run_artifacts_registers_and_loads(client, unique, example, tmp_path):
    """The way of MLflow 2: the model lies in the run's own folder and there is no logged model."""
    name = unique("run-artifacts")
    mlflow.sklearn.save_model(example.model, str(tmp_path / "model"), pip_requirements=REQUIREMENTS)
    with mlflow.start_run() as run:
        mlflow.log_artifacts(str(tmp_path / "model"), "model")
    version = mlflow.register_model(f"runs:/{run.info.run_id}/model", name)
    assert (version.version, version.run_id) == ("1", run.info.run_id)
    assert example.same_predictions(mlflow.sklearn.load_model(f"models:/{name}/1"))
    assert example.same_predictions(mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model"))


def test_register_model_from_a_runs_uri_finds_the_logged_model_of_the_run(client, unique, example):
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(example.model, name="classifier", pip_requirements=REQUIREMENTS)
    name = unique("from-run")
    version = mlflow.register_model(f"runs:/{run.info.run_id}/classifier", name, tags={"origin": "run"})
    assert (version.version, version.run_id) == ("1", run.info.run_id)
    assert client.get_model_version(name, "1").tags == {"origin": "run"}
    assert client.get_model_version(name, "1").source == f"models:/{info.model_id}"
    assert example.same_predictions(mlflow.sklearn.load_model(f"models:/{name}/1"))


def test_register_model_from_a_logged_model_uri_keeps_the_models_run(client, unique, example):
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(example.model, name="classifier", pip_requirements=REQUIREMENTS)
    name = unique("from-model")
    mlflow.register_model(f"models:/{info.model_id}", name)
    assert client.get_model_version(name, "1").run_id == run.info.run_id


def test_copy_model_version_makes_a_version_of_another_model_that_predicts_the_same(
    client, registered, example, unique
):
    name, run_id, _ = registered
    target = unique("copy")
    copied = client.copy_model_version(f"models:/{name}/1", target)
    assert (copied.name, copied.version) == (target, "1")
    assert client.get_model_version(target, "1").source == f"models:/{name}/1"
    assert client.get_model_version(target, "1").run_id == run_id
    assert client.copy_model_version(f"models:/{name}/1", target).version == "2"
    assert example.same_predictions(mlflow.sklearn.load_model(f"models:/{target}/2"))


def test_a_copy_of_a_copy_still_leads_to_the_same_files(client, registered, example, unique):
    name, _, _ = registered
    client.set_registered_model_alias(name, "candidate", "1")
    client.copy_model_version(f"models:/{name}@candidate", unique("first"))
    client.copy_model_version(f"models:/{unique('first')}/1", unique("second"))
    assert example.same_predictions(mlflow.sklearn.load_model(f"models:/{unique('second')}/1"))
