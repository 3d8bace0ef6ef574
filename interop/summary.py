"""Prints the last line of `run.sh` from pytest's JUnit report: `N passed, N failed[, N skipped]`.

Arguments: the report and pytest's exit code. A setup or teardown error counts as a failure, and so does a run in
which nothing ran or that ended without a report.
"""

import sys
import xml.etree.ElementTree as ElementTree


def count(report: str) -> tuple[int, int, int]:
    """(passed, failed, skipped): a test case counts once, however many of its phases failed."""
    outcomes: dict[tuple[str, str], str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        key = (case.get("classname", ""), case.get("name", ""))
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            outcomes[key] = "failed"
        elif "skipped" in kinds:
            outcomes.setdefault(key, "skipped")
        else:
            outcomes.setdefault(key, "passed")
    found = list(outcomes.values())
    return found.count("passed"), found.count("failed"), found.count("skipped")


def main(report: str, pytest_code: int) -> int:
    try:
        passed, failed, skipped = count(report)
    except (OSError, ElementTree.ParseError):
        passed, failed, skipped = 0, 1, 0
    if failed == 0 and (pytest_code != 0 or passed == 0):
        failed = 1
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
