"""Two answers, part by part."""

import json
from dataclasses import dataclass
from typing import Any

MISSING = "(missing)"


@dataclass(frozen=True)
class Deviation:
    """A part of the answer that is not the same: `order` alone, or the value."""

    at: str
    mlflow: Any
    here: Any
    order_only: bool = False

    def __str__(self) -> str:
        kind = "order of " if self.order_only else ""
        return f"  {kind}{self.at or '(whole)'}\n    MLflow: {short(self.mlflow)}\n    here:   {short(self.here)}"


def compare(mlflow: Any, here: Any, at: str = "") -> list[Deviation]:
    """Every deviation. Numbers are compared as numbers; a text is never a number, true is never 1."""
    if isinstance(mlflow, dict) and isinstance(here, dict):
        return [
            deviation
            for key in dict.fromkeys([*mlflow, *here])
            for deviation in compare(mlflow.get(key, MISSING), here.get(key, MISSING), f"{at}.{key}" if at else key)
        ]
    if isinstance(mlflow, list) and isinstance(here, list):
        if (
            len(mlflow) == len(here)
            and mlflow != here
            and all(isinstance(one, dict) for one in mlflow)
            and sorted(map(canonical, mlflow)) == sorted(map(canonical, here))
        ):
            return [Deviation(at, mlflow, here, order_only=True)]
        if len(mlflow) == len(here):
            return [d for n, (m, h) in enumerate(zip(mlflow, here, strict=True)) for d in compare(m, h, f"{at}[{n}]")]
    if kind(mlflow) == kind(here) and mlflow == here:
        return []
    return [Deviation(at, mlflow, here)]


def kind(value: Any) -> str:
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


def canonical(value: Any) -> str:
    """Equal texts for equal values: 1 and 1.0 are one number."""
    return json.dumps(
        json.loads(
            json.dumps(value), parse_float=lambda text: int(float(text)) if float(text).is_integer() else float(text)
        ),
        sort_keys=True,
    )


def short(value: Any, limit: int = 700) -> str:
    text = value if value is MISSING else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else text[:limit] + "…"
