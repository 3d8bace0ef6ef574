"""What a team might leave in a registry: a bit of everything, written with the unmodified client."""

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import mlflow
import pandas
from mlflow import MlflowClient
from mlflow.entities import LoggedModelOutput, Metric
from mlflow.models import infer_signature

from training import REQUIREMENTS, Example

MODEL = "layer-count"
COPY = "layer-count eu (ü)"
PROMPT = "flock-summary"


@dataclass
class Seeded:
    """Ids that later steps need."""

    experiment_id: str
    run_id: str
    deleted_run_id: str
    model_id: str


def seed(url: str, example: Example) -> Seeded:
    """Fills an empty server with experiments, runs, logged models, registered models and prompts."""
    mlflow.set_tracking_uri(url)
    mlflow.set_registry_uri(url)
    client = MlflowClient()
    experiment_id = mlflow.set_experiment("Höfe").experiment_id
    client.set_experiment_tag(experiment_id, "site", "north")
    run_id, model_id = seed_training_run(client, example)
    deleted_run_id = seed_odd_runs(client, experiment_id)
    seed_logged_models(client, experiment_id)
    seed_registry(client, run_id)
    seed_prompt()
    gone = client.create_experiment("closed barn")
    client.create_run(gone, run_name="last")
    client.delete_experiment(gone)
    return Seeded(experiment_id, run_id, deleted_run_id, model_id)


def seed_training_run(client: MlflowClient, example: Example) -> tuple[str, str]:
    """A run with everything, and version 1 of the model from it; version 2 is an older style, from run artifacts."""
    with mlflow.start_run(run_name="train", tags={"site": "north"}) as run:
        run_id = run.info.run_id
        mlflow.log_params({"max_iter": 200, "rate": 1e-07, "text": "ü\n"})
        mlflow.log_input(mlflow.data.from_pandas(pandas.DataFrame({"x": [1.5, 2.5]}), name="flock"), context="training")
        client.log_batch(run_id, metrics=[Metric("loss", 1 / (i + 1), 1_700_000_000_000 + i, i) for i in range(500)])
        for step, value in enumerate((math.nan, math.inf, -math.inf, 0.25)):
            client.log_metric(run_id, "odd/value", value, timestamp=1_700_000_000_000 + step, step=step)
        client.log_metric(run_id, "unknown", math.nan, timestamp=1, step=0)
        mlflow.log_text("zwölf", "notes/with space/ü 100%.txt")
        mlflow.log_dict({"a": [1]}, "notes/config.json")
        info = mlflow.sklearn.log_model(
            example.model,
            name="classifier",
            registered_model_name=MODEL,
            signature=infer_signature(example.inputs, example.predictions),
            input_example=example.inputs.head(1),
            pip_requirements=REQUIREMENTS,
        )
        with tempfile.TemporaryDirectory() as folder:
            mlflow.sklearn.save_model(example.model, str(Path(folder) / "model"), pip_requirements=REQUIREMENTS)
            mlflow.log_artifacts(str(Path(folder) / "model"), "model")
        mlflow.register_model(f"runs:/{run_id}/model", MODEL, tags={"style": "run artifacts"})
        with mlflow.start_run(nested=True, run_name="child"):
            mlflow.log_metric("loss", 0.5)
    return run_id, info.model_id


def seed_odd_runs(client: MlflowClient, experiment_id: str) -> str:
    failed = client.create_run(experiment_id, run_name="failed", tags={"mlflow.note.content": "# why"})
    client.set_terminated(failed.info.run_id, "FAILED")
    client.create_run(experiment_id, run_name="still running", start_time=0)
    deleted = client.create_run(experiment_id, run_name="deleted").info.run_id
    client.log_metric(deleted, "loss", 3)
    client.delete_run(deleted)
    return deleted


def seed_logged_models(client: MlflowClient, experiment_id: str) -> None:
    run_id = client.create_run(experiment_id, run_name="evaluate").info.run_id
    model = client.create_logged_model(experiment_id, name="external", params={"k": "v"}, tags={"t": "ü"})
    client.finalize_logged_model(model.model_id, "READY")
    client.log_metric(run_id, "score", 0.75, step=2, model_id=model.model_id, dataset_name="barn", dataset_digest="d1")
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, step=3)])
    client.create_logged_model(experiment_id, name="pending", source_run_id=run_id)
    client.delete_logged_model(client.create_logged_model(experiment_id, name="deleted").model_id)


def seed_registry(client: MlflowClient, run_id: str) -> None:
    """Versions 1 Production, 2 Staging, 3 deleted, 4 Archived; a copy; a model that was renamed; an empty one."""
    client.update_registered_model(MODEL, description="counts\nlayers")
    client.set_registered_model_tag(MODEL, "team", "vision")
    for _ in range(2):
        client.create_model_version(MODEL, "s3://bucket/path", run_id=run_id, description="remote")
    client.transition_model_version_stage(MODEL, "4", "Production")
    client.transition_model_version_stage(MODEL, "1", "Production", archive_existing_versions=True)
    client.transition_model_version_stage(MODEL, "2", "Staging")
    client.update_model_version(MODEL, "1", description="first")
    client.set_model_version_tag(MODEL, "1", "checked", "yes")
    client.set_registered_model_alias(MODEL, "champion", "1")
    client.set_registered_model_alias(MODEL, "Candidate-2", "2")
    client.delete_model_version(MODEL, "3")
    client.copy_model_version(f"models:/{MODEL}/1", COPY)
    client.create_registered_model("before", tags={"kept": "yes"})
    client.create_model_version("before", "s3://bucket/before", tags={"kept": "yes"})
    client.rename_registered_model("before", "after")
    client.create_registered_model("empty", description="no versions yet")


def seed_prompt() -> None:
    mlflow.genai.register_prompt(PROMPT, "Summarize {{flock}}", commit_message="first", tags={"author": "ada"})
    mlflow.genai.register_prompt(PROMPT, "Summarize {{flock}} in {{n}} words", commit_message="second")
    mlflow.genai.set_prompt_alias(PROMPT, "production", 1)


def add_more(url: str, seeded: Seeded, example: Example) -> dict[str, str]:
    """Works on what `seed` left, as another team would after a move; answers the version numbers that were given."""
    mlflow.set_tracking_uri(url)
    mlflow.set_registry_uri(url)
    client = MlflowClient()
    mlflow.set_experiment(experiment_id=seeded.experiment_id)
    with mlflow.start_run(run_name="later") as run:
        mlflow.log_metric("loss", 0.01, step=1)
        info = mlflow.sklearn.log_model(
            example.model, name="classifier", registered_model_name=MODEL, pip_requirements=REQUIREMENTS
        )
    client.log_metric(seeded.run_id, "loss", 0.001, timestamp=1_800_000_000_000, step=500)
    client.log_text(seeded.run_id, "later", "notes/later.txt")
    client.set_tag(seeded.run_id, "site", "south")
    client.restore_run(seeded.deleted_run_id)
    client.set_registered_model_alias(MODEL, "champion", "2")
    client.transition_model_version_stage(MODEL, "2", "Production", archive_existing_versions=True)
    client.set_registered_model_tag(MODEL, "team", "sensors")
    client.delete_registered_model_alias(MODEL, "Candidate-2")
    copied = client.copy_model_version(f"models:/{MODEL}/1", COPY)
    new = client.create_model_version("after", f"models:/{info.model_id}", run_id=run.info.run_id, model_id=info.model_id)
    prompt = mlflow.genai.register_prompt(PROMPT, "Third {{flock}}")
    mlflow.genai.set_prompt_alias(PROMPT, "production", prompt.version)
    return {
        MODEL: str(info.registered_model_version),
        COPY: str(copied.version),
        "after": str(new.version),
        PROMPT: str(prompt.version),
    }
