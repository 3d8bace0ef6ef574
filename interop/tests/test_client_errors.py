"""What goes wrong reaches the caller as the exception class, code and sentence that MLflow's client knows."""

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException, RestException

SOURCE = "s3://bucket/path/model"


def refusal(call, *arguments, **options) -> tuple[type, str, str]:
    with pytest.raises(MlflowException) as caught:
        call(*arguments, **options)
    return type(caught.value), caught.value.error_code, str(caught.value)


def test_a_missing_model_version_or_alias_has_its_code_and_sentence(client: MlflowClient, unique):
    name = unique("model")
    kind, code, text = refusal(client.get_registered_model, name)
    assert (kind, code) == (RestException, "RESOURCE_DOES_NOT_EXIST")
    assert text == f"RESOURCE_DOES_NOT_EXIST: Registered Model with name={name} not found"
    client.create_registered_model(name)
    kind, code, text = refusal(client.get_model_version, name, "1")
    assert (kind, code) == (RestException, "RESOURCE_DOES_NOT_EXIST")
    assert text == f"RESOURCE_DOES_NOT_EXIST: Model Version (name={name}, version=1) not found"
    kind, code, text = refusal(client.get_model_version_by_alias, name, "champion")
    assert (kind, code) == (RestException, "INVALID_PARAMETER_VALUE")
    assert text == "INVALID_PARAMETER_VALUE: Registered model alias champion not found."


def test_loading_what_is_not_there_says_so(client, unique):
    name = unique("model")
    assert refusal(mlflow.pyfunc.load_model, f"models:/{name}/1")[1] == "RESOURCE_DOES_NOT_EXIST"
    client.create_registered_model(name)
    assert refusal(mlflow.pyfunc.load_model, f"models:/{name}/1")[1] == "RESOURCE_DOES_NOT_EXIST"
    assert "Registered model alias gone not found" in refusal(mlflow.pyfunc.load_model, f"models:/{name}@gone")[2]
    assert "No versions of model with name" in refusal(mlflow.pyfunc.load_model, f"models:/{name}/latest")[2]
    assert "not found" in refusal(mlflow.pyfunc.load_model, "models:/m-" + "0" * 32)[2]


def test_a_model_that_exists_already_has_its_code_and_sentence(client, unique):
    name = unique("twice")
    client.create_registered_model(name)
    kind, code, text = refusal(client.create_registered_model, name)
    assert (kind, code) == (RestException, "RESOURCE_ALREADY_EXISTS")
    assert text == f"RESOURCE_ALREADY_EXISTS: Registered Model (name={name}) already exists."
    client.create_registered_model(unique("other"))
    assert refusal(client.rename_registered_model, unique("other"), name)[1] == "RESOURCE_ALREADY_EXISTS"


@pytest.mark.parametrize("name", ["a/b", "a:b", "  "])
def test_a_model_name_that_no_uri_could_hold_is_refused(client, name):
    assert refusal(client.create_registered_model, name)[1] == "INVALID_PARAMETER_VALUE"


def test_changing_what_is_missing_is_refused(client, unique):
    name = unique("model")
    calls = [
        (client.update_registered_model, (name, "text")),
        (client.rename_registered_model, (name, unique("new"))),
        (client.delete_registered_model, (name,)),
        (client.set_registered_model_tag, (name, "k", "v")),
        (client.set_registered_model_alias, (name, "champion", "1")),
        (client.update_model_version, (name, "1", "text")),
        (client.set_model_version_tag, (name, "1", "k", "v")),
        (client.transition_model_version_stage, (name, "1", "Staging")),
        (client.delete_model_version, (name, "1")),
        (client.get_latest_versions, (name,)),
        (client.get_model_version_download_uri, (name, "1")),
    ]
    for call, arguments in calls:
        assert refusal(call, *arguments)[1] == "RESOURCE_DOES_NOT_EXIST", call.__name__


def test_a_version_that_is_no_integer_is_refused_with_the_known_sentence(client, unique):
    client.create_registered_model(unique("model"))
    kind, code, text = refusal(client.get_model_version, unique("model"), "abc")
    assert code == "INVALID_PARAMETER_VALUE"
    assert "Parameter 'version' must be an integer, got 'abc'." in text


def test_a_source_with_relative_parts_is_refused(client, unique):
    client.create_registered_model(unique("model"))
    for source in ("s3://bucket/a/../b", "/etc", "mlflow-artifacts:/0/%2e%2e/x"):
        kind, code, text = refusal(client.create_model_version, unique("model"), source)
        assert code == "INVALID_PARAMETER_VALUE", source
        assert "Invalid model version source" in text


def test_a_bad_filter_names_what_is_wrong(client, experiment_id):
    assert "Invalid attribute key 'colour'" in refusal(client.search_registered_models, "colour = 'red'")[2]
    assert "Invalid clause(s) in filter string" in refusal(client.search_runs, [experiment_id], "metrics.a")[2]
    assert "Invalid entity type 'colour'" in refusal(client.search_runs, [experiment_id], "colour.x = 1")[2]


def test_too_long_a_key_is_refused_with_the_known_sentence(client, run_id):
    for call in (client.log_metric, client.log_param, client.set_tag):
        kind, code, text = refusal(call, run_id, "k" * 251, 1)
        assert code == "INVALID_PARAMETER_VALUE"
        assert "exceeds the maximum length of 250 characters" in text


def test_a_batch_beyond_the_limit_is_refused_whole(client, run_id):
    from mlflow.entities import Metric

    metrics = [Metric("m", float(i), i, i) for i in range(1001)]
    store = client._tracking_client.store  # the client itself would split the batch
    kind, code, text = refusal(store.log_batch, run_id, metrics, [], [])
    assert (kind, code) == (RestException, "INVALID_PARAMETER_VALUE")
    assert "A batch logging request can contain at most 1000 metrics. Got 1001 metrics." in text
    assert client.get_run(run_id).data.metrics == {}
