"""A server that wants to know who asks, and the unmodified client with MLflow's own settings for that."""

import json
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from conftest import use_server
from servers import Server, start_registry, target
from training import REQUIREMENTS, Example

pytestmark = pytest.mark.skipif(target() == "mlflow", reason="MLflow's own sign-in is another one")

PASSWORD = "barn-owl-tractor-seven"


@pytest.fixture(scope="module")
def guarded(make_place) -> Iterator[Server]:
    place = make_place("sign-in", None)
    secret = place.folder / "password"
    secret.write_text(PASSWORD)
    place.settings |= {
        "REGISTRY_AUTH": "local",
        "REGISTRY_BOOTSTRAP_ADMIN": "ada",
        "REGISTRY_BOOTSTRAP_ADMIN_PASSWORD_FILE": str(secret),
        "REGISTRY_AUDIT_KEY_FILE": str(place.folder / "audit.key"),
    }
    running = start_registry(place)
    yield running
    running.stop()


def as_ada(server: Server, method: str, path: str, body: dict | None = None) -> dict:
    """What an admin does over the API of ours."""
    headers = {"Authorization": "Basic " + b64encode(f"ada:{PASSWORD}".encode()).decode()}
    if body is not None:
        headers["Content-Type"] = "application/json"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, method=method, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else {}


@pytest.fixture
def sign_in(guarded: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[..., MlflowClient]:
    """The client with these variables and no others; `sign_in(token=…)`, `sign_in(username=…, password=…)`."""

    def act(**settings: str) -> MlflowClient:
        for name in ("TOKEN", "USERNAME", "PASSWORD"):
            monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)
        for name, value in settings.items():
            monkeypatch.setenv(f"MLFLOW_TRACKING_{name.upper()}", value)
        use_server(guarded.url)
        return MlflowClient()

    return act


def new_token(server: Server, **settings) -> dict:
    return as_ada(server, "POST", "/api/v1/tokens", {"name": "ci"} | settings)


def refusal(call: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(MlflowException) as caught:
        call()
    return caught.value.get_http_status_code(), str(caught.value)


def test_without_credentials_the_client_says_how_to_sign_in(sign_in):
    status, text = refusal(sign_in().search_registered_models)
    assert status == 401
    assert "MLFLOW_TRACKING_TOKEN" in text


def test_wrong_credentials_are_refused_without_a_retry(sign_in):
    for wrong in ({"username": "ada", "password": "wrong-wrong-wrong"}, {"token": "frt_nothing"}):
        status, _ = refusal(sign_in(**wrong).search_registered_models)
        assert status == 401


@pytest.mark.parametrize("by", ["password", "token", "token as password", "token of whomever"])
def test_a_model_is_logged_registered_and_loaded(guarded, sign_in, example: Example, unique, by):
    settings = {
        "password": lambda: {"username": "ada", "password": PASSWORD},
        "token": lambda: {"token": new_token(guarded)["secret"]},
        "token as password": lambda: {"username": "ada", "password": new_token(guarded)["secret"]},
        "token of whomever": lambda: {"username": "token", "password": new_token(guarded)["secret"]},
    }[by]()
    client = sign_in(**settings)
    mlflow.set_experiment(unique("experiment"))
    name = unique("layer-count")
    with mlflow.start_run():
        mlflow.log_metric("accuracy", 0.9)
        mlflow.sklearn.log_model(
            example.model, name="model", registered_model_name=name, pip_requirements=REQUIREMENTS
        )
    client.set_registered_model_alias(name, "champion", "1")
    assert example.same_predictions(mlflow.pyfunc.load_model(f"models:/{name}@champion"))


def test_a_token_that_only_reads_changes_nothing(guarded, sign_in, unique):
    name = unique("egg-size")
    sign_in(username="ada", password=PASSWORD).create_registered_model(name)
    client = sign_in(token=new_token(guarded, scopes=["read"])["secret"])
    assert client.get_registered_model(name).name == name
    status, _ = refusal(lambda: client.set_registered_model_tag(name, "k", "v"))
    assert status == 403


def test_a_token_that_is_revoked_is_refused_at_once(guarded, sign_in):
    made = new_token(guarded)
    client = sign_in(token=made["secret"])
    client.search_registered_models()
    as_ada(guarded, "DELETE", f"/api/v1/tokens/{made['token']['id']}")
    status, _ = refusal(client.search_registered_models)
    assert status == 401


def test_a_user_sees_and_does_what_was_granted(guarded, sign_in, unique):
    mine, other = unique("layer-age"), unique("goat-milk")
    admin = sign_in(username="ada", password=PASSWORD)
    for name in (mine, other):
        admin.create_registered_model(name)
    user = as_ada(guarded, "POST", "/api/v1/users", {"name": unique("mia"), "kind": "user", "password": PASSWORD})["user"]
    as_ada(guarded, "POST", "/api/v1/grants", {"user": user["id"], "role": "writer", "resource": "model", "pattern": "layer-*"})
    client = sign_in(username=user["name"], password=PASSWORD)
    seen = [model.name for model in client.search_registered_models()]
    assert mine in seen and other not in seen
    client.set_registered_model_tag(mine, "k", "v")
    assert refusal(lambda: client.get_registered_model(other))[0] == 404
    assert refusal(lambda: client.delete_registered_model(mine))[0] == 403
    assert refusal(lambda: client.create_registered_model(unique("goat-age")))[0] == 403
    denied = as_ada(guarded, "GET", f"/api/v1/audit/events?action=access.denied&actor={user['id']}")
    assert len(denied["events"]) == 2
