"""The differential suite can fail: whatever changes in an answer is noticed, also where a difference is meant.

Here with answers that are written down; `test_differential.py` does the same to every answer of a full run.
"""

import copy

import pytest

from differential.case import Case, get, post
from differential.cases import ALL_CASES
from differential.comparison import compare
from differential.conversation import Answer
from differential.coverage import unlike_grammar
from differential.differences import Differences, problems
from differential.mutation import mutants, unnoticed
from differential.runner import Compared, Pair, run_case

NOW = 1_800_000_000_000
NOSNIFF = {"X-Content-Type-Options": "nosniff"}
TOKEN = "eyJvZmZzZXQiOiAyfQ=="
RUN = {
    "info": {"run_id": "0" * 31 + "1", "status": "RUNNING", "start_time": 5},
    "data": {
        "metrics": [{"key": "a", "value": 1.0, "timestamp": 1, "step": 0}, {"key": "b", "value": "NaN", "step": 1}],
        "tags": [{"key": "t", "value": "x"}],
    },
}
PAGE = {"runs": [RUN], "next_page_token": TOKEN}
MISSING = {
    "error_code": "RESOURCE_DOES_NOT_EXIST",
    "message": "Run with id=x not found",
    "sqlstate": "KAM00",
    "error_class": "RESOURCE_NOT_FOUND",
}
REFUSED = MISSING | {
    "error_code": "INVALID_PARAMETER_VALUE",
    "message": "'Param value' exceeds the maximum length of 6000 characters",
    "error_class": "INVALID_PARAMETER_VALUE",
}
UNSORTED = copy.deepcopy(PAGE)
UNSORTED["runs"][0]["data"]["metrics"].reverse()

SAME = {
    "a page": (post("runs/search", {"experiment_ids": ["1"]}), (200, PAGE), (200, PAGE)),
    "an error": (get("runs/get", {"run_id": "x"}), (404, MISSING), (404, MISSING)),
}
MEANT = {
    "an order": (post("runs/search", {"experiment_ids": ["1"]}), (200, UNSORTED), (200, PAGE)),
    "a refusal": (post("runs/log-parameter", {"run_id": "x", "key": "p", "value": "long"}), (200, {}), (400, REFUSED)),
}
ALL = SAME | MEANT


class Told:
    """A server that gives the answers that are written down."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)

    def say(self, conversation, step) -> Answer:
        status, body = self.answers.pop(0)
        answer = Answer(status, "application/json", body, NOW, NOW + 1, NOSNIFF)
        conversation.answers.append(answer)
        return answer


def plain(status: int, body: dict) -> dict:
    return {"status": status, "content_type": "application/json", "headers": NOSNIFF, "body": body}


def report(step, mlflow, here) -> list[str]:
    return run_case(Pair("sqlite", Told(mlflow), Told(here), Differences()), Case("told", (step,)))


@pytest.mark.parametrize("name", ALL)
def test_equal_answers_and_those_that_are_meant_to_differ_pass(name):
    assert report(*ALL[name]) == []


CHANGES = {
    "a value": lambda status, body: (status, changed(body, "value")),
    "a missing member": lambda status, body: (status, changed(body, "missing")),
    "an order": lambda status, body: (status, changed(body, "order")),
    "a status": lambda status, body: (status + 1, body),
    "a code": lambda status, body: (status, body | {"error_code": "BAD_REQUEST"}),
    "a sentence": lambda status, body: (status, body | {"message": body.get("message", "") + "."}),
    "an error class": lambda status, body: (status, body | {"error_class": "OTHER"}),
    "a token": lambda status, body: (status, body | {"next_page_token": "eyJvZmZzZXQiOiAzfQ=="}),
    "the spelling of a token": lambda status, body: (status, body | {"next_page_token": "eyJvZmZzZXQiOjJ9"}),
}


def changed(body: dict, what: str) -> dict:
    body = copy.deepcopy(body)
    if "runs" not in body:
        body["message"] = {"value": "other", "order": "", "missing": None}[what]
        return body
    metrics = body["runs"][0]["data"]["metrics"]
    if what == "value":
        metrics[0]["step"] += 7
    elif what == "missing":
        del metrics[0]["step"]
    else:
        # Neither as MLflow has it nor sorted.
        metrics.append({"key": "c", "value": 1.0, "step": 1})
        metrics.reverse()
    return body


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ALL)
def test_a_change_is_noticed(name, change):
    step, mlflow, here = ALL[name]
    assert report(step, mlflow, CHANGES[change](*here)) != []


@pytest.mark.parametrize("name", ALL)
def test_every_mutant_is_noticed(name):
    step, mlflow, here = ALL[name]
    assert len(list(mutants(plain(*here)))) > 10
    assert unnoticed("sqlite", Compared(step, (plain(*mlflow), plain(*here)), True), Differences()) == []


def test_the_same_difference_elsewhere_is_noticed():
    """What is meant for one call, or in one direction, is not meant for another."""
    step, mlflow, here = MEANT["a refusal"]
    assert report(step, here, mlflow) != []
    assert report(post("runs/set-tag", step.body), mlflow, here) != []
    step, mlflow, here = MEANT["an order"]
    assert report(step, here, mlflow) != []


def test_numbers_are_not_texts_and_true_is_not_one():
    assert compare({"a": 1}, {"a": 1.0}) == []
    for other in ("1", True, None, [1]):
        assert compare({"a": 1}, {"a": other}) != []


def test_no_entry_is_wider_than_the_law_allows():
    assert Differences().law_problems() == []


@pytest.mark.parametrize(
    "match",
    [
        {"rpc": [], "mlflow": "200", "here": "400 INVALID_PARAMETER_VALUE it is too long"},
        {"rpc": ["nobody"], "mlflow": "200", "here": "400 INVALID_PARAMETER_VALUE it is too long"},
        {"rpc": ["getRun"], "mlflow": "200", "here": "400"},
        {"rpc": ["getRun"], "mlflow": "200", "here": "400 INVALID_PARAMETER_VALUE .*too long"},
        {"rpc": ["getRun"], "mlflow": "(200|4..)", "here": "400 INVALID_PARAMETER_VALUE it is too long"},
        {"rpc": ["getRun"], "mlflow": "400 BAD_REQUEST it is", "here": "400 INVALID_PARAMETER_VALUE it is too long"},
        {"rpc": ["getRun"], "mlflow": "200", "here": "200", "at": "body"},
        {"rpc": ["getRun"], "mlflow": "404 NOT_FOUND nobody", "here": "200"},
    ],
)
def test_a_match_that_could_hide_something_is_refused(match):
    assert list(problems(match)) != []


def test_every_comparator_and_key_to_sort_by_of_every_grammar_has_a_case():
    assert unlike_grammar(ALL_CASES) == []
