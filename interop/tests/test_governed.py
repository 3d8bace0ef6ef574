"""The default policy, and the unmodified client: what it is refused, what it follows, and gates on what it logged."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import mlflow
import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature

from conftest import use_server
from servers import Server, start_registry, target
from training import REQUIREMENTS, Example

pytestmark = pytest.mark.skipif(target() == "mlflow", reason="MLflow has no policies")


@pytest.fixture(scope="module")
def guarded(make_place) -> Iterator[Server]:
    place = make_place("governed", None)
    place.settings |= {"REQUIRE_APPROVAL_FOR_PRODUCTION": "true"}
    running = start_registry(place)
    yield running
    running.stop()


@pytest.fixture
def trainer(guarded: Server, unique) -> MlflowClient:
    use_server(guarded.url)
    mlflow.set_experiment(unique("experiment"))
    return MlflowClient()


def v1(server: Server, method: str, path: str, body: dict | None = None, headers: dict[str, str] | None = None) -> dict:
    """What people do over the API of ours; a refusal is answered, too."""
    data = None if body is None else json.dumps(body).encode()
    sent = {"Content-Type": "application/json"} if body is not None else {}
    request = urllib.request.Request(f"{server.url}/api/v1{path}", method=method, data=data, headers=sent | (headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return json.loads(refused.read())


def approve(server: Server, name: str) -> dict:
    """Somebody reads the one open request of the model, and agrees to its files."""
    (request,) = v1(server, "GET", f"/transition-requests?model_name={name}&state=open")["requests"]
    vote = {"decision": "approve", "digest": request["digest"], "comment": "well done"}
    return v1(server, "POST", f"/transition-requests/{request['id']}/votes", vote)["request"]


@pytest.fixture
def log_version(trainer: MlflowClient, example: Example) -> Callable[..., str]:
    """Trains and registers as a data scientist does; answers the version's number."""

    def log(name: str, rows: pd.DataFrame | None = None, hits: list[bool] | None = None) -> str:
        given = example.inputs if rows is None else rows
        with mlflow.start_run():
            if hits is not None:
                table = {"image": [f"{n}.png" for n in range(len(hits))], "hit": hits}
                mlflow.log_table(pd.DataFrame(table), "eval/scores.json")
            mlflow.sklearn.log_model(
                example.model,
                name="model",
                registered_model_name=name,
                pip_requirements=REQUIREMENTS,
                signature=infer_signature(given, example.predictions),
            )
        return max((version.version for version in MlflowClient().search_model_versions(f"name='{name}'")), key=int)

    return log


def to_production(client: MlflowClient, server: Server, name: str, version: str) -> dict:
    client.transition_model_version_stage(name, version, "Staging")
    with pytest.raises(MlflowException):
        client.transition_model_version_stage(name, version, "Production")
    return approve(server, name)


def test_production_is_refused_in_a_sentence_that_says_the_way_and_asking_again_finds_the_same(
    trainer: MlflowClient, guarded: Server, log_version, unique
):
    name = unique("layer-count")
    version = log_version(name)
    trainer.transition_model_version_stage(name, version, "Staging")
    texts = []
    for _ in range(2):
        with pytest.raises(MlflowException) as refused:
            trainer.transition_model_version_stage(name, version, "Production")
        assert refused.value.error_code == "PERMISSION_DENIED"
        texts.append(str(refused.value))
    assert f"{name} version {version} needs 1 approval to enter Production (policy guarded, revision 1). Request " in texts[0]
    assert texts[0] == texts[1]
    with pytest.raises(MlflowException, match="to enter Production"):
        trainer.set_registered_model_alias(name, "champion", version)
    assert trainer.get_model_version(name, version).current_stage == "Staging"


def test_what_is_approved_is_followed_at_once_by_stage_alias_and_uri(
    trainer: MlflowClient, guarded: Server, example: Example, log_version, unique
):
    name = unique("layer-count")
    first, second = log_version(name), log_version(name)
    for version in (first, second):
        assert to_production(trainer, guarded, name, version)["state"] == "executed"
        assert trainer.get_model_version_by_alias(name, "champion").version == version
        (latest,) = trainer.get_latest_versions(name, ["Production"])
        assert latest.version == version
        for uri in (f"models:/{name}@champion", f"models:/{name}/Production"):
            loaded = mlflow.pyfunc.load_model(uri)
            assert list(loaded.predict(example.inputs)) == list(example.predictions)
    assert trainer.get_model_version(name, first).current_stage == "Archived"
    for forbidden in (
        lambda: trainer.delete_model_version(name, second),
        lambda: trainer.delete_registered_model(name),
        lambda: trainer.delete_registered_model_alias(name, "champion"),
        lambda: trainer.transition_model_version_stage(name, first, "Production"),
    ):
        with pytest.raises(MlflowException) as refused:
            forbidden()
        assert refused.value.get_http_status_code() in (403, 409)
    assert trainer.get_model_version_by_alias(name, "champion").version == second


def test_gates_read_the_signatures_and_tables_that_the_client_logged(
    trainer: MlflowClient, guarded: Server, example: Example, log_version, unique
):
    name = unique("field-count")
    samples = {"path": "eval/scores.json", "sample": "image", "score": "hit"}
    policy = {
        "name": f"strict-{name}",
        "applies_to": {"models": [name]},
        "transitions": [
            {"from": ["development"], "to": "staging"},
            {
                "from": ["staging"],
                "to": "production",
                "sealed": True,
                "gates": [
                    {"signature": "backward_compatible"},
                    {"metric": "recall", "not_worse_than": "production", "samples": samples},
                ],
            },
        ],
        "exclusive": {"production": {"displaced_to": "archived"}},
    }
    assert v1(guarded, "PUT", f"/policies/{policy['name']}", policy, {"If-None-Match": "*"})["success"]

    def produce(version: str) -> None:
        trainer.transition_model_version_stage(name, version, "Staging")
        trainer.transition_model_version_stage(name, version, "Production")

    produce(log_version(name, hits=[n < 80 for n in range(100)]))
    produce(log_version(name, hits=[n < 95 for n in range(100)]))
    worse = log_version(name, hits=[n < 70 for n in range(100)])
    with pytest.raises(MlflowException, match=r"recall: −25\.0 points against version 2 in production"):
        produce(worse)
    wider = log_version(name, rows=example.inputs.assign(more=1.5), hits=[n < 95 for n in range(100)])
    with pytest.raises(MlflowException, match=r"not backward-compatible .* inputs more added \(double\)"):
        produce(wider)
    assert trainer.get_latest_versions(name, ["Production"])[0].version == "2"
