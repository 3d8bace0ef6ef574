"""Registered models, their tags and aliases, through `MlflowClient`."""

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import RestException

SOURCE = "s3://bucket/path/model"


@pytest.fixture
def name(client: MlflowClient, unique) -> str:
    made = unique("layer-count")
    client.create_registered_model(made, tags={"team": "vision"}, description="counts layers")
    return made


@pytest.fixture
def versions(client: MlflowClient, name: str) -> list[str]:
    return [client.create_model_version(name, SOURCE).version for _ in range(3)]


def test_a_created_model_comes_back_with_its_tags_description_and_equal_times(client, name):
    model = client.get_registered_model(name)
    assert (model.name, model.tags, model.description) == (name, {"team": "vision"}, "counts layers")
    assert model.creation_timestamp == model.last_updated_timestamp > 1_600_000_000_000
    assert (model.latest_versions, model.aliases) == ([], {})


def test_names_keep_spaces_unicode_and_punctuation(client, unique):
    for base in ("zähler für Hühner", "鶏の数", "a b.c_d-e", "dog%step%100", "q?x=1&y=2", "hash#1", 'q"uote\'s'):
        made = unique(base)
        client.create_registered_model(made)
        assert client.get_registered_model(made).name == made
        client.set_registered_model_tag(made, "k", base)
        assert client.get_registered_model(made).tags == {"k": base}


def test_a_description_is_replaced(client, name):
    updated = client.update_registered_model(name, description="räumt auf\n# mit Markdown")
    assert updated.description == "räumt auf\n# mit Markdown"
    model = client.get_registered_model(name)
    assert model.description == "räumt auf\n# mit Markdown"
    assert model.last_updated_timestamp >= model.creation_timestamp


def test_tags_are_set_overwritten_and_deleted(client, name):
    client.set_registered_model_tag(name, "team", "sensors")
    client.set_registered_model_tag(name, "long", "x" * 4000)
    client.set_registered_model_tag(name, "dotted.key/with space", "ü")
    assert client.get_registered_model(name).tags == {
        "team": "sensors",
        "long": "x" * 4000,
        "dotted.key/with space": "ü",
    }
    client.delete_registered_model_tag(name, "team")
    client.delete_registered_model_tag(name, "never-there")
    assert "team" not in client.get_registered_model(name).tags


def test_a_rename_takes_versions_tags_and_aliases_along(client, name, versions, unique):
    client.set_registered_model_alias(name, "champion", "2")
    client.set_model_version_tag(name, "2", "checked", "yes")
    new = unique("renamed")
    client.rename_registered_model(name, new)
    assert client.get_registered_model(new).name == new
    with pytest.raises(RestException, match=f"Registered Model with name={name} not found"):
        client.get_registered_model(name)
    assert client.get_model_version_by_alias(new, "champion").version == "2"
    assert client.get_model_version(new, "2").tags == {"checked": "yes"}
    assert client.get_registered_model(new).tags == {"team": "vision"}
    assert client.create_model_version(new, SOURCE).version == "4"


def test_a_deleted_model_is_gone_with_its_versions(client, name, versions):
    client.delete_registered_model(name)
    with pytest.raises(RestException, match=f"Registered Model with name={name} not found"):
        client.get_registered_model(name)
    with pytest.raises(RestException) as caught:
        client.get_model_version(name, "1")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert list(client.search_model_versions(f"name = '{name}'")) == []


def test_an_alias_is_set_moved_read_and_deleted(client, name, versions):
    client.set_registered_model_alias(name, "champion", "1")
    assert client.get_model_version_by_alias(name, "champion").version == "1"
    client.set_registered_model_alias(name, "champion", "3")
    client.set_registered_model_alias(name, "Challenger_2", "3")
    assert client.get_model_version_by_alias(name, "champion").version == "3"
    assert client.get_registered_model(name).aliases == {"champion": "3", "Challenger_2": "3"}
    assert sorted(client.get_model_version(name, "3").aliases) == ["Challenger_2", "champion"]
    assert client.get_model_version(name, "1").aliases == []
    client.delete_registered_model_alias(name, "champion")
    client.delete_registered_model_alias(name, "champion")
    assert client.get_registered_model(name).aliases == {"Challenger_2": "3"}
    with pytest.raises(RestException, match="Registered model alias champion not found"):
        client.get_model_version_by_alias(name, "champion")


def test_an_alias_cannot_be_given_to_a_version_that_does_not_exist(client, name, versions):
    with pytest.raises(RestException) as caught:
        client.set_registered_model_alias(name, "champion", "9")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert f"Model Version (name={name}, version=9) not found" in str(caught.value)


@pytest.mark.parametrize(
    ("alias", "sentence"),
    [
        ("latest", "'latest' alias name (case insensitive) is reserved."),
        ("v12", "Version alias name 'v12' is reserved."),
        ("a b", "Invalid alias name: 'a b'. Names may only contain alphanumerics, underscores (_), and dashes (-)."),
    ],
)
def test_a_reserved_or_malformed_alias_is_refused_with_the_known_sentence(client, name, versions, alias, sentence):
    with pytest.raises(Exception) as caught:
        client.set_registered_model_alias(name, alias, "1")
    assert sentence in str(caught.value)
    assert client.get_registered_model(name).aliases == {}
