"""The tables of the server that the suite reads: MLflow's calls, and the differences that are meant."""

import functools
import json
import re
import subprocess
from dataclasses import dataclass

from servers import REPOSITORY

PRINT = """
import { DIFFERENCES } from './server/test/support/mlflow-differences.ts';
import { mountedRoutes, RPCS } from './server/src/http/mlflow/rpcs.ts';
const rpcs = RPCS.map((row) => ({ name: row.name, status: row.status, by: row.by ?? '', routes: mountedRoutes(row) }));
console.log(JSON.stringify({ rpcs, differences: DIFFERENCES }));
"""


@dataclass(frozen=True)
class Rpc:
    name: str
    implemented: bool
    answers_messages: bool
    routes: tuple[tuple[str, str], ...]
    """Method and path, with `:x` for one segment and `*` for the rest."""


@functools.cache
def read_tables() -> dict:
    node = REPOSITORY / "node_modules" / ".bin" / "node"
    command = [str(node), "--input-type=module", "--no-warnings", "--eval", PRINT]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"the tables cannot be read:\n{done.stderr}"
    return json.loads(done.stdout)


@functools.cache
def read_rpcs() -> tuple[Rpc, ...]:
    return tuple(
        Rpc(
            row["name"],
            row["status"] == "implemented",
            row["by"] == "door",
            tuple((route["method"], route["url"]) for route in row["routes"]),
        )
        for row in read_tables()["rpcs"]
    )


@functools.cache
def _matchers() -> list[tuple[re.Pattern, str]]:
    """Literal paths before those with a parameter, as routers prefer them."""
    found = []
    for rpc in read_rpcs():
        for method, url in rpc.routes:
            pattern = re.sub(r":\w+", "[^/]+", re.escape(url).replace(r"\:", ":")).replace(r"\*", ".+")
            found.append((url.count(":") + url.count("*"), re.compile(f"{method} {pattern}"), rpc.name))
    return [(pattern, name) for _, pattern, name in sorted(found, key=lambda one: one[0])]


def rpc_name(method: str, url_path: str) -> str:
    """The RPC that a request is for; `(none)` when no row has it."""
    wanted = f"{method} {url_path.split('?', 1)[0]}"
    return next((name for pattern, name in _matchers() if pattern.fullmatch(wanted)), "(none)")
