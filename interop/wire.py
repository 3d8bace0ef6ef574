"""MLflow's HTTP API without its client, so that a server of any release is asked in the same way."""

import math

import requests

PAGE = 7


class Wire:
    """Calls to one server; `ask` and `do` fail unless the answer is 200."""

    def __init__(self, url: str) -> None:
        self.base = f"{url}/api/2.0/mlflow"
        self.files = f"{url}/api/2.0/mlflow-artifacts/artifacts"
        self.session = requests.Session()

    def do(self, path: str, body: dict, method: str = "POST") -> dict:
        return checked(self.session.request(method, self.address(path), json=body, timeout=60))

    def address(self, path: str) -> str:
        """`ajax/…` is for paths that MLflow serves to its web pages alone."""
        if path.startswith("ajax/"):
            return f"{self.base.replace('/api/', '/ajax-api/')}/{path.removeprefix('ajax/')}"
        return f"{self.base}/{path}"

    def ask(self, path: str, /, **query) -> dict:
        return checked(self.session.get(f"{self.base}/{path}", params=query, timeout=60))

    def answer(self, path: str, /, **query) -> tuple[int, dict]:
        """Status and body, also of a refusal."""
        response = self.session.get(f"{self.base}/{path}", params=query, timeout=60)
        return response.status_code, comparable(response.json())

    def upload(self, path: str, content: bytes) -> None:
        assert self.session.put(f"{self.files}/{path}", data=content, timeout=60).status_code == 200

    def pages(self, key: str, path: str, method: str, **query) -> list:
        """Every item of a search, page by page."""
        found, token = [], None
        while True:
            sent = query | {"max_results": PAGE} | ({"page_token": token} if token else {})
            page = self.ask(path, **sent) if method == "GET" else self.do(path, sent)
            found += page.get(key, [])
            token = page.get("next_page_token")
            if not token:
                return found


def checked(response: requests.Response) -> dict:
    asked = f"{response.request.method} {response.url} {response.request.body}"
    assert response.status_code == 200, f"{asked} answered {response.status_code}: {response.text}"
    return comparable(response.json())


# MLflow 3.12 added the first two to refusals; 3.10 to 3.13 show the workspace also where there is only one.
RELEASES_DIFFER = ("sqlstate", "error_class", "workspace")
# Lists that are sets: MLflow promises no order, and has another one on each engine and after each change.
SETS = ("tags", "params", "aliases", "latest_versions")


def comparable(value, key: str = ""):
    """Without what releases of MLflow answer differently, and with sets in one order. NaN equals itself once it is a text."""
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, dict):
        found = {name: comparable(inner, name) for name, inner in value.items() if name not in RELEASES_DIFFER}
        if key == "data" and "metrics" in found:
            found["metrics"].sort(key=str)
        return found
    if not isinstance(value, list):
        return value
    items = [comparable(inner) for inner in value]
    return sorted(items, key=str) if key in SETS else items
