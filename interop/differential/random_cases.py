"""Seeded conversations over everything that lives: the same seed makes the same steps."""

import random

from differential.case import Case, Step, delete, get, patch, post

LENGTH = 25
STAGES = ("None", "Staging", "Production", "Archived", "staging", "nonsense")
KEYS = ("alpha", "beta", "gamma")
START = 1_700_000_000_000


class Generator:
    """Keeps what exists, so that most calls make sense. Names that models had before are
    not used again: numbering goes on here."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self.made = 0
        self.models: dict[str, dict[int, set[str]]] = {}
        self.versions: dict[str, int] = {}
        self.runs: list[str] = []
        self.logged: list[str] = []
        self.steps: list[Step] = [post("experiments/create", {"name": f"random-{seed}"}, experiment="experiment_id")]

    def case(self) -> Case:
        self.create_model(), self.create_run(), self.create_version()
        actions = [
            self.create_model,
            self.create_version,
            self.create_version,
            self.create_run,
            self.create_logged_model,
            self.transition,
            self.transition,
            self.set_alias,
            self.set_alias,
            self.delete_alias,
            self.tag_model,
            self.tag_version,
            self.delete_version,
            self.rename,
            self.update,
            self.log,
            self.log,
            self.log,
            self.update_run,
            self.toggle_run,
            self.tag_logged,
            self.search_runs,
            self.search_models,
            self.search_versions,
            self.read,
            self.read,
        ]
        while len(self.steps) < LENGTH:
            self.random.choice(actions)()
        self.read_all()
        return Case(f"random-{self.seed}", tuple(self.steps))

    def add(self, *steps: Step) -> None:
        self.steps.extend(steps)

    def model(self) -> str:
        return self.random.choice(
            [*self.models, f"nobody-{self.seed}"] if self.random.random() < 0.1 else list(self.models)
        )

    def version(self, name: str) -> int:
        return self.random.randint(1, max(1, self.versions.get(name, 0)))

    def create_model(self) -> None:
        self.made += 1
        name = f"random-{self.seed}-{self.made}"
        self.models[name], self.versions[name] = {}, 0
        self.add(
            post(
                "registered-models/create",
                {"name": name, "tags": [{"key": k, "value": "1"} for k in self.random.sample(KEYS, 1)]},
            )
        )

    def create_version(self) -> None:
        name = self.model()
        more = {"run_id": f"<<{self.random.choice(self.runs)}>>"} if self.runs and self.random.random() < 0.5 else {}
        self.add(post("model-versions/create", {"name": name, "source": "s3://bucket/m"} | more))
        if name in self.models:
            self.versions[name] += 1
            self.models[name][self.versions[name]] = set()

    def transition(self) -> None:
        name = self.model()
        stage = self.random.choice(STAGES)
        archive = stage in ("Staging", "Production") and self.random.random() < 0.5
        self.add(
            post(
                "model-versions/transition-stage",
                {
                    "name": name,
                    "version": str(self.version(name)),
                    "stage": stage,
                    "archive_existing_versions": archive,
                },
            )
        )

    def set_alias(self) -> None:
        name, alias = self.model(), self.random.choice(KEYS)
        number = self.version(name)
        self.add(post("registered-models/alias", {"name": name, "alias": alias, "version": str(number)}))
        versions = self.models.get(name, {})
        if number in versions:
            for aliases in versions.values():
                aliases.discard(alias)
            versions[number].add(alias)

    def delete_alias(self) -> None:
        name, alias = self.model(), self.random.choice(KEYS)
        for aliases in self.models.get(name, {}).values():
            aliases.discard(alias)
        self.add(
            delete("registered-models/alias", {"name": name, "alias": alias}),
            get("registered-models/alias", {"name": name, "alias": alias}),
        )

    def tag_model(self) -> None:
        body = {"name": self.model(), "key": self.random.choice(KEYS)}
        self.add(
            post("registered-models/set-tag", body | {"value": "x"})
            if self.random.random() < 0.6
            else delete("registered-models/delete-tag", body)
        )

    def tag_version(self) -> None:
        name = self.model()
        body = {"name": name, "version": str(self.version(name)), "key": self.random.choice(KEYS)}
        self.add(
            post("model-versions/set-tag", body | {"value": "x"})
            if self.random.random() < 0.6
            else delete("model-versions/delete-tag", body)
        )

    def delete_version(self) -> None:
        name = self.model()
        number = self.version(name)
        self.models.get(name, {}).pop(number, None)
        self.add(delete("model-versions/delete", {"name": name, "version": str(number)}))

    def rename(self) -> None:
        name = self.model()
        self.made += 1
        new = f"random-{self.seed}-{self.made}"
        self.add(post("registered-models/rename", {"name": name, "new_name": new}))
        if name in self.models:
            self.models[new], self.versions[new] = self.models.pop(name), self.versions.pop(name)

    def update(self) -> None:
        name = self.model()
        text = {"description": self.random.choice(("d", "", "e"))} if self.random.random() < 0.7 else {}
        self.add(
            patch("registered-models/update", {"name": name} | text),
            patch("model-versions/update", {"name": name, "version": str(self.version(name))} | text),
        )

    def create_run(self) -> None:
        ref = f"run{len(self.runs)}"
        at = START + len(self.runs)
        self.runs.append(ref)
        self.add(
            post(
                "runs/create",
                {"experiment_id": "<<experiment>>", "start_time": at, "run_name": ref},
                **{ref: "run.info.run_id"},
            )
        )

    def run(self) -> dict:
        return {"run_id": f"<<{self.random.choice(self.runs)}>>"}

    def log(self) -> None:
        value = self.random.choice((0.5, 1, -2, "NaN", "Infinity", 1e10))
        metric = {
            "key": self.random.choice(KEYS),
            "value": value,
            "timestamp": self.random.randint(1, 3),
            "step": self.random.randint(0, 2),
        }
        if self.logged and self.random.random() < 0.3:
            metric["model_id"] = f"<<{self.random.choice(self.logged)}>>"
        run = self.run()
        self.add(
            self.random.choice(
                (
                    post("runs/log-metric", run | metric),
                    post(
                        "runs/log-parameter", run | {"key": self.random.choice(KEYS), "value": self.random.choice("12")}
                    ),
                    post(
                        "runs/set-tag",
                        run | {"key": self.random.choice((*KEYS, "mlflow.runName")), "value": self.random.choice("ab")},
                    ),
                    post("runs/delete-tag", run | {"key": self.random.choice(KEYS)}),
                    post(
                        "runs/log-batch",
                        run | {"metrics": [metric], "tags": [{"key": self.random.choice(KEYS), "value": "c"}]},
                    ),
                )
            )
        )

    def update_run(self) -> None:
        self.add(
            post(
                "runs/update",
                self.run() | {"status": self.random.choice(("FINISHED", "FAILED", "RUNNING")), "end_time": START + 99},
            )
        )

    def toggle_run(self) -> None:
        self.add(post(self.random.choice(("runs/delete", "runs/restore")), self.run()))

    def create_logged_model(self) -> None:
        ref = f"model{len(self.logged)}"
        self.logged.append(ref)
        self.add(
            post(
                "logged-models",
                {"experiment_id": "<<experiment>>", "name": ref, "source_run_id": self.run()["run_id"]},
                **{ref: "model.info.model_id"},
            )
        )

    def tag_logged(self) -> None:
        if self.logged:
            path = f"logged-models/<<{self.random.choice(self.logged)}>>"
            key = self.random.choice(KEYS)
            self.add(
                self.random.choice(
                    (
                        patch(f"{path}/tags", {"tags": [{"key": key, "value": "x"}]}),
                        delete(f"{path}/tags/{key}"),
                        get(path),
                        patch(path, {"model_id": path.split("/")[1], "status": "LOGGED_MODEL_READY"}),
                    )
                )
            )

    def search_runs(self) -> None:
        key = self.random.choice(KEYS)
        text = self.random.choice(
            (
                f"metrics.{key} > 0",
                f"params.{key} = '1'",
                f"tags.{key} != 'a'",
                "status = 'RUNNING'",
                f"metrics.{key} != 1",
                "",
            )
        )
        order = [self.random.choice((f"metrics.{key} DESC", f"params.{key}", "run_name DESC", f"tags.{key}"))]
        self.add(
            post(
                "runs/search",
                {
                    "experiment_ids": ["<<experiment>>"],
                    "filter": text,
                    "order_by": order,
                    "run_view_type": self.random.choice(("ALL", "ACTIVE_ONLY", "DELETED_ONLY")),
                },
            )
        )

    def search_models(self) -> None:
        order = self.random.choice((["name DESC"], ["timestamp"], []))
        extra = f" AND tags.{self.random.choice(KEYS)} = '1'" if self.random.random() < 0.4 else ""
        self.add(
            get("registered-models/search", {"filter": f"name LIKE 'random-{self.seed}-%'{extra}", "order_by": order})
        )

    def search_versions(self) -> None:
        order = self.random.choice((["name DESC", "version_number"], ["creation_timestamp"], []))
        self.add(get("model-versions/search", {"filter": f"name LIKE 'random-{self.seed}-%'", "order_by": order}))

    def read(self) -> None:
        name = self.model()
        self.add(
            self.random.choice(
                (
                    get("registered-models/get", {"name": name}),
                    get("model-versions/get", {"name": name, "version": str(self.version(name))}),
                    get("runs/get", self.run()),
                    get("metrics/get-history", self.run() | {"metric_key": self.random.choice(KEYS)}),
                    post("registered-models/get-latest-versions", {"name": name}),
                )
            )
        )

    def read_all(self) -> None:
        self.search_models(), self.search_versions()
        self.add(post("runs/search", {"experiment_ids": ["<<experiment>>"], "run_view_type": "ALL"}))
        self.add(post("logged-models/search", {"experiment_ids": ["<<experiment>>"]}))


def random_case(seed: int) -> Case:
    return Generator(seed).case()
