"""Runs: life cycle, parameters, tags, nesting and batches."""

import mlflow
import pytest
from mlflow.entities import Metric, Param, RunStatus, RunTag, ViewType
from mlflow.exceptions import MlflowException, RestException


def test_a_fluent_run_comes_back_finished_with_everything_that_was_logged(client, experiment_id):
    with mlflow.start_run(run_name="first", description="a note", tags={"site": "north"}) as run:
        mlflow.log_param("depth", 3)
        mlflow.log_params({"rate": 1e-07, "on": True, "none": None, "text": "ü\n2"})
        mlflow.log_metric("loss", 0.5)
        mlflow.log_metrics({"f1": 0.25, "auc": 1}, step=3)
        mlflow.set_tag("k", 5)
        mlflow.set_tags({"a": "1", "b": "2"})
    found = client.get_run(run.info.run_id)
    assert (found.info.run_name, found.info.status, found.info.lifecycle_stage) == ("first", "FINISHED", "active")
    assert found.info.end_time >= found.info.start_time > 1_600_000_000_000
    assert found.info.artifact_uri == f"mlflow-artifacts:/{experiment_id}/{run.info.run_id}/artifacts"
    assert found.data.params == {"depth": "3", "rate": "1e-07", "on": "True", "none": "None", "text": "ü\n2"}
    assert found.data.metrics == {"loss": 0.5, "f1": 0.25, "auc": 1.0}
    own = {k: v for k, v in found.data.tags.items() if not k.startswith("mlflow.")}
    assert own == {"site": "north", "k": "5", "a": "1", "b": "2"}
    assert found.data.tags["mlflow.note.content"] == "a note"
    assert found.data.tags["mlflow.runName"] == "first"


def test_a_run_without_a_name_gets_one_and_a_rename_changes_the_tag(client, experiment_id):
    run = client.create_run(experiment_id)
    assert run.info.run_name and run.data.tags["mlflow.runName"] == run.info.run_name
    client.update_run(run.info.run_id, name="second")
    assert client.get_run(run.info.run_id).info.run_name == "second"
    assert client.get_run(run.info.run_id).data.tags["mlflow.runName"] == "second"
    client.set_tag(run.info.run_id, "mlflow.runName", "third")
    assert client.get_run(run.info.run_id).info.run_name == "third"


def test_a_failing_block_leaves_a_failed_run(client, experiment_id):
    with pytest.raises(ZeroDivisionError), mlflow.start_run() as run:
        1 / 0
    assert client.get_run(run.info.run_id).info.status == "FAILED"


def test_status_and_end_time_are_set(client, run_id):
    client.update_run(run_id, status="RUNNING")
    assert client.get_run(run_id).info.end_time is None
    client.set_terminated(run_id, status="KILLED", end_time=1_700_000_000_123)
    info = client.get_run(run_id).info
    assert (info.status, info.end_time) == (RunStatus.to_string(RunStatus.KILLED), 1_700_000_000_123)


def test_a_finished_run_can_be_resumed(client, experiment_id):
    with mlflow.start_run() as run:
        mlflow.log_metric("loss", 1)
    with mlflow.start_run(run_id=run.info.run_id):
        assert client.get_run(run.info.run_id).info.status == "RUNNING"
        mlflow.log_metric("loss", 0.5, step=1)
    assert client.get_run(run.info.run_id).info.status == "FINISHED"
    assert client.get_run(run.info.run_id).data.metrics == {"loss": 0.5}


def test_nested_runs_name_their_parent(client, experiment_id):
    with mlflow.start_run() as parent:
        with mlflow.start_run(nested=True) as first, mlflow.start_run(nested=True) as grandchild:
            pass
        with mlflow.start_run(nested=True) as second:
            pass
    assert client.get_parent_run(first.info.run_id).info.run_id == parent.info.run_id
    assert client.get_parent_run(grandchild.info.run_id).info.run_id == first.info.run_id
    assert client.get_parent_run(parent.info.run_id) is None
    children = client.search_runs([experiment_id], f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
    assert {r.info.run_id for r in children} == {first.info.run_id, second.info.run_id}


def test_a_param_cannot_change_but_may_be_logged_again(client, run_id):
    client.log_param(run_id, "depth", 3)
    client.log_param(run_id, "depth", 3)
    with pytest.raises(MlflowException) as caught:
        client.log_param(run_id, "depth", 4)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert "Changing param values is not allowed. Param with key='depth' was already logged with value='3'" in str(
        caught.value
    )
    with pytest.raises(RestException, match="Changing param values is not allowed"):
        client.log_batch(run_id, params=[Param("depth", "5"), Param("other", "1")])
    assert client.get_run(run_id).data.params == {"depth": "3"}


def test_tags_of_a_run_are_overwritten_and_deleted(client, run_id):
    client.set_tag(run_id, "a", "1")
    client.set_tag(run_id, "a", "2")
    assert client.get_run(run_id).data.tags["a"] == "2"
    client.delete_tag(run_id, "a")
    assert "a" not in client.get_run(run_id).data.tags
    with pytest.raises(RestException, match="No tag with name: a in run with id") as caught:
        client.delete_tag(run_id, "a")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_a_batch_of_1000_metrics_is_stored_whole(client, run_id):
    metrics = [Metric(f"m{i % 10}", i / 7, 1_700_000_000_000 + i, i // 10) for i in range(1000)]
    client.log_batch(run_id, metrics=metrics)
    history = client.get_metric_history(run_id, "m3")
    assert [(m.value, m.timestamp, m.step) for m in history] == [
        (i / 7, 1_700_000_000_000 + i, i // 10) for i in range(3, 1000, 10)
    ]
    assert client.get_run(run_id).data.metrics == {f"m{k}": (990 + k) / 7 for k in range(10)}


def test_a_batch_holds_metrics_params_and_tags_at_once(client, run_id):
    metrics = [Metric(f"m{i}", float(i), 1, 0) for i in range(800)]
    params = [Param(f"p{i}", str(i)) for i in range(100)]
    tags = [RunTag(f"t{i}", str(i)) for i in range(100)]
    client.log_batch(run_id, metrics=metrics, params=params, tags=tags)
    data = client.get_run(run_id).data
    assert data.metrics == {f"m{i}": float(i) for i in range(800)}
    assert data.params == {f"p{i}": str(i) for i in range(100)}
    assert {k: v for k, v in data.tags.items() if k.startswith("t")} == {f"t{i}": str(i) for i in range(100)}


def test_more_params_than_a_request_may_hold_are_split_by_the_client(client, experiment_id):
    with mlflow.start_run() as run:
        mlflow.log_params({f"p{i}": i for i in range(250)})
    assert len(client.get_run(run.info.run_id).data.params) == 250


def test_keys_with_slashes_dots_spaces_and_unicode_are_kept(client, run_id):
    for key in ("recall/camera:ir", "a.b.c", "with space", "größe-1_2"):
        client.log_metric(run_id, key, 1.0)
        client.log_param(run_id, key, "p")
        client.set_tag(run_id, key, "t")
    data = client.get_run(run_id).data
    expected = {"recall/camera:ir", "a.b.c", "with space", "größe-1_2"}
    assert set(data.metrics) == set(data.params) == expected
    assert expected <= set(data.tags)


def test_a_deleted_run_is_hidden_refuses_writes_and_can_be_restored(client, experiment_id, run_id):
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    assert client.search_runs([experiment_id]) == []
    only_deleted = client.search_runs([experiment_id], run_view_type=ViewType.DELETED_ONLY)
    assert [r.info.run_id for r in only_deleted] == [run_id]
    with pytest.raises(RestException, match="must be in the 'active' state") as caught:
        client.log_metric(run_id, "loss", 1)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    client.restore_run(run_id)
    client.log_metric(run_id, "loss", 1)
    assert [r.info.run_id for r in client.search_runs([experiment_id])] == [run_id]


def test_an_absent_run_is_an_error_of_its_own(client):
    with pytest.raises(RestException, match="Run with id=.* not found") as caught:
        client.get_run("0" * 32)
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
