"""Model versions, their tags and stages, through `MlflowClient`."""

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import RestException

SOURCE = "s3://bucket/path/model"


@pytest.fixture
def name(client: MlflowClient, unique) -> str:
    made = unique("gait-score")
    client.create_registered_model(made)
    return made


def stages(client: MlflowClient, name: str) -> dict[str, str]:
    return {v.version: v.current_stage for v in client.search_model_versions(f"name = '{name}'")}


def test_a_created_version_comes_back_with_what_was_given(client, name, run_id):
    made = client.create_model_version(
        name, SOURCE, run_id=run_id, tags={"a": "1"}, run_link="https://ci.example/42", description="first"
    )
    version = client.get_model_version(name, made.version)
    assert (version.version, version.source, version.run_id) == ("1", SOURCE, run_id)
    assert (version.tags, version.run_link, version.description) == ({"a": "1"}, "https://ci.example/42", "first")
    assert (version.current_stage, version.status, version.aliases) == ("None", "READY", [])
    assert version.creation_timestamp == version.last_updated_timestamp
    assert client.get_model_version_download_uri(name, "1") == SOURCE


def test_a_new_version_moves_the_models_last_update(client, name):
    version = client.create_model_version(name, SOURCE)
    assert client.get_registered_model(name).last_updated_timestamp == version.creation_timestamp


def test_numbers_grow_by_one_and_the_number_of_a_deleted_version_is_not_used_again(client, name):
    for expected in ("1", "2", "3"):
        assert client.create_model_version(name, SOURCE).version == expected
    client.delete_model_version(name, "3")
    assert client.create_model_version(name, SOURCE).version == "4"
    assert sorted(stages(client, name)) == ["1", "2", "4"]
    with pytest.raises(RestException, match=r"Model Version \(name=.*, version=3\) not found"):
        client.get_model_version(name, "3")
    with pytest.raises(RestException) as caught:
        client.delete_model_version(name, "3")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_a_description_is_replaced(client, name):
    client.create_model_version(name, SOURCE, description="before")
    assert client.update_model_version(name, "1", description="after").description == "after"
    assert client.get_model_version(name, "1").description == "after"


def test_tags_are_set_overwritten_and_deleted(client, name):
    client.create_model_version(name, SOURCE, tags={"a": "1"})
    client.set_model_version_tag(name, "1", "a", "2")
    client.set_model_version_tag(name, "1", "b", "x" * 20_000)
    client.set_model_version_tag(name, "1", "c", True)
    assert client.get_model_version(name, "1").tags == {"a": "2", "b": "x" * 20_000, "c": "True"}
    client.delete_model_version_tag(name, "1", "a")
    client.delete_model_version_tag(name, "1", "never-there")
    assert sorted(client.get_model_version(name, "1").tags) == ["b", "c"]


def test_a_stage_is_accepted_in_any_case_and_answered_in_mlflows_spelling(client, name):
    client.create_model_version(name, SOURCE)
    for given, spelled in (("staging", "Staging"), ("PRODUCTION", "Production"), ("Archived", "Archived"), ("none", "None")):
        assert client.transition_model_version_stage(name, "1", given).current_stage == spelled
        assert client.get_model_version(name, "1").current_stage == spelled


def test_archive_existing_versions_moves_only_the_others_of_that_stage(client, name):
    for _ in range(4):
        client.create_model_version(name, SOURCE)
    client.transition_model_version_stage(name, "1", "Production")
    client.transition_model_version_stage(name, "2", "Production")
    client.transition_model_version_stage(name, "3", "Staging")
    client.transition_model_version_stage(name, "4", "Production", archive_existing_versions=True)
    assert stages(client, name) == {"1": "Archived", "2": "Archived", "3": "Staging", "4": "Production"}


def test_without_archive_existing_versions_several_share_a_stage(client, name):
    for number in ("1", "2"):
        client.create_model_version(name, SOURCE)
        client.transition_model_version_stage(name, number, "Production")
    assert stages(client, name) == {"1": "Production", "2": "Production"}


def test_latest_versions_are_the_highest_number_of_each_stage(client, name):
    for _ in range(5):
        client.create_model_version(name, SOURCE)
    for number, stage in (("1", "Production"), ("2", "Production"), ("3", "Staging")):
        client.transition_model_version_stage(name, number, stage)
    latest = {v.current_stage: v.version for v in client.get_latest_versions(name)}
    assert latest == {"Production": "2", "Staging": "3", "None": "5"}
    assert [v.version for v in client.get_latest_versions(name, stages=["Production"])] == ["2"]
    assert client.get_latest_versions(name, stages=["Archived"]) == []
    on_model = {v.current_stage: v.version for v in client.get_registered_model(name).latest_versions}
    assert on_model == latest


def test_an_unknown_stage_is_refused_with_the_known_sentence(client, name):
    client.create_model_version(name, SOURCE)
    with pytest.raises(RestException) as caught:
        client.transition_model_version_stage(name, "1", "Live")
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert "Invalid Model Version stage: Live. Value must be one of" in str(caught.value)
    assert client.get_model_version(name, "1").current_stage == "None"


def test_a_version_of_a_missing_model_is_refused(client, unique):
    with pytest.raises(RestException) as caught:
        client.create_model_version(unique("absent"), SOURCE)
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_a_runs_source_must_name_the_run_of_the_version(client, name, run_id):
    with pytest.raises(RestException) as caught:
        client.create_model_version(name, f"runs:/{run_id}/model")
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert "Invalid model version source" in str(caught.value)
    assert client.create_model_version(name, f"runs:/{run_id}/model", run_id=run_id).version == "1"
