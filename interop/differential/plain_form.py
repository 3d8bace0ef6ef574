"""Makes answers of two servers comparable: what must differ (ids, times, invented names) gets a name by its place in
the conversation, everything else stays as it is."""

import base64
import json
import re
from typing import Any

from differential.conversation import Conversation

RUN_ID = re.compile(r"(?<![0-9a-zA-Z_-])[0-9a-f]{32}(?![0-9a-zA-Z_-])")
MODEL_ID = re.compile(r"(?<![0-9a-zA-Z_])m-[0-9a-f]{32}(?![0-9a-zA-Z_-])")
UUID = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-zA-Z])")
INVENTED_NAME = re.compile(r"^[a-z]+-[a-z]+-\d{1,4}$")
EXPERIMENT_IN_TEXT = re.compile(
    r"(mlflow-artifacts:/|[Ee]xperiment with id=|The experiment |ID |id=|experiment_id=|: '(?=\d+/))(\d+)\b"
)
PYTHON_SET = re.compile(r"\{('[^'{}]*'(?:, '[^'{}]*')*)\}")
EXPERIMENT_KEYS = ("experiment_id", "experiment_ids")
DAY_MS = 86_400_000


class PlainForm:
    """Names the ids and times of one conversation by the step in which they first came up."""

    def __init__(self, conversation: Conversation, said: str = "") -> None:
        """`said`: the requests before their references were filled in. What a request spelled out keeps its name."""
        self._said = said
        self._windows = [(answer.began_ms, answer.ended_ms) for answer in conversation.answers]
        self._names: dict[str, dict[str, str]] = {
            "run": {},
            "model": {},
            "experiment": {},
            "invented": {},
            "webhook": {},
        }
        self._step = 0
        self._new_in_step = 0

    def next_answer(self, body: Any) -> Any:
        """The next answer of the conversation."""
        self._step += 1
        self._new_in_step = 0
        return self.of(body)

    def of(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self.of(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self.of(item, key) for item in value]
        if isinstance(value, str):
            return self._text(value, key)
        if isinstance(value, int) and not isinstance(value, bool):
            return self._time(value)
        return value

    def _text(self, text: str, key: str) -> Any:
        if key == "next_page_token" and text:
            return self._token(text)
        if key in EXPERIMENT_KEYS and text.isdigit() and text != "0":
            return self._name("experiment", text)
        if key in ("run_name", "value", "name") and INVENTED_NAME.match(text):
            return self._name("invented", text)
        text = MODEL_ID.sub(lambda match: self._name("model", match[0]), text)
        text = UUID.sub(lambda match: self._name("webhook", match[0]), text)
        text = RUN_ID.sub(lambda match: self._name("run", match[0]), text)
        text = EXPERIMENT_IN_TEXT.sub(self._known_experiment, text)
        return PYTHON_SET.sub(lambda match: "{" + ", ".join(sorted(match[1].split(", "))) + "}", text)

    def _known_experiment(self, match: re.Match) -> str:
        return match[1] + self._names["experiment"].get(match[2], match[2])

    def _token(self, text: str) -> Any:
        try:
            token = json.loads(base64.b64decode(text))
        except ValueError:
            return text
        # An offset has no ids in it: the texts must be the same to the letter.
        return text if isinstance(token, dict) and set(token) == {"offset"} else {"token": self.of(token)}

    def _name(self, kind: str, text: str) -> str:
        if kind != "experiment" and text in self._said:
            return text
        known = self._names[kind]
        if text not in known:
            self._new_in_step += 1
            known[text] = f"[{kind} {self._step}.{self._new_in_step}]"
        return known[text]

    def _time(self, value: int) -> Any:
        if not self._windows or abs(value - self._windows[-1][1]) > DAY_MS:
            return value
        for number, (began, ended) in enumerate(self._windows):
            if began <= value <= ended:
                return f"[time of step {number + 1}]"
        return "[another time]"
