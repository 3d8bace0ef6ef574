"""What a server answers to every call that reads, as its JSON stands; page tokens aside, which are its own affair."""

from wire import Wire

RUN_FILTERS = ["", "metrics.loss < 0.02", "params.p1 LIKE '0%'", "tags.site = 'süd'", "attributes.status = 'FAILED'", "attributes.run_name ILIKE '%RUN 1%'"]
RUN_ORDERS = [[], ["metrics.loss DESC"], ["params.p1 ASC", "attributes.start_time DESC"], ["tags.site"]]
VERSION_FILTERS = ["", "name = 'model 0'", "name LIKE '%1%'", "tags.lot = '3'", "source_path LIKE 's3://bucket/2/%'", "version_number > 9"]
MODEL_FILTERS = ["", "name ILIKE 'MODEL%'", "tags.no = '3'", "tag.`mlflow.prompt.is_prompt` = 'true'"]
VIEWS = ["ACTIVE_ONLY", "DELETED_ONLY", "ALL"]


def take_wire_snapshot(url: str) -> dict[str, dict]:
    wire = Wire(url)
    experiments = {view: wire.pages("experiments", "experiments/search", "POST", view_type=view) for view in VIEWS}
    ids = [each["experiment_id"] for each in experiments["ALL"]]
    models = wire.pages("registered_models", "registered-models/search", "GET")
    prompts = wire.pages("registered_models", "registered-models/search", "GET", filter=MODEL_FILTERS[-1])
    return {
        "experiments": snapshot_experiments(wire, experiments),
        "runs": snapshot_runs(wire, ids),
        "metrics": snapshot_metrics(wire, ids),
        "logged_models": snapshot_logged_models(wire, ids),
        "registered_models": snapshot_models(wire, models + prompts),
        "model_versions": snapshot_versions(wire, models + prompts),
        "webhooks": {"list": sorted(wire.pages("webhooks", "webhooks", "GET"), key=str)},
    }


def snapshot_experiments(wire: Wire, searched: dict) -> dict:
    found = {f"search {view}": each for view, each in searched.items()}
    for order in ("name DESC", "creation_time", "last_update_time DESC"):
        found[f"order {order}"] = wire.pages("experiments", "experiments/search", "POST", order_by=[order])
    for text in ("name LIKE 'barn 1%'", "tags.no = '7'", "creation_time > 0"):
        found[f"filter {text}"] = wire.pages("experiments", "experiments/search", "POST", filter=text)
    for each in searched["ALL"]:
        found[f"get {each['experiment_id']}"] = wire.ask("experiments/get", experiment_id=each["experiment_id"])
        found[f"by name {each['name']}"] = wire.answer("experiments/get-by-name", experiment_name=each["name"])
    return found


def snapshot_runs(wire: Wire, ids: list[str]) -> dict:
    found = {}
    for text in RUN_FILTERS:
        for order in RUN_ORDERS:
            found[f"search {text} {order}"] = wire.pages("runs", "runs/search", "POST", experiment_ids=ids, filter=text, order_by=order)
    for run in wire.pages("runs", "runs/search", "POST", experiment_ids=ids, run_view_type="ALL"):
        run_id = run["info"]["run_id"]
        found[f"get {run_id}"] = wire.ask("runs/get", run_id=run_id)
        found[f"files {run_id}"] = [wire.answer("artifacts/list", run_id=run_id, path=path) for path in ("", "model", "notes")]
    return found


def snapshot_metrics(wire: Wire, ids: list[str]) -> dict:
    """Histories. MLflow 3.10 takes an absent `max_results` for 0 and answers nothing, so it is given."""
    found = {}
    for run in wire.pages("runs", "runs/search", "POST", experiment_ids=ids, run_view_type="ALL"):
        for metric in run["data"].get("metrics", []):
            run_id, key = run["info"]["run_id"], metric["key"]
            found[f"{run_id} {key}"] = wire.ask("metrics/get-history", run_id=run_id, metric_key=key, max_results=5000)
    return found


def snapshot_logged_models(wire: Wire, ids: list[str]) -> dict:
    found = {}
    orders = [[], [{"field_name": "name", "ascending": True}], [{"field_name": "metrics.score", "ascending": False}]]
    for text in ("", "name LIKE 'counter-1%'", "params.depth = '4'", "tags.no = '7'", "metrics.score > 0.5"):
        for order in orders:
            sent = {"experiment_ids": ids, "filter": text, "order_by": order, "max_results": 50}
            found[f"search {text} {order}"] = wire.do("logged-models/search", sent).get("models", [])
    for model in found["search  []"]:
        model_id = model["info"]["model_id"]
        found[f"get {model_id}"] = wire.ask(f"logged-models/{model_id}")
    return found


def snapshot_models(wire: Wire, models: list[dict]) -> dict:
    found = {}
    for text in MODEL_FILTERS:
        for order in ([], ["name DESC"], ["last_updated_timestamp DESC"]):
            found[f"search {text} {order}"] = wire.pages("registered_models", "registered-models/search", "GET", filter=text, order_by=order)
    for model in models:
        name = model["name"]
        found[f"get {name}"] = wire.ask("registered-models/get", name=name)
        latest = wire.do("registered-models/get-latest-versions", {"name": name}).get("model_versions", [])
        found[f"latest {name}"] = sorted(latest, key=str)
        for alias in [*model.get("aliases", []), {"alias": "nobody"}]:
            found[f"alias {name} {alias['alias']}"] = wire.answer("registered-models/alias", name=name, alias=alias["alias"])
    found["absent"] = wire.answer("registered-models/get", name="never there")
    return found


def snapshot_versions(wire: Wire, models: list[dict]) -> dict:
    found = {}
    for text in VERSION_FILTERS:
        for order in ([], ["version_number DESC", "name ASC"], ["creation_timestamp ASC"]):
            found[f"search {text} {order}"] = wire.pages("model_versions", "model-versions/search", "GET", filter=text, order_by=order)
    for name in [model["name"] for model in models]:
        for number in range(1, 16):
            found[f"get {name} {number}"] = wire.answer("model-versions/get", name=name, version=number)
            found[f"files {name} {number}"] = wire.answer("model-versions/get-download-uri", name=name, version=number)
    found["quoted"] = wire.pages("model_versions", "model-versions/search", "GET", filter="name = 'renamed ü %41'")
    return found
