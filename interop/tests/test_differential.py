"""The same requests to a real MLflow 3.17.2 and to this registry, on both engines: their answers must be the same.

What may differ is listed in server/test/support/mlflow-differences.ts. `DIFFERENTIAL_SEED=7` runs that one random
conversation; `-k` with a case's id runs that case.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from differential.case import Case, Step
from differential.cases import ALL_CASES
from differential.catalogue import unsaid
from differential.comparison import compare
from differential.conversation import Conversation, Peer
from differential.coverage import uncovered_rpcs
from differential.differences import Differences, summary
from differential.mutation import unnoticed
from differential.random_cases import random_case
from differential.runner import Compared, Pair, describe, run_case
from differential.tables import read_rpcs
from servers import start_mlflow, start_registry

ENGINES = ("sqlite", "postgres")
SEEDS = [int(os.environ["DIFFERENTIAL_SEED"])] if "DIFFERENTIAL_SEED" in os.environ else list(range(1, 41))
EXAMPLES = 2
"""Of each kind of difference that answers have, so many are changed in every way."""
FINISHED: set[tuple[str, str]] = set()


@pytest.fixture(scope="module")
def pairs(make_place, postgres) -> Iterator[dict[str, Pair]]:
    """A fresh MLflow and a fresh registry for each engine."""
    differences = Differences()

    def start(engine: str, kind: str):
        label = f"differential_{kind}_{engine}"
        database = postgres.create_database(label) if engine == "postgres" else None
        return (start_mlflow if kind == "mlflow" else start_registry)(make_place(label, database))

    wanted = [(engine, kind) for engine in ENGINES for kind in ("mlflow", "here")]
    with ThreadPoolExecutor(len(wanted)) as pool:
        servers = dict(zip(wanted, pool.map(lambda one: start(*one), wanted), strict=True))
    peers = {key: Peer(key[1], server.url) for key, server in servers.items()}
    yield {engine: Pair(engine, peers[engine, "mlflow"], peers[engine, "here"], differences) for engine in ENGINES}
    for peer in peers.values():
        peer.close()
    for server in servers.values():
        server.stop()


@pytest.fixture(scope="module")
def hold(pairs) -> Iterator[Callable[[str, Case], list[str]]]:
    """Runs a case and gives the reports. Both engines begin with it at once, each in a thread of its own."""
    pools = {engine: ThreadPoolExecutor(1) for engine in ENGINES}
    begun: dict[tuple[str, str], Future[list[str]]] = {}

    def run(engine: str, case: Case) -> list[str]:
        for each in ENGINES:
            if (each, case.id) not in begun:
                begun[each, case.id] = pools[each].submit(run_case, pairs[each], case)
        reports = begun[engine, case.id].result()
        FINISHED.add((engine, case.id))
        return reports

    yield run
    for pool in pools.values():
        pool.shutdown(cancel_futures=True)


def told(reports: list[str]) -> str:
    return "\n\n".join(["answers that differ without being meant to", *reports])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: case.id)
def test_the_registry_answers_as_mlflow_does(hold, engine, case):
    reports = hold(engine, case)
    assert not reports, told(reports)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_conversation_goes_as_with_mlflow(hold, engine, seed):
    reports = hold(engine, random_case(seed))
    assert not reports, f"repeat with DIFFERENTIAL_SEED={seed}\n{told(reports)}"


def test_every_call_has_a_case():
    assert uncovered_rpcs(ALL_CASES) == []


def test_absent_calls_are_answered_404_in_json(pairs):
    here = pairs["sqlite"].here
    for rpc in read_rpcs():
        if not rpc.implemented:
            assert absence_problems(here, rpc) == []


def absence_problems(here: Peer, rpc) -> list[str]:
    """An absent call is 404 ENDPOINT_NOT_FOUND, or 501 where MLflow's client knows how to live with that."""
    problems = []
    for method, url in rpc.routes:
        if url == "/":
            continue  # MLflow's web UI; here it leads to the API's pages
        path = "/".join("x" if part.startswith(":") or part == "*" else part for part in url.split("/"))
        answer = here.say(Conversation(), Step(method, path, body={} if method != "GET" else None))
        code = answer.body.get("error_code") if isinstance(answer.body, dict) else None
        if (answer.status, code) not in ((404, "ENDPOINT_NOT_FOUND"), (501, "NOT_IMPLEMENTED")):
            problems.append(f"{rpc.name}: {method} {path} answered {answer.status} {code}")
    return problems


def all_cases_ran() -> bool:
    return {(engine, case.id) for engine in ENGINES for case in ALL_CASES} <= FINISHED


def test_the_list_of_differences_hides_nothing_else(pairs):
    """A match that explained no deviation, on a call or an engine that it names, is out of date or hides something."""
    if not all_cases_ran():
        pytest.skip("only a full run can tell")
    assert pairs["sqlite"].differences.unused() == []


def test_every_sentence_of_the_catalogue_was_said(pairs):
    """Both servers said it: what MLflow alone says is a difference, and listed."""
    if not all_cases_ran():
        pytest.skip("only a full run can tell")
    for pair in pairs.values():
        assert unsaid(pair.compared) == []


def kind_of_difference(step: Compared) -> tuple:
    """The same for answers that differ in the same way; a path's other answers are one kind."""
    path = f"{step.step.method} {step.step.path}"
    if not step.different:
        return (path,)
    places = {re.sub(r"\d+", "", deviation.at) for deviation in compare(*step.answers)}
    return (path, *map(summary, step.answers), *sorted(places))


def test_no_changed_answer_is_let_pass(pairs):
    """An answer of every kind, changed in every way, is noticed: also where a difference is meant (differential/mutation.py)."""
    differences = Differences()
    let_pass = []
    for engine, pair in pairs.items():
        seen: Counter[Any] = Counter()
        for step in pair.compared:
            seen[(what := kind_of_difference(step))] += 1
            if seen[what] <= EXAMPLES:
                let_pass += [f"{describe(step.step)}: {what}" for what in unnoticed(engine, step, differences)]
    assert let_pass == []
