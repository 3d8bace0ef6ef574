"""Everything that MLflow's client can read from a server, as plain data.

Two servers on the same database and artifact folder must give equal snapshots: ids, times, numbers and texts included.
Lists whose order MLflow does not promise are sorted. Floats are kept by `repr`, so NaN equals NaN.
"""

import hashlib
from collections.abc import Iterable
from urllib.parse import quote

import mlflow
import requests
from mlflow import MlflowClient
from mlflow.entities import ViewType

PAGE = 50
session = requests.Session()


def take_snapshot(url: str) -> dict[str, dict]:
    """Reads the server at `url` whole: experiments, runs, logged models, registered models, versions, prompts."""
    mlflow.set_tracking_uri(url)
    mlflow.set_registry_uri(url)
    client = MlflowClient()
    experiments = pages(lambda token: client.search_experiments(ViewType.ALL, max_results=PAGE, page_token=token))
    ids = [experiment.experiment_id for experiment in experiments]
    return {
        "experiments": {e.experiment_id: describe(e) for e in experiments},
        "runs": snapshot_runs(client, ids),
        "logged_models": snapshot_logged_models(client, ids),
        "registered_models": snapshot_registered_models(client),
        "model_versions": snapshot_model_versions(client),
        "prompts": snapshot_prompts(client),
    }


def snapshot_runs(client: MlflowClient, experiment_ids: list[str]) -> dict[str, dict]:
    found = {}
    for experiment_id in experiment_ids:
        for run in pages(
            lambda token, own=experiment_id: client.search_runs([own], "", ViewType.ALL, PAGE, page_token=token)
        ):
            run_id = run.info.run_id
            # MLflow: search_runs leaves out the models that a run read; get_run has them.
            models_read = client.get_run(run_id).inputs.model_inputs
            found[run_id] = {
                "info": describe(run.info),
                "data": run.data.to_dictionary() | {"metrics": {k: repr(v) for k, v in run.data.metrics.items()}},
                "histories": {key: history(client, run_id, key) for key in sorted(run.data.metrics)},
                "data_sets": sorted(repr(i.to_dictionary()) for i in run.inputs.dataset_inputs),
                "models_read": sorted(m.model_id for m in models_read),
                "models_made": sorted((m.model_id, m.step) for m in run.outputs.model_outputs) if run.outputs else [],
                "files": files(run.info.artifact_uri),
            }
    return found


def history(client: MlflowClient, run_id: str, key: str) -> list[tuple]:
    return [(m.step, m.timestamp, repr(m.value)) for m in client.get_metric_history(run_id, key)]


def snapshot_logged_models(client: MlflowClient, experiment_ids: list[str]) -> dict[str, dict]:
    found = {}
    for experiment_id in experiment_ids:
        for model in pages(
            lambda token, own=experiment_id: client.search_logged_models([own], max_results=PAGE, page_token=token)
        ):
            metrics = sorted((m.key, repr(m.value), m.step, m.timestamp, m.run_id) for m in model.metrics or [])
            found[model.model_id] = describe(model, leave_out={"metrics"}) | {"metrics": metrics}
            found[model.model_id]["files"] = files(model.artifact_location)
    return found


def snapshot_registered_models(client: MlflowClient) -> dict[str, dict]:
    models = pages(lambda token: client.search_registered_models(max_results=PAGE, page_token=token))
    return {model.name: describe_registered(client, model.name) for model in models}


def describe_registered(client: MlflowClient, name: str) -> dict:
    model = client.get_registered_model(name)
    latest = sorted((v.current_stage, v.version) for v in model.latest_versions)
    return describe(model, leave_out={"latest_versions"}) | {"latest_versions": latest}


def snapshot_model_versions(client: MlflowClient) -> dict[str, dict]:
    versions = pages(lambda token: client.search_model_versions("", max_results=PAGE, page_token=token))
    return {f"{v.name}/{v.version}": describe_version(client, v.name, v.version) for v in versions}


def describe_version(client: MlflowClient, name: str, version: str) -> dict:
    described = describe(client.get_model_version(name, version))
    return described | {"download_uri": client.get_model_version_download_uri(name, version)}


def snapshot_prompts(client: MlflowClient) -> dict[str, dict]:
    """The registry rows behind prompts: the client hides them from its calls for models, so its store is asked."""
    store = client._get_registry_client().store
    found = {}
    for prompt in pages(lambda token: client.search_prompts(max_results=PAGE, page_token=token)):
        model = store.get_registered_model(prompt.name)
        versions = pages(
            lambda token, name=prompt.name: store.search_model_versions(
                f"name = '{name}' AND tag.`mlflow.prompt.is_prompt` = 'true'", max_results=PAGE, page_token=token
            )
        )
        found[prompt.name] = describe(model, leave_out={"latest_versions"}) | {
            "versions": {v.version: describe(store.get_model_version(v.name, v.version)) for v in versions}
        }
    return found


def describe(entity, leave_out: Iterable[str] = ()) -> dict:
    """The public properties of one of MLflow's entities; nested lists sorted, numbers and texts as they are."""
    return {key: plain(value) for key, value in dict(entity).items() if key not in leave_out}


def plain(value):
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list | tuple | set):
        return sorted((plain(inner) for inner in value), key=repr)
    return value if isinstance(value, int | str | bool | None) else str(value)


def files(uri: str) -> dict[str, str]:
    """SHA-256 by path of every file below an artifact URI that the server proxies; nothing for other URIs.

    Asked for with plain HTTP: the client cannot download names with `?`, because it does not quote paths.
    """
    if not uri.startswith("mlflow-artifacts:/"):
        return {}
    root = uri.removeprefix("mlflow-artifacts:/")
    base = mlflow.get_tracking_uri() + "/api/2.0/mlflow-artifacts/artifacts"
    found, folders = {}, [root]
    while folders:
        folder = folders.pop()
        for entry in checked(base, {"path": folder}).json().get("files", []):
            path = f"{folder}/{entry['path']}"
            if entry["is_dir"]:
                folders.append(path)
            else:
                content = checked(f"{base}/{quote(path)}").content
                found[path.removeprefix(f"{root}/")] = hashlib.sha256(content).hexdigest()
    return found


def checked(url: str, query: dict[str, str] | None = None) -> requests.Response:
    response = session.get(url, params=query, timeout=30)
    assert response.status_code == 200, f"GET {url} {query} answered {response.status_code}: {response.text}"
    return response


def pages(fetch) -> list:
    """All pages of a search: `fetch(token)` answers one page that carries the token of the next."""
    token, found = None, []
    while True:
        page = fetch(token)
        found.extend(page)
        token = page.token
        if not token:
            return found


def differences(expected, found, path: str = "") -> list[str]:
    """Where two snapshots differ, one line each: `path: expected … found …`."""
    if isinstance(expected, dict) and isinstance(found, dict):
        lines = []
        for key in sorted(expected.keys() | found.keys(), key=str):
            inner = f"{path}/{key}"
            if key not in found:
                lines.append(f"{inner}: expected {expected[key]!r}, found nothing")
            elif key not in expected:
                lines.append(f"{inner}: expected nothing, found {found[key]!r}")
            else:
                lines += differences(expected[key], found[key], inner)
        return lines
    return [] if expected == found else [f"{path}: expected {expected!r}, found {found!r}"]
