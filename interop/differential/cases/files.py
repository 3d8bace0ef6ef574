"""Files of runs, logged models and versions: the artifact proxy, and the routes of MLflow's web UI."""

from differential.case import Case, Step, case, get, post, raw
from differential.cases.life import RUN, model, run, version

PROXY = "/api/2.0/mlflow-artifacts/artifacts"
PLACE = "<<experiment>>/<<run>>/artifacts"
AJAX = "/ajax-api/2.0/mlflow"
MPU = "/api/2.0/mlflow-artifacts/mpu"
KINDS = {"a.txt": "héllo\n", "b.json": '{"a": 1}', "c.html": "<b>x</b>", "d.bin": "\x00\x01", "e.csv": "a,b\n", "f": "y"}
KINDS |= {"g.yaml": "a: 1\n", "h.png": "no picture", "i.svg": "<svg/>", "MLmodel": "flavors: {}\n", "k.log": "", "l m.md": "#"}
MISSING_RUN = "0" * 32


def put(path: str, text: str, kind: str | None = None) -> Step:
    return raw("PUT", f"{PROXY}/{path}", text, kind)


def file(path: str) -> Step:
    return Step("GET", f"{PROXY}/{path}")


def listed(path: str) -> Step:
    return get(PROXY, {"path": path})


def with_files(name: str, folder: str = "") -> list[Step]:
    return [*run(name), *[put(f"{PLACE}/{folder}{path}", text) for path, text in KINDS.items()]]


FILE_CASES: list[Case] = [
    case(
        "files-proxy",
        *with_files("files-proxy", "sub/"),
        *[file(f"{PLACE}/sub/{path}") for path in KINDS],
        put(f"{PLACE}/sub/a.txt", "other", "text/plain"),
        file(f"{PLACE}/sub/a.txt"),
        listed(f"{PLACE}/sub"),
        listed(PLACE),
        listed(f"{PLACE}/sub/a.txt"),
        listed(f"{PLACE}/nobody"),
        file(f"{PLACE}/nobody"),
        file(f"{PLACE}/sub"),
        Step("DELETE", f"{PROXY}/{PLACE}/sub/a.txt"),
        file(f"{PLACE}/sub/a.txt"),
        Step("DELETE", f"{PROXY}/{PLACE}/sub/a.txt"),
        Step("DELETE", f"{PROXY}/{PLACE}/sub"),
        listed(f"{PLACE}/sub"),
    ),
    case(
        "files-proxy-paths",
        *run("files-proxy-paths"),
        *[
            step
            for path in ("../x", "a/../b", "%2e%2e/x", "%252e%252e/x", "C:/x")
            for step in (put(path, "x"), file(path), Step("DELETE", f"{PROXY}/{path}"))
        ],
        *[listed(path) for path in ("..", "/etc", "a/../..", "C:/x")],
    ),
    case(
        "files-list",
        *with_files("files-list"),
        put(f"{PLACE}/sub/x/y.txt", "1"),
        *[
            get("artifacts/list", RUN | more)
            for more in (
                {},
                {"path": ""},
                {"path": "sub"},
                {"path": "sub/"},
                {"path": "sub/x"},
                {"path": "a.txt"},
                {"path": "nobody"},
            )
        ],
        get("artifacts/list", {"run_uuid": "<<run>>"}),
    ),
    case(
        "files-of-run",
        *with_files("files-of-run"),
        *[get("/get-artifact", RUN | {"path": path}) for path in KINDS],
        get("/get-artifact", {"run_uuid": "<<run>>", "path": "a.txt"}),
        *[get("/get-artifact", RUN | {"path": path}) for path in ("nobody", "", "..", "../x", "/etc/passwd", "%2e%2e/x")],
        get("/get-artifact", RUN),
        get("/get-artifact", {"path": "a.txt"}),
        get("/get-artifact", {"run_id": MISSING_RUN, "path": "a.txt"}),
        get("/get-artifact", {"run_id": "bad id!", "path": "a.txt"}),
    ),
    case(
        "files-of-version",
        *with_files("files-of-version", "model/"),
        *model("files-of-version", 0),
        version("files-of-version", source="mlflow-artifacts:/<<experiment>>/<<run>>/artifacts/model", run_id="<<run>>"),
        version("files-of-version", source="runs:/<<run>>/model", run_id="<<run>>"),
        *[
            get("/model-versions/get-artifact", {"name": "files-of-version", "version": number, "path": path})
            for number in ("1", "9", "x")
            for path in ("a.txt", "nobody", "../a.txt", "")
        ],
        get("/model-versions/get-artifact", {"name": "files-of-version", "version": "1"}),
        get("/model-versions/get-artifact", {"name": "files-of-version", "path": "a.txt"}),
        get("/model-versions/get-artifact", {"version": "1", "path": "a.txt"}),
        get("/model-versions/get-artifact", {"name": "nobody", "version": "1", "path": "a.txt"}),
    ),
    case(
        "files-uploaded-to-run",
        *run("files-uploaded"),
        *[
            Step("POST", f"{AJAX}/upload-artifact", query=query, raw="text")
            for query in (
                RUN | {"path": "a.txt"},
                {"run_uuid": "<<run>>", "path": "b/c.txt"},
                {"run_uuid": "<<run>>"},
                {"run_uuid": "<<run>>", "path": ""},
                {"run_uuid": "<<run>>", "path": "../x"},
                {"path": "a.txt"},
                {"run_uuid": MISSING_RUN, "path": "a.txt"},
            )
        ],
        Step("POST", f"{AJAX}/upload-artifact", query={"run_uuid": "<<run>>", "path": "empty"}, raw=""),
        Step("POST", f"{AJAX}/upload-artifact", query={"run_uuid": "<<run>>", "path": "most"}, raw="x" * 10_485_760),
        Step("POST", f"{AJAX}/upload-artifact", query={"run_uuid": "<<run>>", "path": "more"}, raw="x" * 10_485_761),
        get("artifacts/list", RUN),
    ),
    case(
        "files-of-logged-model",
        *run("files-of-logged"),
        post("logged-models", {"experiment_id": "<<experiment>>", "name": "net"}, model="model.info.model_id"),
        put("<<experiment>>/models/<<model>>/artifacts/MLmodel", "flavors: {}\n"),
        put("<<experiment>>/models/<<model>>/artifacts/data/x.json", "{}"),
        *[
            get("logged-models/<<model>>/artifacts/directories", query)
            for query in ({}, {"artifact_directory_path": "data"}, {"artifact_directory_path": "MLmodel"})
        ],
        *[
            get(f"{AJAX}/logged-models/<<model>>/artifacts/files", {"artifact_file_path": path})
            for path in ("MLmodel", "data/x.json", "nobody", "data", "../x", "")
        ],
        get(f"{AJAX}/logged-models/<<model>>/artifacts/files"),
        get(f"{AJAX}/logged-models/m-{MISSING_RUN}/artifacts/files", {"artifact_file_path": "MLmodel"}),
    ),
    case(
        "files-in-parts-on-disk",
        *run("files-in-parts"),
        post(f"{MPU}/create/{PLACE}", {"path": "a", "num_parts": 1}),
        post(f"{MPU}/complete/{PLACE}", {"path": "a", "upload_id": "u", "parts": []}),
        post(f"{MPU}/abort/{PLACE}", {"path": "a", "upload_id": "u"}),
        Step("GET", f"/api/2.0/mlflow-artifacts/presigned/{PLACE}/a"),
    ),
]
