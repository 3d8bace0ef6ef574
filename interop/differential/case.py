"""What is sent: steps, in cases, in worlds.

A text in a step may hold `<<name>>`: what an earlier step of the same server's conversation saved under that name.
Names of experiments and models are fixed texts that contain the case's id: the servers are fresh, so they are unique.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

API = "/api/2.0/mlflow/"
REFERENCE = re.compile(r"<<([\w.-]+)>>")


@dataclass(frozen=True)
class Step:
    """One request. `body` is sent as JSON, `raw` as it stands; `save` maps names to dotted paths into the answer."""

    method: str
    path: str
    body: Any = None
    query: Any = None
    raw: str | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    save: Mapping[str, str] = field(default_factory=dict)

    @property
    def url_path(self) -> str:
        return self.path if self.path.startswith("/") else API + self.path


@dataclass(frozen=True)
class Case:
    """Steps that are compared one by one. With a world, they follow its steps and must not change what it made."""

    id: str
    steps: tuple[Step, ...]
    world: "Case | None" = None


def case(id: str, *steps: Step, world: Case | None = None) -> Case:
    return Case(id, steps, world)


def post(path: str, body: Any = None, **save: str) -> Step:
    return Step("POST", path, body={} if body is None else body, save=save)


def patch(path: str, body: Any = None, **save: str) -> Step:
    return Step("PATCH", path, body={} if body is None else body, save=save)


def delete(path: str, body: Any = None, **save: str) -> Step:
    return Step("DELETE", path, body={} if body is None else body, save=save)


def get(path: str, query: Any = None, **save: str) -> Step:
    return Step("GET", path, query=query, save=save)


def raw(method: str, path: str, text: str | bytes, content_type: str | None = "application/json") -> Step:
    """A body as it stands; `content_type` None sends no such header."""
    return Step(method, path, raw=text, headers={} if content_type is None else {"Content-Type": content_type})


def pages(step: Step, count: int, token_at: str = "next_page_token") -> tuple[Step, ...]:
    """`count` pages of a search, each with the token of the one before. The last page must be the `count`th."""
    key = "body" if step.body is not None else "query"
    given = getattr(step, key) or {}
    made = []
    for number in range(count):
        more = {} if number == 0 else {"page_token": f"<<page{number}>>"}
        save = {} if number == count - 1 else {f"page{number + 1}": token_at}
        made.append(Step(step.method, step.path, save=save, **{key: given | more}))
    return tuple(made)


def fill(value: Any, saved: Mapping[str, str]) -> Any:
    """The value with every `<<name>>` replaced. Raises KeyError for a name that was never saved."""
    if isinstance(value, str):
        return REFERENCE.sub(lambda match: saved[match[1]], value)
    if isinstance(value, bytes):
        return fill(value.decode(), saved).encode()
    if isinstance(value, dict):
        return {fill(key, saved): fill(item, saved) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [fill(item, saved) for item in value]
    return value
