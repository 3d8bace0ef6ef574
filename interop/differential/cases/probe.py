"""Every parameter of every call with values of every type, missing, empty and null: what is refused, and how."""

from dataclasses import dataclass
from typing import Any

from differential.case import Case, Step, case, get, post

TEXTS = [None, "", 5, 1.5, True, {}, [], ["a"]]
INTEGERS = [None, "", "7", "x", 7.0, 1.5, "1.0", True, {}, [], 2**53 + 1, str(2**53 + 1), 2**63 - 1, 2**63, -1, 0]
SMALL_INTEGERS = [None, "", "7", "x", 7.0, 1.5, True, {}, 2**31 - 1, 2**31, -1, 0]
DOUBLES = [None, "", "1.5", "x", "NaN", "Infinity", "-Infinity", 1, 1e308, True, {}, []]
LISTS = [None, "", "x", 5, {}, [], [None], [5], ["x"], [[]]]
MESSAGES = [None, "", "x", 5, {}, [], [None], [5], ["x"], [{}], [[]]]
ENUMS = [None, "", "nonsense", 1, 2, 99, -1, "1", True, {}, [], 1.0]
FLAGS = [None, True, False, 1, 0, "", "yes", {}, []]


@dataclass(frozen=True)
class Probe:
    """A call that succeeds with `base`, and the values to try for each of its parameters."""

    id: str
    method: str
    path: str
    base: dict[str, Any]
    values: dict[str, list[Any]]
    setup: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()
    keep: str | None = None
    """A parameter that is never left out: without it a search would see what other cases made."""


def probe_case(probe: Probe) -> Case:
    """One case for a call: every value of every parameter, each parameter left out, all left out, and unknown ones."""
    bodies = []
    for name, values in probe.values.items():
        bodies += [probe.base | {name: value} for value in values]
        if name != probe.keep:
            bodies.append({key: value for key, value in probe.base.items() if key != name})
    bodies += [{} if probe.keep is None else probe.base, probe.base | {"no_such_parameter": {"a": [1]}}, probe.base]
    key = "query" if probe.method == "GET" else "body"
    steps = [Step(probe.method, probe.path, **{key: numbered(body, at)}) for at, body in enumerate(bodies)]
    return case(f"probe-{probe.id}", *probe.setup, *steps, *probe.after)


def numbered(body: dict[str, Any], at: int) -> dict[str, Any]:
    """The body with `#` replaced, for calls that may be made once for each name."""
    return {key: value.replace("#", str(at)) if isinstance(value, str) else value for key, value in body.items()}


def model(name: str) -> tuple[Step, ...]:
    return (
        post("registered-models/create", {"name": name}),
        post("model-versions/create", {"name": name, "source": "s3://bucket/a"}),
        post("model-versions/create", {"name": name, "source": "s3://bucket/b"}),
        post("registered-models/alias", {"name": name, "alias": "champion", "version": "1"}),
    )


def run(name: str) -> tuple[Step, ...]:
    return (
        post("experiments/create", {"name": name}, experiment="experiment_id"),
        post(
            "runs/create", {"experiment_id": "<<experiment>>", "start_time": 1_700_000_000_000}, run="run.info.run_id"
        ),
    )


def logged(name: str) -> tuple[Step, ...]:
    return (
        *run(name),
        post(
            "logged-models",
            {"experiment_id": "<<experiment>>", "name": "net", "source_run_id": "<<run>>"},
            model="model.info.model_id",
        ),
    )


GET_RUN = (get("runs/get", {"run_id": "<<run>>"}),)
NAME = {"name": TEXTS}
VERSION = {"version": [*TEXTS, "x", "9", "1.0"]}
RUN_ID = {"run_id": [*TEXTS, "bad id!", "0" * 32]}
EXPERIMENT_ID = {"experiment_id": [None, "", 5, True, {}, [], "999999", "x", "1.5", "-1"]}
