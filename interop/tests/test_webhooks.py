"""Webhooks: the client's calls, what a receiver gets, and a database that the registry and a real MLflow share."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities.webhook import WebhookEvent, WebhookStatus
from mlflow.exceptions import MlflowException

from servers import start_mlflow, start_registry, start_target

SETTINGS = {
    "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY": "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=",
    "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http,https",
    "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
    # A real MLflow hears of a new webhook when its cache is stale.
    "MLFLOW_WEBHOOK_CACHE_TTL": "0",
}
EVERYTHING = [
    "registered_model.created",
    "model_version.created",
    "model_version_tag.set",
    "model_version_tag.deleted",
    "model_version_alias.created",
    "model_version_alias.deleted",
    "prompt.created",
    "prompt_version.created",
    "prompt_tag.set",
    "prompt_alias.created",
]


@dataclass
class Receiver:
    """Keeps what is posted to it; answers 200."""

    url: str
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def wait(self, count: int) -> list[dict]:
        """The bodies, once there are so many, in the order of what they tell of."""
        deadline = time.monotonic() + 20
        while len(self.received) < count:
            assert time.monotonic() < deadline, f"{len(self.received)} of {count} messages came"
            time.sleep(0.02)
        return sorted((json.loads(body) for _, body in self.received), key=lambda body: body["timestamp"])

    def signatures_hold(self, secret: str) -> bool:
        return all(headers["X-MLflow-Signature"] == expected_signature(headers, body, secret) for headers, body in self.received)


def expected_signature(headers: dict[str, str], body: bytes, secret: str) -> str:
    signed = f"{headers['X-MLflow-Delivery-Id']}.{headers['X-MLflow-Timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.received.append((dict(self.headers), body))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()


def use(server) -> MlflowClient:
    mlflow.set_tracking_uri(server.url)
    mlflow.set_registry_uri(server.url)
    return MlflowClient(server.url, server.url)


@pytest.fixture(scope="module")
def listening(make_place):
    """The server under test, with leave to send to this machine."""
    place = make_place("webhooks", None)
    place.settings.update(SETTINGS)
    running = start_target(place)
    yield running
    running.stop()


@pytest.fixture
def client(listening) -> MlflowClient:
    return use(listening)


def test_a_webhook_is_created_read_changed_and_deleted(client, unique):
    made = client.create_webhook(unique("farm"), "https://93.184.216.34/hook", ["model_version.created"])
    assert (made.status, made.description, made.secret) == (WebhookStatus.ACTIVE, None, None)
    assert made.events == [WebhookEvent.from_str("model_version.created")]
    assert str(client.get_webhook(made.webhook_id)) == str(made)

    events = ["prompt.created", "model_version_tag.set"]
    changed = client.update_webhook(
        made.webhook_id, name=unique("barn"), description="told", events=events, secret="s", status="DISABLED"
    )
    assert (changed.name, changed.description, changed.status) == (unique("barn"), "told", WebhookStatus.DISABLED)
    assert changed.events == [WebhookEvent.from_str("model_version_tag.set"), WebhookEvent.from_str("prompt.created")]
    assert changed.url == made.url
    assert client.update_webhook(made.webhook_id, name=unique("shed")).status == WebhookStatus.DISABLED

    client.delete_webhook(made.webhook_id)
    with pytest.raises(MlflowException, match=f"Webhook with ID {made.webhook_id} not found") as absent:
        client.get_webhook(made.webhook_id)
    assert absent.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_webhooks_are_listed_from_the_newest_on_page_by_page(client, unique, next_millisecond):
    made = []
    for number in range(3):
        made.append(client.create_webhook(unique(f"page-{number}"), "https://93.184.216.34/", ["prompt.created"]).webhook_id)
        next_millisecond()
    listed, token = [], None
    while True:
        page = client.list_webhooks(max_results=2, page_token=token)
        listed += [webhook.webhook_id for webhook in page]
        token = page.token
        if not token:
            break
    assert [one for one in listed if one in made] == made[::-1]
    assert len(listed) == len(set(listed))
    for webhook_id in made:
        client.delete_webhook(webhook_id)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "-bad"}, "Webhook name '-bad' is invalid"),
        ({"url": "ftp://example.org"}, "Invalid webhook URL scheme: 'ftp'. Allowed schemes are: http, https."),
        ({"url": "https:///path"}, "Webhook URL must include a hostname"),
    ],
)
def test_what_is_no_webhook_is_refused_in_mlflows_words(client, change, message):
    good = {"name": "a", "url": "https://93.184.216.34/", "events": ["prompt.created"]}
    with pytest.raises(MlflowException, match=message.replace(".", r"\.")) as refused:
        client.create_webhook(**(good | change))
    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"


def test_a_trial_reaches_the_receiver_signed(client, unique, receiver):
    made = client.create_webhook(unique("trial"), receiver.url, ["model_version.created"], secret="topsecret")
    result = client.test_webhook(made.webhook_id)
    assert (result.success, result.response_status, result.error_message) == (True, 200, None)
    result = client.test_webhook(made.webhook_id, "prompt_alias.created")
    assert result.success
    first, second = receiver.wait(2)
    assert (first["entity"], first["action"]) == ("model_version", "created")
    assert first["data"]["source"] == "models:/123"
    assert second["data"] == {"name": "example_prompt", "alias": "example_alias", "version": "1"}
    assert receiver.signatures_hold("topsecret")
    client.delete_webhook(made.webhook_id)


def test_changes_are_told_to_who_listens(client, unique, receiver):
    made = client.create_webhook(unique("all"), receiver.url, EVERYTHING, secret="topsecret")
    name, prompt = unique("layer-count"), unique("flock-summary")
    client.create_registered_model(name, tags={"team": "vision"}, description="counts layers")
    receiver.wait(1)
    client.create_model_version(name, "s3://bucket/model")
    receiver.wait(2)
    client.set_model_version_tag(name, "1", "checked", "yes")
    receiver.wait(3)
    client.delete_model_version_tag(name, "1", "checked")
    receiver.wait(4)
    client.set_registered_model_alias(name, "champion", "1")
    receiver.wait(5)
    client.delete_registered_model_alias(name, "champion")
    receiver.wait(6)
    mlflow.genai.register_prompt(prompt, "Hello {{name}}", tags={"tone": "kind"})
    receiver.wait(8)
    mlflow.genai.set_prompt_alias(prompt, "prod", 1)
    # MLflow's client links the prompt to the experiment in a thread of its own: a tag, before or after the alias.
    told = [(f"{body['entity']}.{body['action']}", body["data"]) for body in receiver.wait(10)]
    of_version = {"name": name, "version": "1"}
    assert told[:6] == [
        ("registered_model.created", {"name": name, "tags": {"team": "vision"}, "description": "counts layers"}),
        ("model_version.created", of_version | {"source": "s3://bucket/model", "run_id": None, "tags": {}, "description": None}),
        ("model_version_tag.set", of_version | {"key": "checked", "value": "yes"}),
        ("model_version_tag.deleted", of_version | {"key": "checked"}),
        ("model_version_alias.created", of_version | {"alias": "champion"}),
        ("model_version_alias.deleted", {"name": name, "alias": "champion"}),
    ]
    version = dict(told[6:])["prompt_version.created"]
    assert (version["version"], version["template"]) == ("1", "Hello {{name}}")
    assert version["tags"]["tone"] == "kind" and "mlflow.prompt.is_prompt" not in version["tags"]
    assert ("prompt_alias.created", {"name": prompt, "alias": "prod", "version": "1"}) in told
    assert sorted(name for name, _ in told[6:]) == [
        "prompt.created",
        "prompt_alias.created",
        "prompt_tag.set",
        "prompt_version.created",
    ]
    assert receiver.signatures_hold("topsecret")
    client.delete_webhook(made.webhook_id)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_registry_and_mlflow_read_each_others_webhooks_and_secrets(engine, request, make_place, receiver):
    uri = request.getfixturevalue("postgres").create_database("webhooks") if engine == "postgresql" else None
    place = make_place(f"webhooks-{engine}", uri)
    place.settings.update(SETTINGS)
    ours = start_registry(place)
    made = use(ours).create_webhook("ours", receiver.url, ["registered_model.created"], "d", "our secret")
    ours.stop()

    theirs = start_mlflow(place)
    client = use(theirs)
    assert str(client.get_webhook(made.webhook_id)) == str(made)
    client.create_registered_model("by-mlflow")
    receiver.wait(1)
    assert receiver.signatures_hold("our secret")
    client.delete_webhook(made.webhook_id)
    other = client.create_webhook("theirs", receiver.url, ["registered_model.created"], secret="their secret ü")
    theirs.stop()

    receiver.received.clear()
    ours = start_registry(place)
    client = use(ours)
    assert [str(webhook) for webhook in client.list_webhooks()] == [str(other)]
    client.create_registered_model("by-us")
    assert [body["data"]["name"] for body in receiver.wait(1)] == ["by-us"]
    assert receiver.signatures_hold("their secret ü")
    ours.stop()


def test_an_address_inside_is_refused_by_default(make_place, receiver):
    port = receiver.url.split(":")[2].split("/")[0]
    server = start_registry(make_place("webhooks-guarded", None))
    client = use(server)
    for host in ("127.0.0.1", "localhost", "2130706433", "[::1]", "169.254.169.254"):
        with pytest.raises(MlflowException, match="must not resolve to a non-public IP address|Cannot resolve"):
            client.create_webhook("inside", f"https://{host}:{port}/", ["prompt.created"])
    assert receiver.received == []
    server.stop()
