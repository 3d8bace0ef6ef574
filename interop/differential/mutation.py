"""An answer with one thing changed: what the comparison must notice wherever it happens."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from differential.comparison import compare
from differential.differences import Differences, Plain
from differential.runner import Compared

LEAVES = 12
"""How many members, and lists, of one answer are changed; those of a longer one are drawn, by the answer itself."""


def mutants(answer: Plain) -> Iterator[tuple[str, Plain]]:
    """The answer with another status, type, header, code, sentence, value, order or token, or with a member more or less."""
    yield "status", answer | {"status": 200 if answer["status"] >= 400 else 400}
    yield "another failure", answer | {"status": 418}
    yield "content type", answer | {"content_type": "text/x-other"}
    yield "header", answer | {"headers": answer["headers"] | {"Content-Disposition": "attachment; filename=other"}}
    body = answer["body"]
    if not isinstance(body, dict):
        yield "text", answer | {"body": f"{body}x"}
        return
    yield "a member more", answer | {"body": body | {"one_more": 1}}
    drawn = random.Random(json.dumps(body))
    for place in some(drawn, list(leaves(body))):
        yield f"value of {show(place)}", answer | {"body": changed(body, place, other)}
        yield f"{show(place)} missing", answer | {"body": changed(body, place, None)}
    for place in some(drawn, list(lists(body))):
        yield f"order of {show(place)}", answer | {"body": changed(body, place, lambda items: items[::-1])}
        yield f"one more in {show(place)}", answer | {"body": changed(body, place, lambda items: [*items, items[0]])}
        yield f"one less in {show(place)}", answer | {"body": changed(body, place, lambda items: items[:-1])}


def unnoticed(engine: str, step: Compared, differences: Differences) -> list[str]:
    """The changes of our answer that the comparison would let pass."""
    mlflow, here = step.answers
    meant = compare(mlflow, here)
    found = []
    for name, mutant in mutants(here):
        deviations = compare(mlflow, mutant)
        # A change may happen to bring what MLflow says, and then only leaves less that differs.
        if all(deviation in meant for deviation in deviations):
            continue
        if not differences.unexplained(engine, step.step, (mlflow, mutant), deviations):
            found.append(name)
    return found


def some(drawn: random.Random, places: list) -> list:
    return drawn.sample(places, LEAVES) if len(places) > LEAVES else places


Place = tuple[str | int, ...]


def leaves(value: Any, at: Place = ()) -> Iterator[Place]:
    for key, item in children(value):
        if isinstance(item, (dict, list)) and item:
            yield from leaves(item, (*at, key))
        else:
            yield (*at, key)


def lists(value: Any, at: Place = ()) -> Iterator[Place]:
    if isinstance(value, list) and value and value[::-1] != value:
        yield at
    for key, item in children(value):
        yield from lists(item, (*at, key))


def children(value: Any):
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return f"{value}x" if isinstance(value, str) else "other"


def changed(body: Any, place: Place, change) -> Any:
    """A copy in which `change` was made at the place; without it, the place is left out."""
    copied = copy.deepcopy(body)
    inner = copied
    for key in place[:-1]:
        inner = inner[key]
    if change is None:
        del inner[place[-1]]
    else:
        inner[place[-1]] = change(inner[place[-1]])
    return copied


def show(place: Place) -> str:
    return ".".join(map(str, place))
