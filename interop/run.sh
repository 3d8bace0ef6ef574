#!/usr/bin/env bash
# Runs the interop suite: the unmodified MLflow client and a real MLflow server against this registry.
#
#   interop/run.sh [pytest arguments]
#
# INTEROP_TARGET=mlflow   runs the same tests against a real MLflow server (validates the suite itself)
# INTEROP_VENV=<folder>   uses this virtual environment instead of interop/.venv
# INTEROP_PYTHON=<python> the Python (>= 3.10) that makes the virtual environments
# INTEROP_OLDER_VENVS=<folder> has an environment for each file of requirements-older, by its name (default .venv/older)
#
# The tests of artifacts in S3 need Ceph; as root on Debian it is installed, else they are skipped, and say so.
#
# The last line is `N passed, N failed` (with `, N skipped` when there are any); the exit code is 0 only when
# something ran and nothing failed.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
venv="${INTEROP_VENV:-$here/.venv}"
python="${INTEROP_PYTHON:-python3}"
older="${INTEROP_OLDER_VENVS:-$here/.venv/older}"

fail() {
  echo "interop: $1" >&2
  echo '0 passed, 1 failed'
  exit 1
}

# make_venv FOLDER. Debian ships python3 without ensurepip; the package that has it can be installed only by root.
make_venv() {
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
    fail "Python 3.10 or newer is needed; set INTEROP_PYTHON to one."
  rm -rf "$1"
  if "$python" -m venv "$1" >/dev/null 2>&1; then return; fi
  rm -rf "$1"
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; } >&2 || true
  fi
  "$python" -m venv "$1" >&2 ||
    fail "\`$python -m venv\` does not work here; install the package python3-venv (or set INTEROP_VENV)."
}

# ensure_venv FOLDER REQUIREMENTS: makes it when it is not there, or was made from other requirements.
ensure_venv() {
  local stamp="$1/requirements.installed"
  if [ -x "$1/bin/python" ] && cmp -s "$2" "$stamp"; then return; fi
  make_venv "$1"
  "$1/bin/python" -m pip install --quiet --disable-pip-version-check -r "$2" >&2 ||
    fail "the packages of interop/${2#"$here/"} could not be installed."
  cp "$2" "$stamp"
}

# A real S3 server for tests/test_s3.py. Whoever can install it must not skip these tests.
install_s3_server() {
  if command -v radosgw >/dev/null && command -v ceph-mon >/dev/null && command -v ceph-osd >/dev/null; then
    export INTEROP_S3=required
  elif [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    export INTEROP_S3=required
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      radosgw ceph-mon ceph-osd ceph-common; } >&2 || true
  else
    echo 'interop: SKIPPED: S3 is not tested, because Ceph is missing and only root can install it.' >&2
  fi
}

case "$*" in
  '' | *s3* | *restore*) install_s3_server ;;
esac

if [ -z "${INTEROP_VENV:-}" ]; then ensure_venv "$venv" "$here/requirements.txt"; fi
[ -x "$venv/bin/python" ] || fail "there is no Python in $venv."

# Servers of older MLflows, for tests/test_in_place_releases.py.
case "$*" in
  '' | *in_place*)
    if [ -z "${INTEROP_OLDER_VENVS:-}" ]; then
      for each in "$here"/requirements-older/*.txt; do ensure_venv "$older/$(basename "$each" .txt)" "$each"; done
    fi
    export INTEROP_OLDER_VENVS="$older"
    ;;
esac

report="$(mktemp)"
trap 'rm -f "$report"' EXIT

code=0
(cd "$here" && "$venv/bin/python" -m pytest --junit-xml="$report" "$@") || code=$?

"$venv/bin/python" "$here/summary.py" "$report" "$code" || code=1
exit "$code"
