"""Holds the same conversation with both servers and says where the answers part."""

import json
from dataclasses import dataclass, field

from differential.case import Case, Step
from differential.comparison import compare
from differential.conversation import Answer, Conversation, Peer
from differential.differences import Differences, Plain, as_text, request_text
from differential.plain_form import PlainForm


@dataclass(frozen=True)
class Compared:
    """A step that both servers answered; the answers in plain form."""

    step: Step
    answers: tuple[Plain, Plain]
    different: bool


@dataclass
class Pair:
    """MLflow and the registry on databases of one engine, and the worlds that they have in common."""

    engine: str
    mlflow: Peer
    here: Peer
    differences: Differences
    worlds: dict[str, tuple[Conversation, Conversation]] = field(default_factory=dict)
    compared: list[Compared] = field(default_factory=list)


def run_case(pair: Pair, case: Case) -> list[str]:
    """A report of every step whose answers differ without being meant to; empty when there is none."""
    reports: list[str] = []
    if case.world is None:
        sides = (Conversation(), Conversation())
    else:
        if case.world.id not in pair.worlds:
            made = (Conversation(), Conversation())
            reports += converse(pair, case.world, made)
            pair.worlds[case.world.id] = made
        sides = tuple(side.fork() for side in pair.worlds[case.world.id])
    return reports + converse(pair, case, sides)


def converse(pair: Pair, case: Case, sides: tuple[Conversation, Conversation]) -> list[str]:
    before = len(sides[0].answers)
    reports = []
    done: list[Step] = []
    for step in case.steps:
        try:
            pair.mlflow.say(sides[0], step)
            pair.here.say(sides[1], step)
        except KeyError as missing:
            reports.append(f"{case.id} ({pair.engine}) stopped before {describe(step)}: {missing} was not saved")
            break
        done.append(step)
    said = "\n".join(request_text(step) for step in ((*case.world.steps, *done) if case.world else done))
    forms = tuple(PlainForm(side, said) for side in sides)
    for mlflow, here in zip(sides[0].answers[:before], sides[1].answers[:before], strict=True):
        forms[0].next_answer(mlflow.body)
        forms[1].next_answer(here.body)
    for number, step in enumerate(done):
        answers = (sides[0].answers[before + number], sides[1].answers[before + number])
        plains = tuple(plain(form, answer) for form, answer in zip(forms, answers, strict=True))
        deviations = compare(*plains)
        left = pair.differences.unexplained(pair.engine, step, plains, deviations)
        pair.compared.append(Compared(step, plains, different=bool(deviations)))
        if left:
            title = f"{case.id} ({pair.engine}), step {number + 1}: {describe(step)}"
            reports.append("\n".join([title, *map(str, left)]))
    return reports


def plain(form: PlainForm, answer: Answer) -> dict:
    content_type = answer.content_type.split(";", 1)[0].lower()
    return {
        "status": answer.status,
        "content_type": content_type,
        "headers": dict(answer.headers),
        "body": form.next_answer(answer.body),
    }


def describe(step: Step) -> str:
    parts = [
        json.dumps(part, ensure_ascii=False) for part in (step.query, step.body, as_text(step.raw)) if part is not None
    ]
    text = " ".join([step.method, step.path, *parts])
    return text if len(text) <= 600 else text[:600] + "…"
