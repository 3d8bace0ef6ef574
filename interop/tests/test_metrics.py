"""Metric values and histories, including the values that JSON has no word for."""

import math
import sys

import mlflow
import pytest
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException, RestException


def test_a_history_holds_every_point_in_order_of_time(client, run_id):
    points = [(3, 300, 0.3), (1, 100, 0.9), (2, 200, 0.6), (2, 200, 0.5)]
    for step, timestamp, value in points:
        client.log_metric(run_id, "loss", value, timestamp=timestamp, step=step)
    history = [(m.step, m.timestamp, m.value) for m in client.get_metric_history(run_id, "loss")]
    assert history == [(1, 100, 0.9), (2, 200, 0.5), (2, 200, 0.6), (3, 300, 0.3)]
    assert client.get_run(run_id).data.metrics == {"loss": 0.3}


def test_the_last_value_is_that_of_the_highest_step_then_time(client, run_id):
    client.log_metric(run_id, "loss", 1, timestamp=900, step=1)
    client.log_metric(run_id, "loss", 2, timestamp=100, step=2)
    client.log_metric(run_id, "loss", 3, timestamp=950, step=1)
    assert client.get_run(run_id).data.metrics == {"loss": 2.0}
    client.log_metric(run_id, "loss", 4, timestamp=101, step=2)
    assert client.get_run(run_id).data.metrics == {"loss": 4.0}


def test_nan_and_infinities_come_back(client, run_id):
    for step, value in enumerate((math.nan, math.inf, -math.inf)):
        client.log_metric(run_id, "odd", value, timestamp=step + 1, step=step)
    nan, plus, minus = (m.value for m in client.get_metric_history(run_id, "odd"))
    assert math.isnan(nan)
    # MLflow: its database has no infinities, so they come back as the largest finite numbers.
    assert (plus, minus) == (sys.float_info.max, -sys.float_info.max)
    client.log_batch(run_id, metrics=[Metric("batch", math.nan, 1, 0), Metric("high", math.inf, 1, 0)])
    metrics = client.get_run(run_id).data.metrics
    assert math.isnan(metrics["batch"])
    assert metrics["high"] == sys.float_info.max


def test_extreme_but_finite_values_and_steps_are_exact(client, run_id):
    values = [5e-324, -1.7976931348623157e308, 0.1, 2**53 + 2.0, -0.0, 1 / 3]
    for step, value in enumerate(values):
        client.log_metric(run_id, "exact", value, timestamp=step, step=step)
    assert [m.value for m in client.get_metric_history(run_id, "exact")] == values
    client.log_metric(run_id, "steps", 1, timestamp=0, step=-(2**40))
    client.log_metric(run_id, "steps", 1, timestamp=2**53 + 1, step=2**53 + 1)
    history = [(m.step, m.timestamp) for m in client.get_metric_history(run_id, "steps")]
    assert history == [(-(2**40), 0), (2**53 + 1, 2**53 + 1)]


def test_the_same_point_logged_again_is_stored_once(client, run_id):
    for _ in range(2):
        client.log_metric(run_id, "loss", 1.5, timestamp=7, step=1)
        client.log_batch(run_id, metrics=[Metric("loss", 1.5, 7, 1), Metric("loss", 1.5, 7, 1)])
    assert len(client.get_metric_history(run_id, "loss")) == 1


def test_a_history_of_thousands_of_points_comes_whole(client, run_id):
    for start in range(0, 3000, 1000):
        client.log_batch(run_id, metrics=[Metric("long", i * 0.5, i, i) for i in range(start, start + 1000)])
    assert [m.value for m in client.get_metric_history(run_id, "long")] == [i * 0.5 for i in range(3000)]


def test_the_history_of_a_key_that_was_never_logged_is_empty(client, run_id):
    assert list(client.get_metric_history(run_id, "absent")) == []


def test_a_key_that_is_no_name_is_refused(client, run_id):
    with pytest.raises((MlflowException, RestException)) as caught:
        client.log_metric(run_id, "a$b", 1)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    with pytest.raises((MlflowException, RestException)):
        client.log_metric(run_id, "../up", 1)
    assert client.get_run(run_id).data.metrics == {}


def test_the_fluent_call_logs_against_the_active_model_and_dataset(client, experiment_id):
    model = mlflow.initialize_logged_model(name="scored")
    with mlflow.start_run() as run:
        mlflow.log_metric("f1", 0.75, step=2, model_id=model.model_id)
        mlflow.log_metrics({"auc": 0.5}, model_id=model.model_id)
    metrics = {m.key: m for m in mlflow.get_logged_model(model.model_id).metrics}
    assert {k: (m.value, m.run_id, m.model_id) for k, m in metrics.items()} == {
        "f1": (0.75, run.info.run_id, model.model_id),
        "auc": (0.5, run.info.run_id, model.model_id),
    }
    assert metrics["f1"].step == 2
    assert client.get_run(run.info.run_id).data.metrics == {"f1": 0.75, "auc": 0.5}
