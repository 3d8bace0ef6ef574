"""Logged models: life cycle, tags, params, metrics, search."""

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import LoggedModelStatus
from mlflow.exceptions import MlflowException, RestException


@pytest.fixture
def zoo(client: MlflowClient, experiment_id: str, next_millisecond) -> dict[str, str]:
    """Model id by name: hen, duck, goose and swan; swan has no score, and only duck and goose are ready."""
    made = {}
    for name, score, kind in (("hen", 0.9, "agent"), ("duck", 0.5, "agent"), ("goose", 0.7, ""), ("swan", None, "")):
        model = client.create_logged_model(
            experiment_id, name=name, tags={"feet": name[0]}, params={"k": str(len(name))}, model_type=kind or None
        )
        next_millisecond()
        made[name] = model.model_id
        if score is not None:
            run = client.create_run(experiment_id, run_name=name)
            client.log_metric(run.info.run_id, "score", score, model_id=model.model_id)
    for name in ("duck", "goose"):
        client.finalize_logged_model(made[name], LoggedModelStatus.READY)
    return made


def found(client: MlflowClient, experiment_id: str, filter_string: str | None = None, **options) -> list[str]:
    models = client.search_logged_models([experiment_id], filter_string=filter_string, **options)
    return [model.name for model in models]


def test_a_model_is_pending_until_it_is_finalized(client, experiment_id):
    with mlflow.start_run() as run:
        model = mlflow.initialize_logged_model(
            name="gait", params={"depth": "3"}, tags={"site": "north"}, model_type="agent"
        )
    assert model.status == LoggedModelStatus.PENDING
    assert (model.name, model.source_run_id, model.model_type) == ("gait", run.info.run_id, "agent")
    assert (model.params, model.tags["site"]) == ({"depth": "3"}, "north")
    assert model.model_id.startswith("m-")
    assert model.artifact_location == f"mlflow-artifacts:/{experiment_id}/models/{model.model_id}/artifacts"
    ready = mlflow.finalize_logged_model(model.model_id, "READY")
    assert ready.status == LoggedModelStatus.READY
    assert client.get_logged_model(model.model_id).status == LoggedModelStatus.READY
    assert ready.last_updated_timestamp >= ready.creation_timestamp > 1_600_000_000_000


def test_a_failed_upload_is_recorded(client, experiment_id):
    model = client.create_logged_model(experiment_id, name="broken")
    client.finalize_logged_model(model.model_id, LoggedModelStatus.FAILED)
    assert client.get_logged_model(model.model_id).status == LoggedModelStatus.FAILED


def test_an_external_model_is_ready_at_once(client, experiment_id):
    model = mlflow.create_external_model(name="elsewhere", params={"a": "b"})
    assert client.get_logged_model(model.model_id).status == LoggedModelStatus.READY


def test_a_model_without_a_name_gets_one(client, experiment_id):
    model = client.create_logged_model(experiment_id)
    assert model.name and client.get_logged_model(model.model_id).name == model.name


def test_tags_are_set_overwritten_and_deleted(client, experiment_id):
    model_id = client.create_logged_model(experiment_id, name="gait", tags={"a": "1", "b": "1"}).model_id
    mlflow.set_logged_model_tags(model_id, {"a": "2", "c/d e": "ü"})
    client.delete_logged_model_tag(model_id, "b")
    assert client.get_logged_model(model_id).tags == {"a": "2", "c/d e": "ü"}
    with pytest.raises(RestException, match="No tag with key 'b' found") as caught:
        client.delete_logged_model_tag(model_id, "b")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_params_are_added_later(client, experiment_id):
    model_id = client.create_logged_model(experiment_id, name="gait", params={"a": "1"}).model_id
    mlflow.log_model_params({f"p{i}": i for i in range(150)} | {"long": "x" * 600}, model_id)
    params = client.get_logged_model(model_id).params
    assert len(params) == 152
    assert (params["a"], params["p149"], params["long"]) == ("1", "149", "x" * 600)


def test_a_deleted_model_is_gone(client, experiment_id):
    model_id = client.create_logged_model(experiment_id, name="gone").model_id
    client.delete_logged_model(model_id)
    with pytest.raises(RestException, match="not found") as caught:
        client.get_logged_model(model_id)
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert found(client, experiment_id) == []


FILTERS = {
    "name = 'hen'": {"hen"},
    "name != 'hen' AND name LIKE '%s%'": {"goose", "swan"},
    "attributes.name ILIKE 'H%'": {"hen"},
    "name IN ('hen', 'swan', 'crow')": {"hen", "swan"},
    "metrics.score > 0.6": {"hen", "goose"},
    "metrics.score <= 0.7 AND params.k = '4'": {"duck"},
    "params.k != '4'": {"hen", "goose"},
    "tags.feet = 's'": {"swan"},
    "model_type = 'agent'": {"hen", "duck"},
    "creation_timestamp > 1600000000000": {"hen", "duck", "goose", "swan"},
    "creation_timestamp < 1600000000000": set(),
}


def test_models_are_found_by_attribute_metric_param_and_tag(client, experiment_id, zoo):
    assert {text: set(found(client, experiment_id, text)) for text in FILTERS} == FILTERS


def test_models_come_newest_first_and_in_the_order_that_is_asked_with_missing_metrics_last(
    client, experiment_id, zoo
):
    assert found(client, experiment_id) == ["swan", "goose", "duck", "hen"]
    by_score = [{"field_name": "metrics.score", "ascending": False}]
    assert found(client, experiment_id, order_by=by_score) == ["hen", "goose", "duck", "swan"]
    by_score = [{"field_name": "metrics.score"}]
    assert found(client, experiment_id, order_by=by_score) == ["duck", "goose", "hen", "swan"]
    assert found(client, experiment_id, order_by=[{"field_name": "name"}]) == ["duck", "goose", "hen", "swan"]
    oldest = [{"field_name": "creation_timestamp", "ascending": True}]
    assert found(client, experiment_id, order_by=oldest) == ["hen", "duck", "goose", "swan"]


def test_models_are_paged_to_the_end_without_gap_or_repetition(client, experiment_id, zoo):
    token, pages = None, []
    while True:
        page = client.search_logged_models([experiment_id], max_results=3, page_token=token)
        pages.append([model.name for model in page])
        token = page.token
        if not token:
            break
    assert pages == [["swan", "goose", "duck"], ["hen"]]


def test_the_best_model_on_a_data_set_is_found(client, experiment_id, zoo, run_id):
    for name, digest, value in (("hen", "d1", 0.2), ("duck", "d1", 0.8), ("swan", "d2", 0.9)):
        client.log_metric(
            run_id, "recall", value, model_id=zoo[name], dataset_name="barn", dataset_digest=digest, step=len(name)
        )
    on_first = [{"dataset_name": "barn", "dataset_digest": "d1"}]
    models = client.search_logged_models([experiment_id], filter_string="metrics.recall > 0.5", datasets=on_first)
    assert [model.name for model in models] == ["duck"]
    order = [{"field_name": "metrics.recall", "ascending": False} | on_first[0]]
    assert found(client, experiment_id, order_by=order)[:2] == ["duck", "hen"]


def test_the_fluent_search_gives_a_data_frame_or_a_list(client, experiment_id, zoo):
    frame = mlflow.search_logged_models([experiment_id])
    assert list(frame["name"]) == ["swan", "goose", "duck", "hen"]
    models = mlflow.search_logged_models([experiment_id], output_format="list", max_results=2)
    assert [model.name for model in models] == ["swan", "goose"]


def test_files_of_a_model_are_listed_and_downloaded(client, experiment_id, tmp_path):
    model_id = client.create_logged_model(experiment_id, name="files").model_id
    (tmp_path / "up" / "sub").mkdir(parents=True)
    (tmp_path / "up" / "MLmodel").write_text("flavors: {}\n")
    (tmp_path / "up" / "sub" / "weights ü.bin").write_bytes(b"\x00\xff" * 100)
    client.log_model_artifacts(model_id, str(tmp_path / "up"))
    client.finalize_logged_model(model_id, LoggedModelStatus.READY)
    listed = [(f.path, f.is_dir, f.file_size) for f in client.list_logged_model_artifacts(model_id)]
    assert listed == [("MLmodel", False, 12), ("sub", True, None)]
    assert [f.path for f in client.list_logged_model_artifacts(model_id, "sub")] == ["sub/weights ü.bin"]
    (tmp_path / "down").mkdir()
    mlflow.artifacts.download_artifacts(artifact_uri=f"models:/{model_id}", dst_path=str(tmp_path / "down"))
    assert (tmp_path / "down" / "sub" / "weights ü.bin").read_bytes() == b"\x00\xff" * 100


@pytest.mark.parametrize("name", ["a/b", "a:b", "a.b", "50%"])
def test_a_malformed_name_is_refused_with_the_known_sentence(client, experiment_id, name):
    with pytest.raises(MlflowException, match="Invalid model name") as caught:
        client.create_logged_model(experiment_id, name=name)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


def test_a_bad_filter_is_refused(client, experiment_id):
    for wrong in ("colour.x = 'x'", "name = 'a' OR name = 'b'", "name > 'a'", "name ="):
        with pytest.raises(RestException) as caught:
            client.search_logged_models([experiment_id], filter_string=wrong)
        assert caught.value.error_code == "INVALID_PARAMETER_VALUE", wrong
