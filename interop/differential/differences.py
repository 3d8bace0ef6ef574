"""The differences that are meant, with what of an answer each may explain.

They stand in server/test/support/mlflow-differences.ts, from which the page for users is made. An entry's `matches`
are conditions that must all hold: `rpc` (names), `engine`, `request`, `mlflow` and `here` (regular expressions over the
JSON of the request and over `STATUS CODE MESSAGE` of the answers), `at` (over the place of a deviation; without it,
all), `order`.
"""

import json
import re
from typing import Any

from differential.case import Step
from differential.comparison import Deviation
from differential.conversation import Answer
from differential.tables import read_tables, rpc_name


class Differences:
    """Which deviations are meant, and which entries were needed."""

    def __init__(self) -> None:
        self._entries = [entry for entry in read_tables()["differences"] if entry.get("matches")]
        self.used: set[str] = set()

    def unexplained(
        self, engine: str, step: Step, answers: tuple[Answer, Answer], deviations: list[Deviation]
    ) -> list[Deviation]:
        left = []
        for deviation in deviations:
            names = {
                entry["id"]
                for entry in self._entries
                for m in entry["matches"]
                if fits(m, engine, step, answers, deviation)
            }
            self.used |= names
            if not names:
                left.append(deviation)
        return left

    def unused(self) -> list[str]:
        return sorted({entry["id"] for entry in self._entries} - self.used)


def fits(match: dict[str, Any], engine: str, step: Step, answers: tuple[Answer, Answer], deviation: Deviation) -> bool:
    mlflow, here = answers
    request = json.dumps([step.path, step.query, step.body, as_text(step.raw)], ensure_ascii=False)
    return (
        rpc_name(step.method, step.url_path) in match.get("rpc", [rpc_name(step.method, step.url_path)])
        and match.get("engine", engine) == engine
        and found(match.get("request"), request)
        and found(match.get("mlflow"), summary(mlflow))
        and found(match.get("here"), summary(here))
        and found(match.get("at"), deviation.at)
        and match.get("order", False) == deviation.order_only
    )


def found(pattern: str | None, text: str) -> bool:
    return pattern is None or re.search(pattern, text, re.DOTALL) is not None


def summary(answer: Answer) -> str:
    """`400 INVALID_PARAMETER_VALUE the sentence`; `200` of a success."""
    body = answer.body if isinstance(answer.body, dict) else {}
    return f"{answer.status} {body.get('error_code', '')} {body.get('message', '')}".strip()


def as_text(raw: str | bytes | None) -> str | None:
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
