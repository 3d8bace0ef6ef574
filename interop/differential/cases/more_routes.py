"""Sampled histories, data sets of experiments, files of logged models, presigned URLs, webhooks without deliveries."""

from differential.case import Case, Step, case, delete, get, patch, post
from differential.cases.life import DATASET, RUN, run
from differential.cases.probe import MESSAGES, TEXTS, Probe, probe_case

# A literal public address, so that nothing is looked up, and an event that no case makes, so that nothing is delivered.
URL = "https://1.1.1.1/hook"
HOOK = {"name": "hook", "url": URL, "events": [{"entity": "PROMPT_ALIAS", "action": "DELETED"}]}
HISTORY = [{"key": "m", "value": n * 0.5, "timestamp": n, "step": n} for n in range(20)]
INTERVAL = "metrics/get-history-bulk-interval"
SEARCH_DATASETS = "/ajax-api/2.0/mlflow/experiments/search-datasets"


def interval(**query) -> Step:
    return get(INTERVAL, {"run_ids": ["<<run>>"], "metric_key": "m"} | query)


MORE_ROUTE_CASES: list[Case] = [
    case(
        "more-interval",
        *run("more-interval"),
        post("runs/log-batch", RUN | {"metrics": HISTORY}),
        interval(),
        *[interval(max_results=n) for n in ("1", "3", "5", "19", "20", "2500", "2501", "0", "-1", "x")],
        interval(start_step="5", end_step="9"),
        interval(start_step="5", end_step="9", max_results="2"),
        interval(start_step="5"),
        interval(end_step="5"),
        interval(start_step="9", end_step="5"),
        interval(run_ids=["<<run>>", "<<run>>"]),
        interval(run_ids=["<<run>>", "0" * 32]),
        interval(run_ids=[]),
        interval(metric_key=""),
        interval(metric_key="nobody"),
        get(INTERVAL, {"run_ids": [f"{n:032x}" for n in range(101)], "metric_key": "m"}),
        get(INTERVAL, {}),
    ),
    case(
        "more-datasets",
        *run("more-datasets"),
        post("runs/log-inputs", RUN | {"datasets": [DATASET]}),
        post(SEARCH_DATASETS, {"experiment_ids": ["<<experiment>>"]}),
        post(SEARCH_DATASETS, {"experiment_ids": []}),
        post(SEARCH_DATASETS, {}),
        post(SEARCH_DATASETS, {"experiment_ids": ["999999"]}),
        post(SEARCH_DATASETS, {"experiment_ids": "x"}),
        post(SEARCH_DATASETS, {"experiment_ids": [str(n) for n in range(900001, 900022)]}),
    ),
    case(
        "more-logged-model-files",
        *run("more-logged-model-files"),
        post("logged-models", {"experiment_id": "<<experiment>>", "name": "net"}, model="model.info.model_id"),
        *[
            get("logged-models/<<model>>/artifacts/directories", query)
            for query in (
                {},
                {"artifact_directory_path": ""},
                {"artifact_directory_path": "nobody"},
                {"artifact_directory_path": ".."},
                {"artifact_directory_path": "/a"},
            )
        ],
        get(f"logged-models/m-{'0' * 32}/artifacts/directories"),
    ),
    case(
        "more-presigned-upload",
        *run("more-presigned"),
        post("artifacts/presigned-upload-url", RUN | {"path": "a"}),
        post("artifacts/presigned-upload-url", RUN),
        post("artifacts/presigned-upload-url", {"path": "a"}),
        post("artifacts/presigned-upload-url", {}),
    ),
    case(
        "more-presigned-download",
        *run("more-presigned-d"),
        post("artifacts/presigned-download-url", RUN | {"path": "a"}),
        post("artifacts/presigned-download-url", RUN),
        post("artifacts/presigned-download-url", {}),
    ),
    probe_case(
        Probe(
            "webhook",
            "POST",
            "webhooks",
            HOOK,
            {
                "name": [*TEXTS, "-bad", "a" * 63, "a" * 64, "a b", "x-"],
                "description": TEXTS,
                "url": [
                    None,
                    "",
                    5,
                    {},
                    "http://1.1.1.1/x",
                    "https://127.0.0.1/x",
                    "https://10.0.0.1/x",
                    "ftp://x",
                    "nothing",
                    "https://",
                ],
                "events": [
                    *MESSAGES,
                    [{"entity": "REGISTERED_MODEL"}],
                    [{"entity": "REGISTERED_MODEL", "action": "UPDATED"}],
                    [{"entity": "NOBODY", "action": "CREATED"}],
                    [
                        {"entity": "PROMPT_VERSION_TAG", "action": "DELETED"},
                        {"entity": "PROMPT_ALIAS", "action": "DELETED"},
                    ],
                    HOOK["events"] * 2,
                ],
                "secret": TEXTS,
                "status": [None, "", "ACTIVE", "DISABLED", "nonsense", 1, 2, 9, {}],
            },
        )
    ),
    case("more-webhook-secret", post("webhooks", HOOK | {"name": "more-secret", "secret": "s"})),
    case(
        "more-webhooks",
        post("webhooks", HOOK | {"name": "more-hook", "description": "d"}, hook="webhook.webhook_id"),
        get("webhooks/<<hook>>"),
        patch("webhooks/<<hook>>", {"name": "other", "status": "DISABLED"}),
        patch("webhooks/<<hook>>", {"description": "e"}),
        patch("webhooks/<<hook>>", {}),
        patch("webhooks/<<hook>>", {"events": []}),
        patch("webhooks/<<hook>>", {"events": [{"entity": "PROMPT_VERSION_TAG", "action": "DELETED"}]}),
        patch("webhooks/<<hook>>", {"url": "http://x"}),
        get("webhooks/<<hook>>"),
        get("webhooks", {"max_results": "1"}),
        *[get("webhooks", {"max_results": n}) for n in ("-1", "1001")],
        get("webhooks", {"page_token": "!"}),
        delete("webhooks/<<hook>>"),
        delete("webhooks/<<hook>>"),
        get("webhooks/<<hook>>"),
        patch("webhooks/<<hook>>", {"name": "x"}),
        post("webhooks/<<hook>>/test"),
        get("webhooks/nobody"),
    ),
]
