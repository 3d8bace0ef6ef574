"""experiments/search and logged-models/search: filters, orders, pages."""

from differential.case import Case, Step, case, get, pages, patch, post

DIRECTIONS = ("", " ASC", " DESC", " desc")
EXPERIMENTS = Case(
    "world-experiments",
    (
        post("experiments/create", {"name": "we-Alpha", "tags": [{"key": "team", "value": "Red"}]}, e1="experiment_id"),
        post(
            "experiments/create",
            {"name": "we-beta", "tags": [{"key": "team", "value": "red"}, {"key": "with.dot", "value": "q"}]},
            e2="experiment_id",
        ),
        post("experiments/create", {"name": "we-a_c"}, e3="experiment_id"),
        post("experiments/create", {"name": "we-abc"}, e4="experiment_id"),
        post("experiments/create", {"name": "we-gone"}, e5="experiment_id"),
        post("experiments/delete", {"experiment_id": "<<e5>>"}),
        post("experiments/update", {"experiment_id": "<<e1>>", "new_name": "we-Alpha2"}),
    ),
)
MINE = "name LIKE 'we-%'"
EXPERIMENT_FILTERS = [
    *[
        f"name {sign} {value}"
        for sign in ("=", "LIKE", "ILIKE", "like", "<", "==", "IN")
        for value in ("'we-beta'", "'we-a_c'", "'WE-%'")
    ],
    f"name != 'we-beta' AND {MINE}",
    "attribute.name = 'we-abc'",
    "attributes.name = 'we-abc'",
    "name = 5",
    "name IN ('we-abc')",
    *[
        f"{key} {sign} 1500000000000 AND {MINE}"
        for key in ("creation_time", "last_update_time", "attribute.creation_time")
        for sign in ("=", "!=", "<", "<=", ">", ">=", "LIKE")
    ],
    "creation_time > 'x'",
    f"creation_time > 1.5 AND {MINE}",
    f"creation_time > '5' AND {MINE}",
    *[
        f"{prefix}.team {sign} 'red' AND {MINE}"
        for prefix in ("tag", "tags")
        for sign in ("=", "!=", "LIKE", "ILIKE", "ilike", "<")
    ],
    f"tags.team IS NULL AND {MINE}",
    f"tags.team IS NOT NULL AND {MINE}",
    f"tags.nobody IS NULL AND {MINE}",
    "tags.`with.dot` = 'q'",
    "tags.team = 5",
    "experiment_id = '<<e1>>'",
    "experiment_id IN ('<<e1>>', '<<e2>>')",
    f"experiment_id NOT IN ('<<e1>>') AND {MINE}",
    "experiment_id = 5000",
    "experiment_id = 'x'",
    "experiment_id > '1'",
    "experiment_id LIKE '1'",
    "lifecycle_stage = 'active'",
    "name IS NULL",
    "x = 1",
    "x.y = 'z'",
    f"{MINE} AND",
    f"{MINE} OR x = 1",
    f"({MINE})",
    "name",
    "metrics.x = 1",
]
EXPERIMENT_ORDERS = [
    *[
        [key + way]
        for key in ("name", "creation_time", "last_update_time", "attribute.name", "`name`")
        for way in DIRECTIONS
    ],
    ["last_update_time", "name DESC"],
    ["name", "name"],
    ["x"],
    [""],
    ["name, creation_time"],
    ["name UP"],
    ["tags.team"],
    ["lifecycle_stage"],
    ["experiment_id"],
    ["experiment_id DESC"],
]


def experiments(**body) -> Step:
    return post("experiments/search", {"max_results": 100, "filter": MINE} | body)


def logged(number: int, name: str, metrics=(), **more) -> list[Step]:
    ref = f"<<m{number}>>"
    made = {"experiment_id": "<<experiment>>", "name": name, "source_run_id": "<<run>>"} | more
    steps = [post("logged-models", made, **{f"m{number}": "model.info.model_id"})]
    steps += [
        post(
            "runs/log-metric",
            {"run_id": "<<run>>", "model_id": ref, "key": k, "value": v, "timestamp": t, "step": s} | d,
        )
        for k, v, t, s, d in metrics
    ]
    return steps


IRIS = {"dataset_name": "iris", "dataset_digest": "d1"}
WINE = {"dataset_name": "wine", "dataset_digest": "d2"}
LOGGED = Case(
    "world-logged-models",
    (
        post("experiments/create", {"name": "world-logged-models"}, experiment="experiment_id"),
        post("runs/create", {"experiment_id": "<<experiment>>", "start_time": 1}, run="run.info.run_id"),
        post(
            "runs/log-inputs",
            {
                "run_id": "<<run>>",
                "datasets": [
                    {"dataset": {"name": n, "digest": d, "source_type": "local", "source": "{}"}}
                    for n, d in (("iris", "d1"), ("wine", "d2"))
                ],
            },
        ),
        *logged(
            1,
            "net",
            [("acc", 0.5, 1, 1, IRIS), ("acc", 0.9, 2, 2, IRIS), ("loss", 1, 1, 1, {})],
            model_type="CNN",
            params=[{"key": "lr", "value": "0.1"}],
            tags=[{"key": "team", "value": "Red"}],
        ),
        *logged(
            2,
            "Net2",
            [("acc", 0.7, 1, 1, WINE), ("loss", "NaN", 2, 1, {})],
            params=[{"key": "lr", "value": "0.2"}],
            tags=[{"key": "team", "value": "red"}],
        ),
        *logged(
            3, "n_t", [("acc", 0.8, 1, 1, IRIS), ("acc", 0.1, 1, 1, WINE)], tags=[{"key": "with.dot", "value": "q"}]
        ),
        *logged(4, "plain"),
        *logged(5, "gone"),
        patch("logged-models/<<m1>>", {"model_id": "<<m1>>", "status": "LOGGED_MODEL_READY"}),
        patch("logged-models/<<m3>>", {"model_id": "<<m3>>", "status": "LOGGED_MODEL_UPLOAD_FAILED"}),
        Step("DELETE", "logged-models/<<m5>>"),
    ),
)
LOGGED_FILTERS = [
    *[
        f"name {sign} {value}"
        for sign in ("=", "!=", "LIKE", "ILIKE", "like", "<")
        for value in ("'net'", "'n_t'", "'N%'")
    ],
    "name IN ('net', 'plain')",
    "name NOT IN ('net')",
    "attributes.name = 'net'",
    "attribute.name = 'net'",
    "name IN ()",
    "name = 5",
    *[
        f"{key} {sign} {value}"
        for key, text in (("model_type", "CNN"), ("source_run_id", "<<run>>"), ("model_id", "<<m1>>"), ("name", "net"))
        for sign, value in (
            ("=", f"'{text}'"),
            ("!=", f"'{text}'"),
            ("LIKE", "'%C%'"),
            ("ILIKE", "'%c%'"),
            ("IN", f"('{text}', 'x')"),
            ("NOT IN", f"('{text}', 'x')"),
        )
        if not (key.endswith("_id") and "LIKE" in sign)  # a random id may or may not hold the letter
    ],
    "model_id LIKE 'm-%'",
    "model_id ILIKE 'M-%'",
    "source_run_id LIKE '%'",
    "source_run_id ILIKE '%'",
    *[
        f"{key} {sign} {value}"
        for key, text in (("params.lr", "0.1"), ("tags.team", "red"))
        for sign, value in (("IN", f"('{text}', 'x')"), ("NOT IN", f"('{text}', 'x')"), ("LIKE", "'%'"))
    ],
    "metrics.loss != 1",
    "metrics.loss >= 1",
    "model_id = '<<m1>>'",
    "model_id IN ('<<m1>>', '<<m2>>')",
    "source_run_id = '<<run>>'",
    "status = 'READY'",
    "status = 2",
    "status = 'LOGGED_MODEL_READY'",
    "status != 1",
    "status > 1",
    "status IN (1)",
    *[
        f"{key} {sign} 1500000000000"
        for key in ("creation_timestamp", "creation_time", "last_updated_timestamp")
        for sign in ("=", "!=", "<", "<=", ">", ">=")
    ],
    "attributes.creation_timestamp < 1500000000000",
    "creation_timestamp > 'x'",
    "creation_timestamp LIKE 'x'",
    "creation_timestamp > 1.5",
    *[f"metrics.acc {sign} {value}" for sign in ("=", "!=", "<", "<=", ">", ">=") for value in ("0.8", "0.5")],
    "metrics.acc > 'x'",
    "metrics.acc LIKE '1'",
    "metrics.loss = 0",
    "metrics.nobody > 0",
    "metric.acc > 0",
    "metrics.acc > 0.6 AND metrics.loss > 0",
    *[f"params.lr {sign} '0.1'" for sign in ("=", "!=", "LIKE", "ILIKE", "IN", "<")],
    "params.lr IN ('0.1')",
    "param.lr = '0.1'",
    "params.lr = 0.1",
    "params.nobody != 'x'",
    *[f"tags.team {sign} 'red'" for sign in ("=", "!=", "LIKE", "ILIKE")],
    "tag.team = 'red'",
    "tags.`with.dot` = 'q'",
    "tags.team IN ('red')",
    "tags.team IS NULL",
    "x = 1",
    "x.y = 'z'",
    "name = 'net' AND",
    "name = 'net' OR name = 'x'",
    "(name = 'net')",
    "name",
    "name = 'net' AND params.lr = '0.1' AND tags.team = 'Red'",
    "NOT name = 'net'",
    "experiment_id = '1'",
    "artifact_uri = 'x'",
]
LOGGED_ORDERS = [
    *[
        [{"field_name": key} | way]
        for key in (
            "name",
            "creation_timestamp",
            "creation_time",
            "last_updated_timestamp",
            "metrics.acc",
            "metrics.loss",
            "metrics.nobody",
            "attributes.name",
            "status",
            "model_type",
            "params.lr",
            "tags.team",
            "x",
            "",
        )
        for way in ({}, {"ascending": True}, {"ascending": False})
    ],
    [{"field_name": "metrics.acc"} | IRIS],
    [{"field_name": "metrics.acc", "ascending": False} | WINE],
    [{"field_name": "metrics.acc", "dataset_name": "iris"}],
    [{"field_name": "metrics.acc", "dataset_digest": "d1"}],
    [{"field_name": "name"} | IRIS],
    [{"field_name": "model_type"}, {"field_name": "name", "ascending": False}],
    [{"field_name": "name"}, {"field_name": "name"}],
]


def search(**body) -> Step:
    return post("logged-models/search", {"experiment_ids": ["<<experiment>>"]} | body)


def rows(prefix: str, world: Case, steps: list[Step]) -> list[Case]:
    return [case(f"{prefix}-{number:03}", step, world=world) for number, step in enumerate(steps, 1)]


TRACKING_SEARCH_CASES = [
    *rows("experiment-filter", EXPERIMENTS, [experiments(filter=text) for text in EXPERIMENT_FILTERS]),
    *rows("experiment-order", EXPERIMENTS, [experiments(order_by=clauses) for clauses in EXPERIMENT_ORDERS]),
    *rows(
        "experiment-view",
        EXPERIMENTS,
        [experiments(view_type=view) for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL", 1, 2, 3)],
    ),
    *[
        case(f"experiment-pages-{size}-{count}", *pages(experiments(max_results=size), count), world=EXPERIMENTS)
        for size, count in ((1, 4), (2, 2), (3, 2), (4, 1))
    ],
    case(
        "experiment-search-by-get",
        get("experiments/search", {"max_results": "2", "filter": MINE, "order_by": ["name DESC"], "view_type": "ALL"}),
        get("experiments/search", {"filter": MINE}),
        world=EXPERIMENTS,
    ),
    case(
        "experiment-views",
        *[get("experiments/get", {"experiment_id": f"<<e{n}>>"}) for n in range(1, 6)],
        get("experiments/get-by-name", {"experiment_name": "we-gone"}),
        world=EXPERIMENTS,
    ),
    *rows("logged-filter", LOGGED, [search(filter=text) for text in LOGGED_FILTERS]),
    *rows(
        "logged-filter-on-data",
        LOGGED,
        [
            search(filter="metrics.acc > 0.4", datasets=data)
            for data in (
                [IRIS],
                [WINE],
                [IRIS, WINE],
                [{"dataset_name": "iris"}],
                [{"dataset_name": "iris", "dataset_digest": "d2"}],
                [{"dataset_digest": "d1"}],
            )
        ],
    ),
    *rows("logged-order", LOGGED, [search(order_by=clauses) for clauses in LOGGED_ORDERS]),
    *[
        case(f"logged-pages-{size}-{count}", *pages(search(max_results=size), count), world=LOGGED)
        for size, count in ((1, 4), (2, 2), (3, 2), (4, 1))
    ],
    case(
        "logged-token-of-another-search",
        search(max_results=1),
        Step(
            "POST",
            "logged-models/search",
            body={"experiment_ids": ["<<experiment>>"], "max_results": 1},
            save={"t": "next_page_token"},
        ),
        search(page_token="<<t>>", filter="name = 'net'"),
        search(page_token="<<t>>", order_by=[{"field_name": "name"}]),
        search(page_token="<<t>>", max_results=2),
        search(page_token="e30="),
        search(page_token="!"),
        world=LOGGED,
    ),
    case(
        "logged-views",
        *[get(f"logged-models/<<m{n}>>") for n in range(1, 6)],
        get("runs/get", {"run_id": "<<run>>"}),
        world=LOGGED,
    ),
]
