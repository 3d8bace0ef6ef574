"""Every limit: at it, one above, one below. Texts in columns of a limited length differ by engine."""

from differential.case import Case, Step, case, get, patch, post
from differential.cases.life import RUN, SEE_RUN, alias, model, run, version


def around(limit: int) -> tuple[int, int, int]:
    return (limit - 1, limit, limit + 1)


def metrics(count: int) -> list[dict]:
    return [{"key": f"m{n}", "value": n, "timestamp": 1} for n in range(count)]


def entries(count: int) -> list[dict]:
    return [{"key": f"k{n}", "value": "v"} for n in range(count)]


def batch(**body) -> Step:
    return post("runs/log-batch", RUN | body)


def text(size: int, start: str = "") -> str:
    return start + "x" * (size - len(start))


LIMIT_CASES: list[Case] = [
    *[
        case(f"limit-batch-metrics-{n}", *run(f"limit-bm-{n}"), batch(metrics=metrics(n)), SEE_RUN)
        for n in around(1000)
    ],
    *[case(f"limit-batch-params-{n}", *run(f"limit-bp-{n}"), batch(params=entries(n)), SEE_RUN) for n in around(100)],
    *[case(f"limit-batch-tags-{n}", *run(f"limit-bt-{n}"), batch(tags=entries(n)), SEE_RUN) for n in around(100)],
    *[
        case(
            f"limit-batch-all-{n}",
            *run(f"limit-ba-{n}"),
            batch(metrics=metrics(n - 200), params=entries(100), tags=entries(100)),
        )
        for n in around(1000)
    ],
    *[
        case(
            f"limit-run-keys-{n}",
            *run(f"limit-rk-{n}"),
            post("runs/log-metric", RUN | {"key": text(n), "value": 1, "timestamp": 1}),
            post("runs/log-parameter", RUN | {"key": text(n), "value": "v"}),
            post("runs/set-tag", RUN | {"key": text(n), "value": "v"}),
            batch(metrics=[{"key": text(n), "value": 1, "timestamp": 1}]),
            batch(params=[{"key": text(n), "value": "v"}]),
            batch(tags=[{"key": text(n), "value": "v"}]),
        )
        for n in around(250)
    ],
    *[
        case(
            f"limit-param-value-{n}",
            *run(f"limit-pv-{n}"),
            post("runs/log-parameter", RUN | {"key": "p", "value": text(n)}),
            batch(params=[{"key": "q", "value": text(n)}]),
            *([SEE_RUN] if n <= 6000 else []),
        )
        for n in (*around(6000), *around(8000))
    ],
    *[
        case(
            f"limit-tag-value-{n}",
            *run(f"limit-tv-{n}"),
            post("runs/set-tag", RUN | {"key": "t", "value": text(n)}),
            batch(tags=[{"key": "q", "value": text(n)}]),
            *([SEE_RUN] if n <= 8000 else []),
        )
        for n in (*around(5000), *around(8000))
    ],
    *[
        case(f"limit-experiment-name-{n}", post("experiments/create", {"name": text(n, f"limit-en-{n}-")}))
        for n in (*around(256), *around(500))
    ],
    *[
        case(
            f"limit-experiment-tag-{n}",
            *run(f"limit-et-{n}"),
            post(
                "experiments/set-experiment-tag",
                {"experiment_id": "<<experiment>>", "key": text(min(n, 251)), "value": text(n)},
            ),
            get("experiments/get", {"experiment_id": "<<experiment>>"}),
        )
        for n in (*around(250), *around(5000))
    ],
    *[
        case(f"limit-model-name-{n}", post("registered-models/create", {"name": text(n, f"limit-mn-{n}-")}))
        for n in around(256)
    ],
    *[
        case(
            f"limit-description-{n}",
            *model(f"limit-d-{n}", 0, description=text(n)),
            *model(f"limit-dv-{n}", 0),
            version(f"limit-dv-{n}", description=text(n)),
        )
        for n in around(5000)
    ],
    *[
        case(
            f"limit-model-tag-{n}",
            *model(f"limit-mt-{n}", 1),
            post("registered-models/set-tag", {"name": f"limit-mt-{n}", "key": text(min(n, 251)), "value": "v"}),
            post("registered-models/set-tag", {"name": f"limit-mt-{n}", "key": "k", "value": text(n)}),
            post("model-versions/set-tag", {"name": f"limit-mt-{n}", "version": "1", "key": "k", "value": text(n)}),
        )
        for n in (*around(250), *around(5000), *around(100_000))
    ],
    *[case(f"limit-alias-{n}", *model(f"limit-a-{n}", 1), alias(f"limit-a-{n}", text(n), 1)) for n in around(255)],
    *[
        case(
            f"limit-source-{n}",
            *model(f"limit-s-{n}", 0),
            version(f"limit-s-{n}", source=text(n, "s3://bucket/")),
            version(f"limit-s-{n}", run_link=text(n)),
        )
        for n in around(500)
    ],
    *[
        case(f"limit-run-id-{n}", get("runs/get", {"run_id": text(n)}), get("runs/get", {"run_id": "-" + text(n)}))
        for n in around(256)
    ],
    *[
        case(
            f"limit-run-name-{n}",
            *run(f"limit-rn-{n}"),
            post("runs/create", {"experiment_id": "<<experiment>>", "run_name": text(n)}),
            post("runs/update", RUN | {"run_name": text(n)}),
        )
        for n in around(250)
    ],
    *[
        case(
            f"limit-dataset-{field}-{n}",
            *run(f"limit-ds-{field}-{n}"),
            post(
                "runs/log-inputs",
                RUN
                | {
                    "datasets": [
                        {"dataset": {"name": "n", "digest": "d", "source_type": "t", "source": "s"} | {field: text(n)}}
                    ]
                },
            ),
        )
        for field, limit in (("name", 500), ("digest", 36), ("source_type", 36), ("source", 65535))
        for n in around(limit)
    ],
    *[
        case(
            f"limit-dataset-{field}-{n}",
            *run(f"limit-ds-{field}-{n}"),
            post(
                "runs/log-inputs",
                RUN
                | {
                    "datasets": [
                        {"dataset": {"name": "n", "digest": "d", "source_type": "t", "source": "s"} | {field: text(n)}}
                    ]
                },
            ),
        )
        for field, limit in (("schema", 1_048_575), ("profile", 16_777_215))
        for n in (limit, limit + 1)
    ],
    *[
        case(
            f"limit-input-tag-{field}-{n}",
            *run(f"limit-it-{field}-{n}"),
            post(
                "runs/log-inputs",
                RUN
                | {
                    "datasets": [
                        {
                            "dataset": {"name": "n", "digest": "d", "source_type": "t", "source": "s"},
                            "tags": [{"key": "k", "value": "v"} | {field: text(n)}],
                        }
                    ]
                },
            ),
            *([SEE_RUN] if n <= limit else []),
        )
        for field, limit in (("key", 255), ("value", 500))
        for n in around(limit)
    ],
    *[
        case(
            f"limit-artifact-location-{n}",
            post("experiments/create", {"name": f"limit-al-{n}", "artifact_location": text(n, "s3://bucket/")}),
        )
        for n in (*around(256), *around(2048))
    ],
    *[
        case(
            f"limit-new-name-{n}",
            *run(f"limit-nn-{n}"),
            post("experiments/update", {"experiment_id": "<<experiment>>", "new_name": text(n, f"limit-nn-{n}-")}),
            *model(f"limit-nm-{n}", 0),
            post("registered-models/rename", {"name": f"limit-nm-{n}", "new_name": text(n, f"limit-nm-{n}-")}),
        )
        for n in (*around(256), *around(500))
    ],
    *[
        case(
            f"limit-new-description-{n}",
            *model(f"limit-nd-{n}", 1),
            patch("registered-models/update", {"name": f"limit-nd-{n}", "description": text(n)}),
            patch("model-versions/update", {"name": f"limit-nd-{n}", "version": "1", "description": text(n)}),
        )
        for n in around(5000)
    ],
    *[
        case(
            f"limit-logged-model-entries-{n}",
            *run(f"limit-lme-{n}"),
            *[
                post("logged-models", {"experiment_id": "<<experiment>>", "name": "n", field: entries(n)})
                for field in ("params", "tags")
            ],
        )
        for n in around(100)
    ],
    *[
        case(
            f"limit-experiments-of-data-{n}",
            post(
                "/ajax-api/2.0/mlflow/experiments/search-datasets",
                {"experiment_ids": [str(900_000 + at) for at in range(n)]},
            ),
        )
        for n in around(20)
    ],
    *[
        case(
            f"limit-runs-of-interval-{n}",
            get(
                "metrics/get-history-bulk-interval",
                {"run_ids": [f"{at:032x}" for at in range(n)], "metric_key": "m"},
            ),
        )
        for n in around(100)
    ],
    case(
        "limit-page-sizes",
        *[
            get(path, {"max_results": str(n), "filter": "name = 'nobody'"})
            for path, limit in (("registered-models/search", 1000), ("model-versions/search", 200_000))
            for n in (0, 1, *around(limit))
        ],
        *[
            post("experiments/search", {"max_results": n, "filter": "name = 'nobody'"})
            for n in (0, 1, *around(50_000))
        ],
        *[post("runs/search", {"experiment_ids": ["999999"], "max_results": n}) for n in (0, 1, *around(50_000))],
        *[post("logged-models/search", {"experiment_ids": ["999999"], "max_results": n}) for n in (0, 1, *around(50))],
        *[get("webhooks", {"max_results": str(n)}) for n in (0, 1, 1001)],
    ),
    *[
        case(
            f"limit-logged-model-{n}",
            *run(f"limit-lm-{n}"),
            post(
                "logged-models",
                {
                    "experiment_id": "<<experiment>>",
                    "name": "n",
                    "params": [{"key": text(min(n, 260)), "value": text(n)}],
                },
            ),
            post(
                "logged-models",
                {
                    "experiment_id": "<<experiment>>",
                    "name": "n",
                    "tags": [{"key": text(min(n, 260)), "value": text(n)}],
                },
            ),
        )
        for n in (*around(250), *around(255), *around(6000))
    ],
    *[
        case(
            f"limit-logged-model-name-{n}",
            *run(f"limit-lmn-{n}"),
            post("logged-models", {"experiment_id": "<<experiment>>", "name": text(n), "model_type": text(n)}),
        )
        for n in around(500)
    ],
]
