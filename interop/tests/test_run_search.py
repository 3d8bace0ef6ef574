"""`search_runs`: filters, order, paging and the data frame of the fluent call."""

import math

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import ViewType
from mlflow.exceptions import RestException

START = 1_700_000_000_000


@pytest.fixture
def runs(client: MlflowClient, experiment_id: str) -> dict[str, str]:
    """Run id by name. a, b and c are finished; d failed and has neither loss nor depth."""
    made = {}
    for i, (name, loss, depth, site) in enumerate(
        [("a", 0.5, "3", "North"), ("b", 0.1, "10", "south"), ("c", math.nan, "3", "south"), ("d", None, None, None)]
    ):
        run = client.create_run(experiment_id, start_time=START + i * 1000, run_name=name)
        made[name] = run.info.run_id
        if loss is not None:
            client.log_metric(run.info.run_id, "loss", 99, timestamp=1, step=0)
            client.log_metric(run.info.run_id, "loss", loss, timestamp=2, step=1)
            client.log_metric(run.info.run_id, "val/loss", i, timestamp=2)
        if depth:
            client.log_param(run.info.run_id, "depth", depth)
            client.set_tag(run.info.run_id, "site", site)
        client.set_terminated(run.info.run_id, "FAILED" if name == "d" else "FINISHED", end_time=START + i * 1000 + 5)
    return made


def found(client: MlflowClient, experiment_id: str, filter_string: str = "", **options) -> str:
    """The names of the runs that match, in the order in which they come."""
    options = {"order_by": ["attributes.start_time ASC"]} | options
    return "".join(r.info.run_name for r in client.search_runs([experiment_id], filter_string, **options))


FILTERS = {
    "metrics.loss < 0.3": "b",
    "metrics.loss <= 0.5 AND metrics.loss > 0.1": "a",
    "metrics.`val/loss` >= 1": "bc",
    'metrics."val/loss" != 1': "ac",
    "metric.loss = 0.5": "a",
    "params.depth = '3'": "ac",
    "params.depth != '3'": "b",
    "parameters.depth LIKE '1%'": "b",
    "params.depth = '3' and metrics.loss = 0.5": "a",
    "tags.site = 'south'": "bc",
    "tags.site ILIKE 'N%'": "a",
    "tag.site LIKE 'n%'": "",
    "tags.absent != 'x'": "",
    "attributes.status = 'FAILED'": "d",
    "status != 'FAILED'": "abc",
    "attributes.run_name = 'b'": "b",
    "run_name LIKE '_'": "abcd",
    f"attributes.start_time >= {START + 2000}": "cd",
    f"start_time < {START + 1000}": "a",
    f"end_time > {START + 2000}": "cd",
}


def test_runs_are_found_by_metric_param_tag_and_attribute(client, experiment_id, runs):
    assert {text: found(client, experiment_id, text) for text in FILTERS} == FILTERS


def test_runs_are_found_by_id_and_by_lists_of_ids(client, experiment_id, runs):
    assert found(client, experiment_id, f"attributes.run_id = '{runs['c']}'") == "c"
    assert found(client, experiment_id, f"run_id IN ('{runs['a']}', '{runs['d']}')") == "ad"
    assert found(client, experiment_id, f"run_id NOT IN ('{runs['a']}', '{runs['d']}')") == "bc"


def test_missing_params_and_tags_can_be_asked_for(client, experiment_id, runs):
    assert found(client, experiment_id, "params.depth IS NULL") == "d"
    assert found(client, experiment_id, "tags.site IS NOT NULL") == "abc"


ORDERS = {
    (): "dcba",
    ("metrics.loss ASC",): "bacd",
    ("metrics.loss DESC",): "abcd",
    ("params.depth ASC", "metrics.`val/loss` DESC",): "bcad",
    ("tags.site DESC", "start_time ASC",): "bcad",
    ("attributes.run_name DESC",): "dcba",
    ("status ASC", "run_name ASC",): "dabc",
    ("end_time DESC",): "dcba",
}


def test_runs_come_in_the_order_that_is_asked_with_nan_and_missing_values_last(client, experiment_id, runs):
    assert {keys: found(client, experiment_id, order_by=list(keys)) for keys in ORDERS} == ORDERS


def test_runs_are_paged_to_the_end_without_gap_or_repetition(client, experiment_id, runs):
    token, pages = None, []
    while True:
        page = client.search_runs(
            [experiment_id], max_results=3, order_by=["metrics.loss ASC"], page_token=token
        )
        pages.append("".join(r.info.run_name for r in page))
        token = page.token
        if not token:
            break
    assert pages == ["bac", "d"]


def test_runs_of_several_experiments_are_searched_at_once(client, experiment_id, runs, unique):
    other = client.create_experiment(unique("other"))
    client.create_run(other, run_name="e", start_time=START + 9000)
    both = client.search_runs([experiment_id, other], order_by=["start_time ASC"])
    assert [r.info.run_name for r in both] == ["a", "b", "c", "d", "e"]


def test_view_types_select_active_deleted_or_all(client, experiment_id, runs):
    client.delete_run(runs["b"])
    assert found(client, experiment_id) == "acd"
    assert found(client, experiment_id, run_view_type=ViewType.DELETED_ONLY) == "b"
    assert found(client, experiment_id, run_view_type=ViewType.ALL) == "abcd"


def test_found_runs_carry_their_data(client, experiment_id, runs):
    (run,) = client.search_runs([experiment_id], "run_name = 'b'")
    assert run.data.metrics == {"loss": 0.1, "val/loss": 1.0}
    assert (run.data.params, run.data.tags["site"]) == ({"depth": "10"}, "south")
    assert (run.info.start_time, run.info.end_time) == (START + 1000, START + 1005)


def test_the_fluent_search_gives_a_data_frame(client, experiment_id, runs):
    frame = mlflow.search_runs([experiment_id], order_by=["start_time ASC"])
    assert list(frame["run_id"]) == [runs[name] for name in "abcd"]
    assert list(frame["metrics.loss"][:2]) == [0.5, 0.1]
    assert frame["metrics.loss"][2:].isna().all()
    assert list(frame["params.depth"][:3]) == ["3", "10", "3"]


@pytest.mark.parametrize(
    "filter_string",
    ["metrics.loss = 'x'", "params.depth > '3'", "colour.x = 1", "metrics.loss < 1 OR metrics.loss > 2", "metrics.loss"],
)
def test_a_filter_outside_the_grammar_is_refused(client, experiment_id, filter_string):
    with pytest.raises(RestException) as caught:
        client.search_runs([experiment_id], filter_string)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
