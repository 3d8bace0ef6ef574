#!/usr/bin/env bash
# Runs the interop suite: the unmodified MLflow client and a real MLflow server against this registry.
#
#   interop/run.sh [pytest arguments]
#
# INTEROP_TARGET=mlflow   runs the same tests against a real MLflow server (validates the suite itself)
# INTEROP_VENV=<folder>   uses this virtual environment instead of interop/.venv
# INTEROP_PYTHON=<python> the Python (>= 3.10) that makes the virtual environment
#
# The last line is `N passed, N failed` (with `, N skipped` when there are any); the exit code is 0 only when
# something ran and nothing failed.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
venv="${INTEROP_VENV:-$here/.venv}"
python="${INTEROP_PYTHON:-python3}"
requirements="$here/requirements.txt"
stamp="$venv/requirements.installed"

fail() {
  echo "interop: $1" >&2
  echo '0 passed, 1 failed'
  exit 1
}

# Debian ships python3 without ensurepip; the package that has it can be installed only by root.
make_venv() {
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
    fail "Python 3.10 or newer is needed; set INTEROP_PYTHON to one."
  rm -rf "$venv"
  if "$python" -m venv "$venv" >/dev/null 2>&1; then return; fi
  rm -rf "$venv"
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; } >&2 || true
  fi
  "$python" -m venv "$venv" >&2 ||
    fail "\`$python -m venv\` does not work here; install the package python3-venv (or set INTEROP_VENV)."
}

if [ -z "${INTEROP_VENV:-}" ]; then
  if [ ! -x "$venv/bin/python" ] || ! cmp -s "$requirements" "$stamp"; then
    make_venv
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" >&2 ||
      fail "the packages of interop/requirements.txt could not be installed."
    cp "$requirements" "$stamp"
  fi
fi
[ -x "$venv/bin/python" ] || fail "there is no Python in $venv."

report="$(mktemp)"
trap 'rm -f "$report"' EXIT

code=0
(cd "$here" && "$venv/bin/python" -m pytest --junit-xml="$report" "$@") || code=$?

"$venv/bin/python" "$here/summary.py" "$report" "$code" || code=1
exit "$code"
