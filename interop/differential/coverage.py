"""Which calls the cases reach."""

from collections.abc import Sequence

from differential.case import Case
from differential.tables import read_rpcs, rpc_name


def uncovered_rpcs(cases: Sequence[Case]) -> list[str]:
    """Implemented calls that answer messages and that no case sends."""
    sent = {rpc_name(step.method, step.url_path) for case in cases for step in (*case.steps, *worlds(case))}
    return [rpc.name for rpc in read_rpcs() if rpc.implemented and rpc.answers_messages and rpc.name not in sent]


def worlds(case: Case):
    return case.world.steps if case.world else ()
