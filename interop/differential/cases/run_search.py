"""runs/search: every comparator of every kind of key, orders with NaN and what is absent, pages."""

from differential.case import Case, Step, case, pages, post

START = 1_700_000_000_000


def world_run(number: int, metrics=(), params=(), tags=(), more=None, update=None) -> list[Step]:
    made = {"experiment_id": "<<experiment>>", "start_time": START + number * 1000, "user_id": f"user{number % 2}"}
    ref = f"<<run{number}>>"
    steps = [
        post("runs/create", made | {"run_name": f"Run {number}"} | (more or {}), **{f"run{number}": "run.info.run_id"}),
        post(
            "runs/log-batch",
            {
                "run_id": ref,
                "metrics": [{"key": k, "value": v, "timestamp": t, "step": s} for k, v, t, s in metrics],
                "params": [{"key": k, "value": v} for k, v in params],
                "tags": [{"key": k, "value": v} for k, v in tags],
            },
        ),
    ]
    if update:
        steps.append(post("runs/update", {"run_id": ref} | update))
    return steps


def dataset(name: str, digest: str, context: str) -> dict:
    inner = {"name": name, "digest": digest, "source_type": "local", "source": "{}"}
    return {"dataset": inner, "tags": [{"key": "mlflow.data.context", "value": context}]}


WORLD = Case(
    "world-runs",
    (
        post("experiments/create", {"name": "world-runs"}, experiment="experiment_id"),
        *world_run(
            1,
            [("loss", 0.5, 1, 1), ("acc", 0.9, 1, 1)],
            [("lr", "0.1"), ("opt", "Adam")],
            [("team", "Blue"), ("a b", "x")],
        ),
        *world_run(
            2,
            [("loss", "NaN", 1, 1), ("acc", 0.8, 1, 1)],
            [("lr", "0.01"), ("opt", "adam")],
            [("team", "blue")],
            update={"status": "FINISHED", "end_time": START + 9000},
        ),
        *world_run(
            3,
            [("loss", "Infinity", 1, 1)],
            [("lr", "0.1"), ("with.dot", "q")],
            [("team", "red"), ("with.dot", "q")],
            update={"status": "FAILED", "end_time": START + 5000},
        ),
        *world_run(4, [("loss", "-Infinity", 1, 1), ("acc", 0.9, 2, 5)], [("opt", "50% off")], [("team", "a_c")]),
        *world_run(
            5, [("loss", 0, 1, 1), ("m x", -1.5, 1, 1), ("big", 1e300, 1, 1)], [], [("team", "abc"), ("quote", "it's")]
        ),
        *world_run(
            6,
            [("loss", 2, 1, 1), ("loss", 0.5, 2, 2)],
            [("lr", "")],
            [],
            {"tags": [{"key": "mlflow.note.content", "value": "hello"}]},
            {"status": "KILLED"},
        ),
        *world_run(7, [], [("path", "a\\b")], [("team", "Ünïcode")]),
        post("runs/log-inputs", {"run_id": "<<run1>>", "datasets": [dataset("iris", "d1", "training")]}),
        post(
            "runs/log-inputs",
            {"run_id": "<<run2>>", "datasets": [dataset("iris", "d2", "eval"), dataset("wine", "d1", "training")]},
        ),
        post("runs/delete", {"run_id": "<<run7>>"}),
    ),
)

NUMBER = ("=", "!=", "<", "<=", ">", ">=")
TEXT = ("=", "!=", "LIKE", "ILIKE", "like", "ilike")
FILTERS = [
    *[f"metrics.loss {sign} {value}" for sign in NUMBER for value in ("0.5", "0", "-1")],
    *[f"metric.acc {sign} 0.9" for sign in ("=", ">", "==", "<>", "LIKE", "IN")],
    *[f"params.opt {sign} {value}" for sign in TEXT for value in ("'Adam'", "'%dam'", "'50% off'")],
    *[f"{prefix}.lr = '0.1'" for prefix in ("param", "params", "parameter", "parameters", "PARAMS", "xparams")],
    *[f"tags.team {sign} {value}" for sign in TEXT for value in ("'blue'", "'a_c'", "'B%'")],
    *[f"{prefix}.team = 'red'" for prefix in ("tag", "tags", "TAGS")],
    *[
        f"{key} IS {null}"
        for key in ("tags.team", "params.lr", "tags.nobody", "metrics.loss", "status", "attributes.run_name")
        for null in ("NULL", "NOT NULL")
    ],
    *[f"{prefix}status = 'FINISHED'" for prefix in ("", "attribute.", "attributes.", "attr.", "run.", "x.")],
    *[
        f"{key} = {value}"
        for key in (
            "run_name",
            "`run name`",
            '"Run name"',
            "`Run Name`",
            "user_id",
            "artifact_uri",
            "status",
            "lifecycle_stage",
            "experiment_id",
        )
        for value in ("'Run 1'", "5")
    ],
    *[f"{key} {sign} {START + 3000}" for key in ("start_time", "created", "Created", "end_time") for sign in NUMBER],
    *[
        f"{key} {sign} {value}"
        for key, values in (
            ("run_name", ("'Run 1'", "'run %'")),
            ("user_id", ("'user1'", "'USER_'")),
            ("artifact_uri", ("'x'", "'MLFLOW-artifacts:%'")),
            ("run_id", ("'<<run1>>'", "'%'")),
        )
        for sign in ("!=", "LIKE", "ILIKE")
        for value in values
    ],
    "status IN ('FINISHED')",
    "status IS NOT NULL",
    "start_time = '5'",
    "start_time > 1.5",
    "start_time LIKE '1'",
    "created > 'x'",
    "attributes.start_time > 1e3",
    *[f"status {sign} 'FINISHED'" for sign in ("!=", "LIKE", "ILIKE", "<", "IN")],
    "status = 'finished'",
    "status LIKE 'F%'",
    "run_id IN ('<<run1>>', '<<run3>>')",
    "run_id NOT IN ('<<run1>>')",
    "run_id = '<<run2>>'",
    "run_id != '<<run2>>'",
    "run_id IN ()",
    "run_id IN ('x', 5)",
    "run_id IN '<<run1>>'",
    "run_id = ('<<run1>>')",
    "run_name IN ('Run 1')",
    "run_id in ('<<run1>>')",
    "run_id LIKE '%'",
    "attributes.run_id IN ('<<run1>>')",
    *[
        f"dataset{s}.name {sign} {value}"
        for s in ("", "s")
        for sign, value in (
            ("=", "'iris'"),
            ("!=", "'iris'"),
            ("LIKE", "'ir%'"),
            ("ILIKE", "'IR%'"),
            ("IN", "('iris', 'wine')"),
            ("<", "'a'"),
        )
    ],
    *[
        f"datasets.{key} {sign} {value}"
        for key, text in (("digest", "d1"), ("context", "training"))
        for sign, value in (
            ("=", f"'{text}'"),
            ("!=", f"'{text}'"),
            ("LIKE", f"'{text[0]}%'"),
            ("ILIKE", f"'{text[0].upper()}%'"),
            ("IN", f"('{text}', 'x')"),
        )
    ],
    "datasets.context IN ('eval')",
    "datasets.nobody = 'x'",
    "dataset.name = 'iris' AND dataset.context = 'eval'",
    "dataset.name = 5",
    "dataset.name IN (5)",
    "dataset.name NOT IN ('iris')",
    "params.`with.dot` = 'q'",
    "params.\"with.dot\" = 'q'",
    "params.with.dot = 'q'",
    "tags.`a b` = 'x'",
    "tags.\"a b\" = 'x'",
    "metrics.`m x` < 0",
    "`params`.lr = '0.1'",
    'params.lr = "0.1"',
    "params.lr = `0.1`",
    "params.lr = 0.1",
    "params.lr = 'unclosed",
    "tags.quote = 'it''s'",
    'tags.quote = "it\'s"',
    "params.path = 'a\\b'",
    "params.path LIKE 'a\\b'",
    "metrics.loss = '0.5'",
    "metrics.loss = NaN",
    "metrics.loss = 1e0",
    "metrics.loss > -1.5",
    "metrics.loss = .5",
    "metrics.big > 1e299",
    "metrics.big = 1e400",
    "metrics.loss = true",
    "metrics.nobody = 1",
    "metrics.nobody != 1",
    "params.nobody != 'x'",
    "tags.nobody != 'x'",
    "params.lr = ''",
    "params.lr LIKE ''",
    "params.lr LIKE '%'",
    "metrics.loss > 0 AND params.lr = '0.1'",
    "metrics.loss > 0 and params.lr = '0.1'",
    "metrics.loss > 0 AND metrics.acc > 0",
    "metrics.loss > 0 OR params.lr = '0.1'",
    "NOT metrics.loss > 0",
    "(metrics.loss > 0)",
    "metrics.loss > 0 AND",
    "AND metrics.loss > 0",
    "metrics.loss > 0 AND AND metrics.acc > 0",
    "metrics.loss > 0;",
    "metrics.loss > 0 -- x",
    "metrics.loss",
    "metrics.loss >",
    "> 0",
    "metrics.loss > 0 1",
    "'a' = 'a'",
    "loss > 0",
    "nobody = 'x'",
    "attributes.nobody = 'x'",
    "a.b.c = 'x'",
    " ",
    "metrics. = 1",
    "metrics.loss>0",
    "metrics.loss  >   0",
    "metrics.loss\n>\t0",
    "1 = 1",
    "metrics.loss BETWEEN 0 AND 1",
    "tags.team = 'Ünïcode'",
    "tags.team ILIKE 'ünï%'",
    "tags.`mlflow.note.content` LIKE 'hel%'",
    "tags.mlflow.note.content = 'hello'",
    "lower(params.lr) = 'x'",
    "params.lr LIKE '0._'",
    "params.`lr = '0.1'",
    "select * from runs",
    "status = 'RUNNING' AND start_time > 0 AND user_id = 'user1'",
]
ORDERS = [
    *[
        [f"{key}{direction}"]
        for key in (
            "metrics.loss",
            "metrics.acc",
            "params.lr",
            "tags.team",
            "start_time",
            "end_time",
            "run_name",
            "status",
            "run_id",
            "user_id",
            "artifact_uri",
            "created",
            "Created",
            "`Run name`",
            "attributes.start_time",
            "attribute.end_time",
            "`metrics`.loss",
            "metrics.`m x`",
            'params."with.dot"',
            "metrics.nobody",
            "params.nobody",
            "tags.nobody",
        )
        for direction in ("", " ASC", " DESC", " desc")
    ],
    ["metrics.acc", "start_time ASC"],
    ["user_id DESC", "metrics.loss DESC"],
    ["params.opt", "metrics.acc DESC"],
    [],
    [""],
    [" "],
    ["loss"],
    ["x.y"],
    ["start_time UP"],
    ["start_time, end_time"],
    ["start_time ASC DESC"],
    ["metrics.loss", "metrics.loss"],
    ["start_time", "created"],
    ["datasets.name"],
    ["dataset.name"],
    ["lifecycle_stage"],
    ["experiment_id"],
    ["'start_time'"],
    ["metrics.loss NULLS FIRST"],
    ["start_time;"],
    ["metrics.x y"],
]


def search(**body) -> Step:
    return post("runs/search", {"experiment_ids": ["<<experiment>>"]} | body)


def named(steps: list[Step], prefix: str) -> list[Case]:
    return [case(f"{prefix}-{number:03}", step, world=WORLD) for number, step in enumerate(steps, 1)]


RUN_SEARCH_CASES = [
    *named([search(filter=text) for text in FILTERS], "run-filter"),
    *named(
        [search(order_by=clauses) for clauses in ORDERS if not any("run_id" in c or "artifact" in c for c in clauses)],
        "run-order",
    ),
    *named(
        [
            search(order_by=[key], filter="nobody.x = 1" if bad else "user_id = 'user9'")
            for key in ("run_id", "run_id DESC", "artifact_uri ASC", "artifact_uri DESC")
            for bad in (False, True)
        ],
        "run-order-by-id",
    ),
    *[
        case(
            f"run-pages-{size}-{count}",
            *pages(search(max_results=size, order_by=["metrics.loss DESC"]), count),
            world=WORLD,
        )
        for size, count in ((1, 6), (2, 3), (3, 2), (6, 1), (7, 1))
    ],
    *[
        case(f"run-view-{view}", search(run_view_type=view), world=WORLD)
        for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL", 1, 2, 3)
    ],
    case(
        "run-token-elsewhere",
        *pages(search(max_results=2), 1),
        post(
            "runs/search",
            {"experiment_ids": ["<<experiment>>"], "max_results": 2, "page_token": "eyJvZmZzZXQiOiA0fQ=="},
        ),
        *[
            search(page_token=token)
            for token in (
                "eyJvZmZzZXQiOiAwfQ==",
                "e30=",
                "bm9uZQ==",
                "!",
                "eyJvZmZzZXQiOiAiMSJ9",
                "eyJvZmZzZXQiOiAtMX0=",
                "eyJvZmZzZXQiOiAxMDAwfQ==",
            )
        ],
        world=WORLD,
    ),
    case(
        "run-two-experiments",
        search(experiment_ids=["<<experiment>>", "999999"]),
        search(experiment_ids=["<<experiment>>", "<<experiment>>"]),
        search(experiment_ids=["x"]),
        world=WORLD,
    ),
]
