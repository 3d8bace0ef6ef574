"""Content types, odd bodies, prefixes, and the forms of the Java and R clients."""

from differential.case import Case, Step, case, get, post, raw
from differential.cases.life import RUN, SEE_RUN, model, run

CREATE = "registered-models/create"
TYPES = [
    None,
    "application/json",
    "application/json; charset=utf-8",
    "APPLICATION/JSON",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/xml",
    "",
    "application/jsonx",
]
BODIES = [
    '{"name": "transport-b-#"}',
    '"{\\"name\\": \\"transport-b-#\\"}"',
    "",
    "{",
    "null",
    "[]",
    '"x"',
    "5",
    "true",
    '[{"name": "x"}]',
    '{"name": "transport-b-#", "tags": null}',
    '{"name": "transport-\\u00fc-#"}',
    ' \n{"name": "transport-b-#"} \n',
    '{"name": "transport-b-#",}',
    "{'name': 'x'}",
    '{"name": "transport-b-#", "unknown": {"deep": [1, {"x": null}]}}',
    '{"name": NaN}',
    '{"Name": "x"}',
    '{"name": 1e3}',
    "\ufeff{}",
]

TRANSPORT_CASES: list[Case] = [
    *[
        case(f"transport-type-{n}", raw("POST", CREATE, f'{{"name": "transport-t-{n}"}}', kind))
        for n, kind in enumerate(TYPES)
    ],
    *[case(f"transport-body-{n}", raw("POST", CREATE, body.replace("#", str(n)))) for n, body in enumerate(BODIES)],
    *[
        case(
            f"transport-delete-type-{n}",
            *model(f"transport-d-{n}", 0),
            raw("DELETE", "registered-models/delete", f'{{"name": "transport-d-{n}"}}', kind),
            get("registered-models/get", {"name": f"transport-d-{n}"}),
        )
        for n, kind in enumerate(TYPES[:5])
    ],
    *[
        case(
            f"transport-patch-type-{n}",
            *model(f"transport-p-{n}", 0),
            raw("PATCH", "registered-models/update", f'{{"name": "transport-p-{n}", "description": "d"}}', kind),
        )
        for n, kind in enumerate(TYPES[:5])
    ],
    case("transport-strict-json-twice", raw("POST", CREATE, '{"name": "a", "name": "strict-json-twice"}')),
    case(
        "transport-strict-json-surrogate",
        *model("strict-json-s", 0),
        raw("PATCH", "registered-models/update", '{"name": "strict-json-s", "x": "\\ud800"}'),
    ),
    case(
        "transport-ajax",
        *model("transport-ajax"),
        Step("GET", "/ajax-api/2.0/mlflow/registered-models/get", query={"name": "transport-ajax"}),
        Step("POST", "/ajax-api/2.0/mlflow/registered-models/get-latest-versions", body={"name": "transport-ajax"}),
    ),
    case(
        "transport-query",
        *model("transport query/ü".replace("/", "-")),
        get("registered-models/get", "name=transport+query-%C3%BC"),
        get("registered-models/get", "name=transport%20query-%C3%BC&name=other"),
        get("registered-models/get", "unknown=1&name=transport+query-%C3%BC"),
        get("registered-models/get", "name="),
        get("registered-models/get", ""),
        get("registered-models/get", "name=a%00b"),
        get("registered-models/get", "Name=x"),
    ),
    case(
        "transport-delete-by-query",
        *model("transport-dq", 0),
        Step("DELETE", "registered-models/delete", query={"name": "transport-dq"}),
        get("registered-models/get", {"name": "transport-dq"}),
    ),
    case(
        "transport-java",
        *run("transport-java", start_time="1700000000000"),
        post(
            "runs/log-metric",
            RUN | {"run_uuid": "<<run>>", "key": "m", "value": 0.5, "timestamp": "1700000000001", "step": "3"},
        ),
        post("runs/log-batch", RUN | {"metrics": [{"key": "b", "value": 1.0, "timestamp": "1", "step": "2"}]}),
        post("runs/update", RUN | {"status": "FINISHED", "end_time": "1700000000009"}),
        SEE_RUN,
        post("runs/search", {"experiment_ids": ["<<experiment>>"], "max_results": 5, "run_view_type": "ACTIVE_ONLY"}),
    ),
    case(
        "transport-r",
        *run("transport-r", start_time="1700000000000"),
        post("runs/log-metric", RUN | {"key": "m", "value": "0.5", "timestamp": "1700000000001", "step": "3"}),
        post("runs/log-metric", RUN | {"key": "n", "value": "NaN", "timestamp": "1", "step": "0"}),
        SEE_RUN,
        post("runs/search", {"experiment_ids": ["<<experiment>>"], "max_results": "5"}),
        post("experiments/search", {"max_results": "5", "filter": "name = 'transport-r'"}),
        *model("transport-r"),
        post(
            "model-versions/transition-stage",
            {"name": "transport-r", "version": "1", "stage": "Staging", "archive_existing_versions": "FALSE"},
        ),
    ),
    case(
        "transport-camel",
        *run("transport-camel"),
        get("runs/get", {"runId": "<<run>>"}),
        post("runs/search", {"experimentIds": ["<<experiment>>"]}),
        post("runs/create", {"experimentId": "<<experiment>>", "startTime": 5, "runName": "camel"}),
    ),
    case(
        "transport-camel-tracking",
        *run("transport-camel-tracking"),
        *[
            Step(method, path, **{"query" if method == "GET" else "body": fields})
            for method, path, fields in (
                ("GET", "experiments/get", {"experimentId": "<<experiment>>"}),
                ("GET", "experiments/get-by-name", {"experimentName": "transport-camel-tracking"}),
                ("POST", "experiments/update", {"experimentId": "<<experiment>>", "newName": "x"}),
                ("POST", "experiments/update", {"experiment_id": "<<experiment>>", "newName": "x"}),
                ("POST", "experiments/create", {"name": "transport-camel-e", "artifactLocation": "s3://b/x"}),
                ("POST", "experiments/search", {"maxResults": 1, "filter": "name = 'transport-camel-e'"}),
                ("POST", "experiments/search", {"max_results": 1, "filter": "name LIKE 'transport-camel%'", "orderBy": ["name DESC"], "viewType": "ALL"}),
                ("POST", "runs/log-metric", {"runId": "<<run>>", "key": "m", "value": 1, "timestamp": 1}),
                ("POST", "runs/log-batch", {"runId": "<<run>>"}),
                ("POST", "runs/update", RUN | {"endTime": 9, "runName": "y"}),
                ("POST", "runs/search", {"experiment_ids": ["<<experiment>>"], "maxResults": 1, "orderBy": ["start_time"], "runViewType": "ALL"}),
                ("POST", "runs/log-model", RUN | {"modelJson": "{}"}),
                ("GET", "metrics/get-history", {"runId": "<<run>>", "metricKey": "m"}),
                ("POST", "logged-models", {"experimentId": "<<experiment>>", "name": "n"}),
                ("POST", "logged-models", {"experiment_id": "<<experiment>>", "name": "n", "modelType": "t", "sourceRunId": "<<run>>"}),
                ("POST", "logged-models/search", {"experimentIds": ["<<experiment>>"]}),
                ("POST", "logged-models/search", {"experiment_ids": ["<<experiment>>"], "maxResults": 1, "orderBy": [{"fieldName": "name"}]}),
                ("POST", "runs/create", {"experiment_id": "<<experiment>>", "experimentId": "<<experiment>>"}),
            )
        ],
        SEE_RUN,
    ),
    case(
        "transport-camel-registry",
        *model("transport-camel-r", 1),
        *[
            Step(method, path, **{"query" if method == "GET" else "body": fields})
            for method, path, fields in (
                ("POST", "model-versions/create", {"name": "transport-camel-r", "source": "s3://b/x", "runId": "a" * 32, "runLink": "l"}),
                ("POST", "registered-models/rename", {"name": "transport-camel-r", "newName": "transport-camel-s"}),
                ("POST", "model-versions/transition-stage", {"name": "transport-camel-r", "version": "1", "stage": "Staging", "archiveExistingVersions": True}),
                ("GET", "registered-models/search", {"filter": "name = 'transport-camel-r'", "maxResults": "1", "orderBy": "name DESC"}),
                ("GET", "model-versions/search", {"filter": "name = 'transport-camel-r'", "maxResults": "1", "orderBy": "name DESC"}),
            )
        ],
    ),
    case(
        "transport-int64",
        *run("transport-int64", start_time=2**53 + 1),
        SEE_RUN,
        *[
            post("runs/create", {"experiment_id": "<<experiment>>", "run_name": "x", "start_time": at})
            for at in (str(2**53 + 1), 2**63 - 1, -1, 1.0, "1.0", 1e3, 0)
        ],
    ),
    case(
        "transport-null",
        *run("transport-null"),
        post(
            "runs/create",
            {"experiment_id": "<<experiment>>", "start_time": None, "run_name": "x", "tags": None, "user_id": None},
        ),
        post("runs/update", RUN | {"status": None, "end_time": None}),
        SEE_RUN,
    ),
]
