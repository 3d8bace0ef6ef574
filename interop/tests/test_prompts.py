"""Prompts, which MLflow keeps in the model registry."""

import mlflow
import pytest
from mlflow.exceptions import MlflowException, RestException

pytestmark = pytest.mark.usefixtures("client")


@pytest.fixture
def name(unique) -> str:
    made = unique("flock-summary")
    mlflow.genai.register_prompt(made, "Summarize {{flock}}", commit_message="first", tags={"author": "ada"})
    mlflow.genai.register_prompt(made, "Summarize {{flock}} in {{words}} words", commit_message="second")
    return made


def test_a_registered_prompt_loads_by_version(name):
    prompt = mlflow.genai.load_prompt(name, version=1)
    assert (prompt.version, prompt.template, prompt.commit_message) == (1, "Summarize {{flock}}", "first")
    assert prompt.tags == {"author": "ada"}
    assert mlflow.genai.load_prompt(f"prompts:/{name}/2").variables == {"flock", "words"}
    assert mlflow.genai.load_prompt(name).version == 2
    assert prompt.format(flock="A") == "Summarize A"


def test_a_prompt_loads_by_alias_which_can_move_and_go(name):
    mlflow.genai.set_prompt_alias(name, "production", 1)
    assert mlflow.genai.load_prompt(f"prompts:/{name}@production", cache_ttl_seconds=0).version == 1
    mlflow.genai.set_prompt_alias(name, "production", 2)
    assert mlflow.genai.load_prompt(f"prompts:/{name}@production", cache_ttl_seconds=0).version == 2
    mlflow.genai.delete_prompt_alias(name, "production")
    with pytest.raises(MlflowException):
        mlflow.genai.load_prompt(f"prompts:/{name}@production", cache_ttl_seconds=0)


def test_a_chat_prompt_keeps_its_messages_and_response_format(unique):
    messages = [{"role": "system", "content": "You count."}, {"role": "user", "content": "Count {{what}}"}]
    mlflow.genai.register_prompt(unique("chat"), messages, response_format={"type": "object"})
    prompt = mlflow.genai.load_prompt(unique("chat"), version=1)
    assert prompt.template == messages
    assert prompt.response_format == {"type": "object"}


def test_prompts_are_found_by_name_and_tag(client, name, unique):
    mlflow.genai.set_prompt_tag(name, "team", unique("vision"))
    assert [p.name for p in mlflow.genai.search_prompts(f"name = '{name}'")] == [name]
    assert [p.name for p in mlflow.genai.search_prompts(f"tags.team = '{unique('vision')}'")] == [name]
    assert list(mlflow.genai.search_prompts(f"name = '{unique('absent')}'")) == []


def test_prompts_and_models_do_not_show_in_each_others_lists(client, name, unique):
    client.create_registered_model(unique("a-model"))
    assert client.search_registered_models(f"name = '{name}'") == []
    assert list(mlflow.genai.search_prompts(f"name = '{unique('a-model')}'")) == []
    assert client.search_model_versions(f"name = '{name}'") == []


def test_a_model_cannot_take_a_prompts_name_nor_the_other_way_round(client, name, unique):
    with pytest.raises(RestException, match="already taken by a prompt"):
        client.create_registered_model(name)
    client.create_registered_model(unique("a-model"))
    with pytest.raises(MlflowException):
        mlflow.genai.register_prompt(unique("a-model"), "text")


def test_tags_of_a_prompt_version_are_set_and_deleted(client, name):
    mlflow.genai.set_prompt_version_tag(name, 2, "checked", "yes")
    assert mlflow.genai.load_prompt(name, version=2, cache_ttl_seconds=0).tags == {"checked": "yes"}
    mlflow.genai.delete_prompt_version_tag(name, 2, "checked")
    assert mlflow.genai.load_prompt(name, version=2, cache_ttl_seconds=0).tags == {}


def test_a_prompt_is_deleted_version_by_version(client, name):
    client.delete_prompt_version(name, "1")
    assert mlflow.genai.load_prompt(name, version=1, allow_missing=True, cache_ttl_seconds=0) is None
    client.delete_prompt_version(name, "2")
    client.delete_prompt(name)
    assert list(mlflow.genai.search_prompts(f"name = '{name}'")) == []


def test_a_prompt_loaded_in_a_run_is_linked_to_it(client, experiment_id, name):
    with mlflow.start_run() as run:
        mlflow.genai.load_prompt(name, version=1, cache_ttl_seconds=0)
    linked = client.get_run(run.info.run_id).data.tags["mlflow.linkedPrompts"]
    assert name in linked
