"""What the life cycles are made of: models, versions, runs."""

from differential.case import Step, get, post

START = 1_700_000_000_000


def model(name: str, versions: int = 2, **more) -> list[Step]:
    return [post("registered-models/create", {"name": name} | more)] + [version(name) for _ in range(versions)]


def version(name: str, **more) -> Step:
    return post("model-versions/create", {"name": name, "source": "s3://bucket/m"} | more)


def see(name: str) -> list[Step]:
    return [get("registered-models/get", {"name": name}), get("model-versions/search", {"filter": f"name = '{name}'"})]


def stage(name: str, number: int, to: str, archive: bool = False) -> Step:
    return post(
        "model-versions/transition-stage",
        {"name": name, "version": str(number), "stage": to, "archive_existing_versions": archive},
    )


def alias(name: str, text: str, number: int) -> Step:
    return post("registered-models/alias", {"name": name, "alias": text, "version": str(number)})


def run(name: str, **more) -> list[Step]:
    made = {"experiment_id": "<<experiment>>", "start_time": START} | more
    return [
        post("experiments/create", {"name": name}, experiment="experiment_id"),
        post("runs/create", made, run="run.info.run_id"),
    ]


RUN = {"run_id": "<<run>>"}
SEE_RUN = get("runs/get", RUN)
PROMPT = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]
TEXT = [*PROMPT, {"key": "mlflow.prompt.text", "value": "Hi {{name}}"}]
DATASET = {
    "dataset": {"name": "d", "digest": "1", "source_type": "local", "source": "{}", "schema": "{}", "profile": "{}"},
    "tags": [{"key": "mlflow.data.context", "value": "training"}],
}
