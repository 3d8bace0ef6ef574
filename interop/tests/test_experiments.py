"""Experiments through the fluent API and `MlflowClient`."""

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException, RestException


@pytest.fixture
def family(client: MlflowClient, unique) -> str:
    """Five experiments `<family>-0` … `<family>-4`; the last is deleted."""
    prefix = unique("Barn")
    for i in range(5):
        client.create_experiment(f"{prefix}-{i}", tags={"site": "north" if i < 2 else "south", "i": str(i)})
    client.delete_experiment(client.get_experiment_by_name(f"{prefix}-4").experiment_id)
    return prefix


def found(client: MlflowClient, family: str, more: str = "", **options) -> list[int]:
    experiments = client.search_experiments(filter_string=f"name LIKE '{family}-%'{more}", **options)
    return [int(e.name.removeprefix(f"{family}-")) for e in experiments]


def test_a_created_experiment_comes_back_by_id_and_by_name(client, unique):
    made = client.create_experiment(unique("Höfe"), tags={"site": "north"})
    for experiment in (client.get_experiment(made), client.get_experiment_by_name(unique("Höfe"))):
        assert (experiment.experiment_id, experiment.name) == (made, unique("Höfe"))
        assert (experiment.lifecycle_stage, experiment.tags) == ("active", {"site": "north"})
        assert experiment.artifact_location == f"mlflow-artifacts:/{made}"
        assert experiment.creation_time == experiment.last_update_time > 1_600_000_000_000


def test_the_default_experiment_is_there_with_id_0(client):
    experiment = client.get_experiment("0")
    assert (experiment.experiment_id, experiment.name, experiment.lifecycle_stage) == ("0", "Default", "active")


def test_an_own_artifact_location_is_kept(client, unique):
    made = client.create_experiment(unique("elsewhere"), artifact_location="s3://bucket/prefix")
    assert client.get_experiment(made).artifact_location == "s3://bucket/prefix"
    run = client.create_run(made)
    assert run.info.artifact_uri == f"s3://bucket/prefix/{run.info.run_id}/artifacts"


def test_an_absent_name_is_none_and_an_absent_id_is_an_error(client, unique):
    assert client.get_experiment_by_name(unique("absent")) is None
    with pytest.raises(RestException, match="No Experiment with id=99999999 exists") as caught:
        client.get_experiment("99999999")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_a_name_is_taken_once_even_by_a_deleted_experiment(client, unique):
    made = client.create_experiment(unique("once"))
    for _ in range(2):
        with pytest.raises(RestException) as caught:
            client.create_experiment(unique("once"))
        assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"
        if client.get_experiment(made).lifecycle_stage == "active":
            client.delete_experiment(made)


def test_set_experiment_makes_it_once_and_finds_it_again(client, unique):
    first = mlflow.set_experiment(unique("fluent"))
    assert mlflow.set_experiment(unique("fluent")).experiment_id == first.experiment_id
    assert mlflow.set_experiment(experiment_id=first.experiment_id).name == unique("fluent")


def test_a_rename_keeps_the_id(client, unique):
    made = client.create_experiment(unique("before"))
    client.rename_experiment(made, unique("after"))
    assert client.get_experiment(made).name == unique("after")
    assert client.get_experiment_by_name(unique("before")) is None


def test_tags_are_set_overwritten_and_deleted(client, unique):
    made = client.create_experiment(unique("tags"), tags={"a": "1"})
    client.set_experiment_tag(made, "a", "2")
    client.set_experiment_tag(made, "mlflow.note.content", "# Notes\n" + "x" * 4000)
    assert client.get_experiment(made).tags == {"a": "2", "mlflow.note.content": "# Notes\n" + "x" * 4000}
    client.delete_experiment_tag(made, "a")
    assert sorted(client.get_experiment(made).tags) == ["mlflow.note.content"]
    with pytest.raises(RestException) as caught:
        client.delete_experiment_tag(made, "a")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_delete_takes_the_runs_along_and_restore_brings_them_back(client, unique):
    made = client.create_experiment(unique("seasonal"))
    run = client.create_run(made).info.run_id
    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    with pytest.raises(MlflowException, match="must be in the 'active' state"):
        client.create_run(made)
    client.restore_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "active"
    assert client.get_run(run).info.lifecycle_stage == "active"


def test_a_deleted_experiment_cannot_be_deleted_again_nor_an_active_one_restored(client, unique):
    made = client.create_experiment(unique("twice"))
    with pytest.raises(RestException):
        client.restore_experiment(made)
    client.delete_experiment(made)
    with pytest.raises(RestException):
        client.delete_experiment(made)


def test_view_types_select_active_deleted_or_all(client, family):
    assert sorted(found(client, family)) == [0, 1, 2, 3]
    assert found(client, family, view_type=ViewType.DELETED_ONLY) == [4]
    assert sorted(found(client, family, view_type=ViewType.ALL)) == [0, 1, 2, 3, 4]


def test_experiments_are_found_by_name_tag_and_time(client, family):
    assert sorted(found(client, family, " AND tags.site = 'north'")) == [0, 1]
    assert sorted(found(client, family, " AND tag.site != 'north'")) == [2, 3]
    assert found(client, family, f" AND name != '{family}-0' AND tags.`site` ILIKE 'NORTH'") == [1]
    assert sorted(found(client, family, " AND creation_time > 1600000000000 AND tags.i LIKE '_'")) == [0, 1, 2, 3]
    assert found(client, family, " AND creation_time < 1600000000000") == []
    assert sorted(found(client, family, " AND last_update_time >= 1600000000000")) == [0, 1, 2, 3]


def test_experiments_come_newest_first_and_in_the_order_that_is_asked(client, family, next_millisecond):
    assert found(client, family, order_by=["name ASC"]) == [0, 1, 2, 3]
    assert found(client, family, order_by=["name DESC"]) == [3, 2, 1, 0]
    assert found(client, family, order_by=["experiment_id DESC"]) == [3, 2, 1, 0]
    assert found(client, family, order_by=["creation_time ASC", "experiment_id ASC"]) == [0, 1, 2, 3]
    next_millisecond()
    touched = client.get_experiment_by_name(f"{family}-1").experiment_id
    client.rename_experiment(touched, f"{family}-9")
    client.rename_experiment(touched, f"{family}-1")
    assert found(client, family, order_by=["last_update_time DESC"])[0] == 1


def test_experiments_are_paged_to_the_end_without_gap_or_repetition(client, family):
    token, pages = None, []
    while True:
        page = client.search_experiments(
            filter_string=f"name LIKE '{family}-%'", max_results=3, order_by=["name ASC"], page_token=token
        )
        pages.append([int(e.name[-1]) for e in page])
        token = page.token
        if not token:
            break
    assert pages == [[0, 1, 2], [3]]


def test_a_bad_filter_is_refused(client):
    for wrong in ("name = 'a' OR name = 'b'", "colour = 'x'", "name like 'x'", "artifact_location = 'x'"):
        with pytest.raises(RestException) as caught:
            client.search_experiments(filter_string=wrong)
        assert caught.value.error_code == "INVALID_PARAMETER_VALUE", wrong
