"""Thousands of rows of every kind, written through the HTTP API of whatever MLflow release serves."""

from dataclasses import dataclass

from wire import Wire

START = 1_700_000_000_000
STAGES = ["None", "Staging", "Production", "Archived"]


@dataclass
class Written:
    """Names and ids that later steps need."""

    experiment_id: str
    run_id: str
    deleted_run_id: str
    model_id: str
    webhook_id: str


def write_much(wire: Wire) -> Written:
    experiment_id = write_experiments(wire)
    runs = write_runs(wire, experiment_id)
    model_id = write_logged_models(wire, experiment_id, runs[0])
    write_registry(wire, runs[0])
    write_prompts(wire)
    hook = {"name": "hook", "url": "https://1.1.1.1/hook", "status": "DISABLED", "description": "ü"}
    events = [{"entity": "MODEL_VERSION", "action": "CREATED"}, {"entity": "REGISTERED_MODEL", "action": "CREATED"}]
    webhook = wire.do("webhooks", hook | {"events": events})["webhook"]
    return Written(experiment_id, runs[0], runs[1], model_id, webhook["webhook_id"])


def write_experiments(wire: Wire) -> str:
    ids = [wire.do("experiments/create", {"name": f"barn {i}", "tags": [{"key": "no", "value": str(i)}]})["experiment_id"] for i in range(20)]
    wire.do("experiments/set-experiment-tag", {"experiment_id": ids[0], "key": "mlflow.note.content", "value": "# ü\n" + "x" * 4000})
    wire.do("experiments/update", {"experiment_id": ids[1], "new_name": "Höfe"})
    for gone in ids[2:4]:
        wire.do("experiments/delete", {"experiment_id": gone})
    wire.do("experiments/restore", {"experiment_id": ids[3]})
    return ids[0]


def write_runs(wire: Wire, experiment_id: str) -> list[str]:
    runs = []
    for i in range(40):
        tags = [{"key": "site", "value": "north" if i % 2 else "süd"}, {"key": "mlflow.source.name", "value": "train.py"}]
        body = {"experiment_id": experiment_id, "run_name": f"run {i}", "start_time": START + i, "user_id": "ada", "tags": tags}
        run_id = wire.do("runs/create", body)["run"]["info"]["run_id"]
        runs.append(run_id)
        params = [{"key": f"p{n}", "value": f"{n / (i + 1)}"} for n in range(20)]
        metrics = [{"key": "loss", "value": 1 / (n + 1), "timestamp": START + n, "step": n} for n in range(60)]
        wire.do("runs/log-batch", {"run_id": run_id, "params": params, "metrics": metrics})
        status = ["FINISHED", "FAILED", "KILLED"][i % 3]
        if i % 4:
            wire.do("runs/update", {"run_id": run_id, "status": status, "end_time": START + 1000 + i})
    write_odd_values(wire, runs[0])
    wire.do("runs/delete", {"run_id": runs[1]})
    return runs


def write_odd_values(wire: Wire, run_id: str) -> None:
    for step, value in enumerate(("NaN", "Infinity", "-Infinity", 0.25, 1e-320, -0.0)):
        wire.do("runs/log-metric", {"run_id": run_id, "key": "odd/value", "value": value, "timestamp": START + step, "step": step})
    wire.do("runs/log-metric", {"run_id": run_id, "key": "unknown", "value": "NaN", "timestamp": 1, "step": -5})
    metrics = [{"key": "long", "value": n * 0.5, "timestamp": START + n, "step": n} for n in range(1000)]
    for _ in range(2):
        wire.do("runs/log-batch", {"run_id": run_id, "metrics": metrics})
        metrics = [m | {"step": m["step"] + 1000, "timestamp": m["timestamp"] + 1000} for m in metrics]
    wire.do("runs/log-parameter", {"run_id": run_id, "key": "text", "value": "ü\n" * 100})
    dataset = {"name": "flock", "digest": "d1", "source_type": "local", "source": '{"uri":"flock.csv"}', "schema": "{}", "profile": '{"rows":2}'}
    tags = [{"key": "mlflow.data.context", "value": "training"}]
    wire.do("runs/log-inputs", {"run_id": run_id, "datasets": [{"dataset": dataset, "tags": tags}]})
    wire.do("runs/set-tag", {"run_id": run_id, "key": "gone", "value": "x"})
    wire.do("runs/delete-tag", {"run_id": run_id, "key": "gone"})
    uri = wire.ask("runs/get", run_id=run_id)["run"]["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
    wire.upload(f"{uri}/model/MLmodel", b"flavors: {}\n")
    wire.upload(f"{uri}/notes/b%C3%BCcher%20100%25.txt", "zwölf".encode())


def write_logged_models(wire: Wire, experiment_id: str, run_id: str) -> str:
    ids = []
    for i in range(15):
        body = {"experiment_id": experiment_id, "name": f"counter-{i}", "model_type": "agent", "source_run_id": run_id}
        body |= {"params": [{"key": "depth", "value": str(i)}], "tags": [{"key": "no", "value": str(i)}]}
        ids.append(wire.do("logged-models", body)["model"]["info"]["model_id"])
        if i % 3:
            status = "LOGGED_MODEL_READY" if i % 3 == 1 else "LOGGED_MODEL_UPLOAD_FAILED"
            wire.do(f"logged-models/{ids[i]}", {"model_id": ids[i], "status": status}, "PATCH")
    metric = {"run_id": run_id, "key": "score", "value": 0.75, "timestamp": START, "step": 2, "model_id": ids[1]}
    wire.do("runs/log-metric", metric | {"dataset_name": "flock", "dataset_digest": "d1"})
    wire.do("runs/outputs", {"run_id": run_id, "models": [{"model_id": ids[1], "step": 3}]})
    wire.do(f"logged-models/{ids[2]}/tags", {"model_id": ids[2], "tags": [{"key": "t", "value": "ü"}]}, "PATCH")
    wire.do(f"logged-models/{ids[3]}", {}, "DELETE")
    return ids[1]


def write_registry(wire: Wire, run_id: str) -> None:
    for i in range(12):
        name = f"model {i}"
        wire.do("registered-models/create", {"name": name, "description": "x" * i, "tags": [{"key": "no", "value": str(i)}]})
        for number in range(1, 13 - i):
            tags = [{"key": "lot", "value": str(number)}]
            body = {"name": name, "source": f"s3://bucket/{i}/{number}", "run_id": run_id, "tags": tags, "description": "ü"}
            wire.do("model-versions/create", body)
            move = {"name": name, "version": str(number), "stage": STAGES[number % 4], "archive_existing_versions": False}
            wire.do("model-versions/transition-stage", move)
    wire.do("model-versions/transition-stage", {"name": "model 0", "version": "1", "stage": "Production", "archive_existing_versions": True})
    wire.do("registered-models/alias", {"name": "model 0", "alias": "champion", "version": "3"})
    wire.do("registered-models/alias", {"name": "model 0", "alias": "Candidate-2", "version": "3"})
    wire.do("registered-models/alias", {"name": "model 1", "alias": "gone", "version": "2"})
    wire.do("registered-models/alias", {"name": "model 1", "alias": "gone"}, "DELETE")
    wire.do("model-versions/update", {"name": "model 0", "version": "2", "description": ""}, "PATCH")
    wire.do("model-versions/delete", {"name": "model 0", "version": "5"}, "DELETE")
    wire.do("model-versions/delete", {"name": "model 1", "version": "11"}, "DELETE")
    wire.do("registered-models/rename", {"name": "model 4", "new_name": "renamed ü %41"})
    # MLflow 3.10 renames to what it does not create, so there are such names; newer ones refuse.
    wire.session.post(wire.address("registered-models/rename"), json={"name": "model 5", "new_name": "half/slashed:5"})
    wire.do("registered-models/delete", {"name": "model 11"}, "DELETE")
    wire.do("registered-models/set-tag", {"name": "model 0", "key": "team", "value": "vision"})
    wire.do("model-versions/set-tag", {"name": "model 0", "version": "1", "key": "checked", "value": "yes"})
    wire.do("model-versions/delete-tag", {"name": "model 0", "version": "2", "key": "lot"}, "DELETE")
    wire.do("registered-models/delete-tag", {"name": "model 3", "key": "no"}, "DELETE")


def write_prompts(wire: Wire) -> None:
    prompt = {"key": "mlflow.prompt.is_prompt", "value": "true"}
    wire.do("registered-models/create", {"name": "summary", "tags": [prompt]})
    for number in (1, 2):
        tags = [prompt, {"key": "mlflow.prompt.text", "value": "Summarize {{flock}} " * number}]
        wire.do("model-versions/create", {"name": "summary", "source": "prompt-template", "tags": tags})
    wire.do("registered-models/alias", {"name": "summary", "alias": "production", "version": "1"})


def write_more(wire: Wire, written: Written, turn: int) -> dict[str, str]:
    """Every kind of write once more, on what is there, the `turn`-th time; answers the ids and numbers that were given."""
    experiment = wire.do("experiments/create", {"name": f"later {turn}"})["experiment_id"]
    made = wire.do("runs/create", {"experiment_id": experiment, "run_name": "later", "start_time": START})["run"]["info"]
    wire.do("runs/restore", {"run_id": written.deleted_run_id})
    wire.do("runs/log-metric", {"run_id": written.run_id, "key": "loss", "value": 0.5, "timestamp": START + 9999, "step": 9999 + turn})
    wire.do("runs/log-parameter", {"run_id": made["run_id"], "key": "k", "value": "v"})
    wire.do("runs/set-tag", {"run_id": written.run_id, "key": "site", "value": "later"})
    wire.do("runs/update", {"run_id": made["run_id"], "status": "FINISHED", "end_time": START + 5, "run_name": "last"})
    wire.do("runs/delete", {"run_id": written.deleted_run_id})
    logged = wire.do("logged-models", {"experiment_id": experiment, "name": "later", "source_run_id": made["run_id"]})
    logged_id = logged["model"]["info"]["model_id"]
    wire.do(f"logged-models/{logged_id}", {"model_id": logged_id, "status": "LOGGED_MODEL_READY"}, "PATCH")
    numbers = {
        name: wire.do("model-versions/create", {"name": name, "source": "s3://bucket/later", "run_id": made["run_id"]})["model_version"]["version"]
        for name in ("model 0", "model 1", "renamed ü %41")
    }
    top = numbers["model 0"]
    wire.do("model-versions/transition-stage", {"name": "model 0", "version": top, "stage": "Production", "archive_existing_versions": True})
    wire.do("registered-models/alias", {"name": "model 0", "alias": "champion", "version": top})
    wire.do("registered-models/alias", {"name": "model 0", "alias": f"was-{top}", "version": "1"})
    wire.do("registered-models/update", {"name": "model 2", "description": f"later {top}"}, "PATCH")
    wire.do("model-versions/update", {"name": "model 2", "version": "1", "description": f"later {top}"}, "PATCH")
    wire.do("model-versions/set-tag", {"name": "model 2", "version": "1", "key": f"later-{top}", "value": "1"})
    wire.do("registered-models/set-tag", {"name": "model 2", "key": f"later-{top}", "value": "1"})
    wire.do("model-versions/delete", {"name": "model 1", "version": numbers["model 1"]}, "DELETE")
    fresh = wire.do("registered-models/create", {"name": f"fresh {top}"})["registered_model"]["name"]
    wire.do("registered-models/rename", {"name": fresh, "new_name": f"{fresh} again"})
    return numbers | {"experiment": experiment}
