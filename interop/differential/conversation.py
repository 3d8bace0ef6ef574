"""One server's side of a case: requests sent one after another, and what came back."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from differential.case import Step, fill

TIMEOUT_SECONDS = 60
COMPARED_HEADERS = ("Content-Disposition", "X-Content-Type-Options")


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: Any
    """Decoded JSON; the text itself when it is none."""
    began_ms: int
    ended_ms: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Those of COMPARED_HEADERS that came."""


@dataclass
class Conversation:
    """What was said so far: the values saved for later steps, and the answers. `fork` continues a world."""

    saved: dict[str, str] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    def fork(self) -> "Conversation":
        return Conversation(dict(self.saved), list(self.answers))


class Peer:
    """A server with one kept-alive connection."""

    def __init__(self, kind: str, url: str) -> None:
        self.kind = kind
        self.netloc = urlsplit(url).netloc
        self._connection: http.client.HTTPConnection | None = None

    def say(self, conversation: Conversation, step: Step) -> Answer:
        """Sends a step in a millisecond of its own, so that a time in an answer tells which step made it."""
        url, body, headers = encode(step, conversation.saved)
        began_ms = next_millisecond()
        status, came, data = self._send(step.method, url, body, headers)
        ended_ms = time.time_ns() // 1_000_000
        kept = {name: came[name] for name in COMPARED_HEADERS if name in came}
        answer = Answer(status, came.get("Content-Type", ""), decode(data), began_ms, ended_ms, kept)
        conversation.answers.append(answer)
        for name, path in step.save.items():
            found = look_up(answer.body, path)
            if found is not None:
                conversation.saved[name] = str(found)
        return answer

    def _send(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]):
        for attempt in (1, 2):
            if self._connection is None:
                self._connection = http.client.HTTPConnection(self.netloc, timeout=TIMEOUT_SECONDS)
            try:
                self._connection.request(method, url, body=body, headers=dict(headers))
                response = self._connection.getresponse()
                return response.status, response.headers, response.read()
            except (http.client.RemoteDisconnected, ConnectionError):
                # A server may close an idle connection at any time.
                self.close()
                if attempt == 2:
                    raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def encode(step: Step, saved: Mapping[str, str]) -> tuple[str, bytes | None, dict[str, str]]:
    """The URL, body and headers of a step."""
    url = quote(fill(step.url_path, saved), safe="/%@:$,;=+()!*'~")
    if step.query is not None:
        query = fill(step.query, saved)
        url += "?" + (query if isinstance(query, str) else urlencode(query, doseq=True))
    headers = dict(step.headers)
    if step.raw is not None:
        text = fill(step.raw, saved)
        return url, text if isinstance(text, bytes) else text.encode("utf-8"), headers
    if step.body is None:
        return url, None, headers
    headers.setdefault("Content-Type", "application/json")
    return url, json.dumps(fill(step.body, saved)).encode(), headers


def decode(data: bytes) -> Any:
    try:
        return json.loads(data, parse_constant=lambda name: f"(a bare {name})", object_pairs_hook=members)
    except ValueError:
        return data.decode("utf-8", "replace")


def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. A key that comes twice must not hide its first value."""
    found = dict(pairs)
    if len(found) != len(pairs):
        found["(keys)"] = [key for key, _ in pairs]
    return found


def look_up(value: Any, path: str) -> Any:
    """What stands at `run.info.run_id` or `runs.0.info`; None when nothing does."""
    for part in path.split("."):
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def next_millisecond() -> int:
    """Waits for the clock, which both servers read in milliseconds, to show another time."""
    now = time.time_ns() // 1_000_000
    while (later := time.time_ns() // 1_000_000) <= now:
        time.sleep(0.0003)
    return later
