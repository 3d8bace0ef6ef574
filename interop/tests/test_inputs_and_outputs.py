"""Data sets that runs read and models that runs made."""

import json

import mlflow
import numpy
import pandas
from mlflow.entities import (
    Dataset,
    DatasetInput,
    InputTag,
    LoggedModelInput,
    LoggedModelOutput,
)


def frame() -> pandas.DataFrame:
    return pandas.DataFrame({"weight": [1.5, 2.5, 3.5], "breed": ["a", "b", "a"], "sick": [0, 1, 0]})


def test_a_pandas_data_set_comes_back_with_schema_profile_source_and_context(client, experiment_id):
    dataset = mlflow.data.from_pandas(frame(), source="s3://bucket/flock.csv", name="flock", targets="sick")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training", tags={"season": "winter"})
    (found,) = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert (found.dataset.name, found.dataset.digest) == ("flock", dataset.digest)
    assert json.loads(found.dataset.profile) == {"num_rows": 3, "num_elements": 9}
    columns = json.loads(found.dataset.schema)["mlflow_colspec"]
    assert [column["name"] for column in columns] == ["weight", "breed", "sick"]
    assert json.loads(found.dataset.source) == {"uri": "s3://bucket/flock.csv"}
    assert {tag.key: tag.value for tag in found.tags} == {"mlflow.data.context": "training", "season": "winter"}
    assert mlflow.data.get_source(found).uri == "s3://bucket/flock.csv"


def test_a_numpy_data_set_and_a_second_context_stand_beside_the_first(client, experiment_id):
    with mlflow.start_run() as run:
        mlflow.log_input(mlflow.data.from_pandas(frame(), name="train"), context="training")
        mlflow.log_input(mlflow.data.from_numpy(numpy.arange(6).reshape(3, 2), name="test"), context="eval")
    inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert {(i.dataset.name, i.tags[0].value) for i in inputs} == {("train", "training"), ("test", "eval")}


def test_the_same_data_set_logged_by_two_runs_is_the_same(client, experiment_id):
    digests = set()
    for _ in range(2):
        with mlflow.start_run() as run:
            mlflow.log_input(mlflow.data.from_pandas(frame(), name="flock"), context="training")
        digests.add(client.get_run(run.info.run_id).inputs.dataset_inputs[0].dataset.digest)
    assert len(digests) == 1


def test_runs_are_found_by_their_data_set(client, experiment_id):
    dataset = mlflow.data.from_pandas(frame(), name="flock")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training")
    with mlflow.start_run():
        pass

    def found(filter_string: str) -> list[str]:
        return [r.info.run_id for r in client.search_runs([experiment_id], filter_string)]

    assert found("dataset.name = 'flock'") == [run.info.run_id]
    assert found(f"datasets.digest = '{dataset.digest}'") == [run.info.run_id]
    assert found("dataset.name LIKE 'fl%' AND dataset.context = 'training'") == [run.info.run_id]
    assert found("dataset.name IN ('flock', 'herd')") == [run.info.run_id]
    assert found("dataset.context = 'test'") == []


def test_inputs_given_by_hand_keep_every_field(client, run_id):
    dataset = Dataset("herd", "abc123", "local", '{"uri": "ü"}', '{"s": 1}', '{"p": 2}')
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "test")])])
    (found,) = client.get_run(run_id).inputs.dataset_inputs
    assert dict(found.dataset) == dict(dataset)


def test_models_that_a_run_read_and_made_are_listed_with_their_step(client, experiment_id, run_id):
    first = client.create_logged_model(experiment_id, name="first")
    second = client.create_logged_model(experiment_id, name="second")
    client.log_inputs(run_id, models=[LoggedModelInput(first.model_id)])
    client.log_outputs(run_id, [LoggedModelOutput(second.model_id, step=4)])
    run = client.get_run(run_id)
    assert [model.model_id for model in run.inputs.model_inputs] == [first.model_id]
    assert [(model.model_id, model.step) for model in run.outputs.model_outputs] == [(second.model_id, 4)]


def test_the_fluent_call_records_outputs_of_the_active_run(client, experiment_id):
    model = client.create_logged_model(experiment_id, name="checkpoint")
    with mlflow.start_run() as run:
        mlflow.log_outputs(models=[LoggedModelOutput(model.model_id, step=1)])
    assert [m.model_id for m in client.get_run(run.info.run_id).outputs.model_outputs] == [model.model_id]
