"""The differences that are meant, with what of an answer each may explain.

They stand in server/test/support/mlflow-differences, from which the page for users is made. A match is narrow by law
(`law_problems`), and every one of them must be needed, for each of its calls and engines (`unused`): what it would
let pass beyond that is what a changed answer is caught by (tests/test_differential_itself.py).
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from differential.case import Step
from differential.comparison import Deviation
from differential.tables import read_rpcs, read_tables, rpc_name

ENGINES = ("sqlite", "postgres")
CLASSES = {
    "INVALID_PARAMETER_VALUE": ("KAM00", "INVALID_PARAMETER_VALUE"),
    "RESOURCE_ALREADY_EXISTS": ("KAM00", "RESOURCE_ALREADY_EXISTS"),
    "RESOURCE_DOES_NOT_EXIST": ("KAM00", "RESOURCE_NOT_FOUND"),
}
HEADERS = {"X-Content-Type-Options": "nosniff"}
MLFLOW_SIDE = re.compile(r"200|405|500|400 (PAGE|[A-Z_]+ .{5}.*)|(404|500) [A-Z_]+ .{5}.*", re.DOTALL)
OUR_SIDE = re.compile(r"200|4\d\d [A-Z_]+ .{10}.*", re.DOTALL)

Plain = dict[str, Any]
Use = tuple[str, int, str, str]
"""Entry, number of its match, call, engine."""


class Differences:
    """Which deviations are meant, and which matches were needed."""

    def __init__(self) -> None:
        self.entries = read_tables()["differences"]
        self.used: set[Use] = set()
        self._by_rpc: dict[str, list[tuple[dict, int, dict]]] = {}
        for entry, number, match in self._matches():
            for rpc in match["rpc"]:
                self._by_rpc.setdefault(rpc, []).append((entry, number, match))

    def unexplained(
        self, engine: str, step: Step, answers: tuple[Plain, Plain], deviations: list[Deviation]
    ) -> list[Deviation]:
        rpc = rpc_name(step.method, step.url_path)
        left = []
        for deviation in deviations:
            uses = {
                (entry["id"], number, rpc, engine)
                for entry, number, match in self._by_rpc.get(rpc, [])
                if fits(match, rpc, engine, step, answers, deviation)
            }
            self.used |= uses
            if not uses:
                left.append(deviation)
        return left

    def unused(self) -> list[str]:
        """Matches that no deviation needed, on each call and engine that they name. An order that is left to
        MLflow's database is another one in the next run: of those, one is enough for an entry."""
        left = []
        for entry, number, match in self._matches():
            name = f"{entry['id']}, match {number}"
            if "sorted" in match:
                if not any(use[0] == entry["id"] for use in self.used):
                    left.append(name)
                continue
            engines = [match["engine"]] if "engine" in match else ENGINES
            wanted = [(rpc, engine) for rpc in match["rpc"] for engine in engines]
            left += [f"{name}: {' on '.join(use)}" for use in wanted if (entry["id"], number, *use) not in self.used]
        return left

    def law_problems(self) -> list[str]:
        return [
            f"{entry['id']}, match {number}: {problem}"
            for entry, number, match in self._matches()
            for problem in problems(match)
        ]

    def _matches(self) -> Iterator[tuple[dict, int, dict]]:
        for entry in self.entries:
            for number, match in enumerate(entry.get("matches", []), 1):
                yield entry, number, match


def problems(match: dict[str, Any]) -> Iterator[str]:
    """What of a match is too wide to say what it lets pass."""
    known = {rpc.name for rpc in read_rpcs() if rpc.implemented}
    if not match["rpc"] or not set(match["rpc"]) <= known:
        yield "it must name the calls"
    if not MLFLOW_SIDE.fullmatch(match["mlflow"]):
        yield "MLflow's side must name status, code and sentence"
    if not OUR_SIDE.fullmatch(match["here"]) or re.search(r"(?<!\\)\.[*+]", match["here"]):
        yield "our side must name status, code and the whole sentence"
    same = match["mlflow"][:3] == match["here"][:3]
    if same != ("at" in match):
        yield "a place is named when the statuses are the same, and only then"
    if match["here"] == "200":
        if same and ("values" in match) == ("sorted" in match):
            yield "of two successes it must name the two values, or the order of ours"
        if not same and "gives" not in match:
            yield "it must name what we answer where MLflow refuses"


def fits(
    match: dict[str, Any],
    rpc: str,
    engine: str,
    step: Step,
    answers: tuple[Plain, Plain],
    deviation: Deviation,
) -> bool:
    mlflow, here = answers
    return (
        rpc in match["rpc"]
        and match.get("engine", engine) == engine
        and ("request" not in match or re.search(match["request"], request_text(step), re.DOTALL) is not None)
        and re.match(match["mlflow"] + ("$" if match["mlflow"].isdigit() else ""), summary(mlflow), re.DOTALL)
        is not None
        and re.fullmatch(match["here"], summary(here), re.DOTALL) is not None
        and ("at" not in match or re.fullmatch(match["at"], deviation.at) is not None)
        and ("sorted" in match) == deviation.order_only
        and is_as_told(match, here, deviation)
    )


def is_as_told(match: dict[str, Any], here: Plain, deviation: Deviation) -> bool:
    """Whether our side is what the entry says, to the last member."""
    if here["status"] >= 400:
        return is_sound_error(here)
    if "sorted" in match:
        keys = [item[match["sorted"]] for item in deviation.here]
        return keys == sorted(keys, key=lambda key: (0, int(key), "") if key.isdigit() else (1, 0, key.encode()))
    if "values" in match:
        values = zip(match["values"], (deviation.mlflow, deviation.here), strict=True)
        return all(re.fullmatch(pattern, compact(value), re.DOTALL) for pattern, value in values)
    is_json = here["content_type"] == "application/json" and here["headers"] == HEADERS
    return is_json and re.fullmatch(match["gives"], compact(here["body"]), re.DOTALL) is not None


def is_sound_error(answer: Plain) -> bool:
    """An error has MLflow's form, to the last member."""
    body = answer["body"]
    if answer["content_type"] != "application/json" or answer["headers"] != HEADERS or not isinstance(body, dict):
        return False
    sqlstate, error_class = CLASSES.get(body.get("error_code"), (None, None))
    wanted = {"error_code": body.get("error_code"), "message": body.get("message")}
    return body == wanted | {"sqlstate": sqlstate, "error_class": error_class}


def summary(answer: Plain) -> str:
    """`400 INVALID_PARAMETER_VALUE the sentence`; `200` of a success, `500` and `400 PAGE` without a code."""
    body = answer["body"] if isinstance(answer["body"], dict) else {}
    if answer["status"] == 400 and "error_code" not in body:  # of the web server, or of FastAPI
        return "400 PAGE"
    return f"{answer['status']} {body.get('error_code', '')} {body.get('message', '')}".strip()


def request_text(step: Step) -> str:
    return json.dumps([step.path, step.query, step.body, as_text(step.raw)], ensure_ascii=False)


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def as_text(raw: str | bytes | None) -> str | None:
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
