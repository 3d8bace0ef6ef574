"""What the cases reach: calls, comparators, keys to sort by, sentences of MLflow."""

import re
from collections.abc import Iterable, Sequence

from differential.case import Case, Step
from differential.tables import read_rpcs, rpc_name

TEXT = ("=", "!=", "LIKE", "ILIKE")
LISTED = (*TEXT, "IN", "NOT IN")
NUMBER = ("=", "!=", "<", "<=", ">", ">=")
NULL = ("IS NULL", "IS NOT NULL")
GRAMMARS: dict[str, dict[str, Sequence[str]]] = {
    "registered-models/search": {"name": TEXT, r"tags?\.\w+": TEXT},
    "model-versions/search": {
        "name": TEXT,
        "run_id": (*TEXT, "IN"),
        "source_path": TEXT,
        "version_number": NUMBER,
        r"tags?\.\w+": TEXT,
    },
    "experiments/search": {
        "name": TEXT,
        "creation_time": NUMBER,
        "last_update_time": NUMBER,
        r"tags?\.\w+": (*TEXT, *NULL),
    },
    "runs/search": {
        r"metrics?\.\w+": NUMBER,
        r"params?\.\w+": (*TEXT, *NULL),
        r"tags?\.\w+": (*TEXT, *NULL),
        "run_id": LISTED,
        **dict.fromkeys(("run_name", "status", "user_id", "artifact_uri"), TEXT),
        **dict.fromkeys(("start_time", "end_time", "created"), NUMBER),
        **{rf"datasets?\.{key}": (*TEXT, "IN") for key in ("name", "digest", "context")},
    },
    "logged-models/search": {
        **dict.fromkeys(("name", "model_id", "model_type", "source_run_id"), LISTED),
        **dict.fromkeys((r"params\.\w+", r"tags\.\w+"), LISTED),
        **dict.fromkeys(("creation_timestamp", "creation_time", "last_updated_timestamp"), NUMBER),
        r"metrics\.\w+": NUMBER,
        "status": ("=", "!="),
    },
}
ORDERS: dict[str, Sequence[str]] = {
    "registered-models/search": ("name", "timestamp", "last_updated_timestamp"),
    "model-versions/search": ("name", "version_number", "creation_timestamp", "last_updated_timestamp"),
    "experiments/search": ("name", "creation_time", "last_update_time", "experiment_id"),
    "runs/search": (
        r"metrics\.\w+",
        r"params\.\w+",
        r"tags\.\w+",
        *("start_time", "end_time", "run_name", "status", "user_id", "run_id", "artifact_uri", "created"),
    ),
    "logged-models/search": ("name", "creation_timestamp", "last_updated_timestamp", r"metrics\.\w+"),
}


def uncovered_rpcs(cases: Iterable[Case]) -> list[str]:
    """Implemented calls that no case sends."""
    sent = {rpc_name(step.method, step.url_path) for step in steps(cases)}
    return [rpc.name for rpc in read_rpcs() if rpc.implemented and rpc.name not in sent]


def unlike_grammar(cases: Sequence[Case]) -> list[str]:
    """Comparators of a key, and keys to sort by, up and down, that no case asks for."""
    missing = []
    for path, grammar in GRAMMARS.items():
        filters = [str(asked(step).get("filter", "")) for step in steps(cases) if step.path == path]
        for key, signs in grammar.items():
            for sign in signs:
                pattern = re.compile(rf"(^|[ (.]){key} {re.escape(sign)}($| )")
                if not any(pattern.search(text) for text in filters):
                    missing.append(f"{path}: {key} {sign}")
    for path, keys in ORDERS.items():
        orders = [clause for step in steps(cases) if step.path == path for clause in clauses(step)]
        for key in keys:
            for way in (" ?(ASC)?", " DESC"):
                if not any(re.fullmatch(f"{key}{way}", clause) for clause in orders):
                    missing.append(f"{path}: order by {key}{way}")
    return missing


def clauses(step: Step) -> list[str]:
    given = asked(step).get("order_by") or []
    return [text_of(clause) for clause in (given if isinstance(given, list) else [given])]


def text_of(clause: object) -> str:
    if not isinstance(clause, dict):
        return str(clause)
    return str(clause.get("field_name")) + ("" if clause.get("ascending", True) else " DESC")


def asked(step: Step) -> dict:
    given = step.query if step.method == "GET" else step.body
    return given if isinstance(given, dict) else {}


def steps(cases: Iterable[Case]) -> list[Step]:
    """Those of the cases and of their worlds."""
    return [step for case in cases for step in (*case.steps, *(case.world.steps if case.world else ()))]
