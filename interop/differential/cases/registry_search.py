"""registered-models/search and model-versions/search: filters, orders, pages."""

from differential.case import Case, Step, case, delete, get, pages, post

TEXT = ("=", "!=", "LIKE", "ILIKE", "like", "<", ">", "==", "<>")
NUMBER = ("=", "!=", "<", "<=", ">", ">=", "LIKE")


def version(name: str, **more) -> Step:
    return post("model-versions/create", {"name": name, "source": "s3://bucket/m"} | more)


WORLD = Case(
    "world-registry",
    (
        post(
            "registered-models/create",
            {
                "name": "ws-Apple",
                "description": "d",
                "tags": [{"key": "color", "value": "red"}, {"key": "with.dot", "value": "q"}],
            },
        ),
        post(
            "registered-models/create",
            {"name": "ws-banana", "tags": [{"key": "color", "value": "Yellow"}, {"key": "size", "value": "5"}]},
        ),
        post(
            "registered-models/create",
            {"name": "ws-a_c", "tags": [{"key": "color", "value": "red"}, {"key": "size", "value": "5"}]},
        ),
        post("registered-models/create", {"name": "ws-abc"}),
        post(
            "registered-models/create",
            {
                "name": "ws-prompt",
                "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}, {"key": "color", "value": "red"}],
            },
        ),
        version("ws-Apple", run_id="a" * 32, tags=[{"key": "t", "value": "1"}]),
        version("ws-Apple", source="s3://bucket/other", run_id="b" * 32, description="x"),
        version("ws-Apple", run_link="http://x"),
        version("ws-banana", run_id="a" * 32, tags=[{"key": "t", "value": "2"}, {"key": "u", "value": "1"}]),
        version("ws-a_c"),
        version(
            "ws-prompt",
            source="dummy-source",
            tags=[{"key": "mlflow.prompt.is_prompt", "value": "true"}, {"key": "mlflow.prompt.text", "value": "Hi"}],
        ),
        post("model-versions/transition-stage", {"name": "ws-Apple", "version": "1", "stage": "Production"}),
        post("model-versions/transition-stage", {"name": "ws-Apple", "version": "2", "stage": "Staging"}),
        post("registered-models/alias", {"name": "ws-Apple", "alias": "champion", "version": "2"}),
        delete("model-versions/delete", {"name": "ws-a_c", "version": "1"}),
    ),
)
MINE = "name LIKE 'ws-%'"
MODEL_FILTERS = [
    *[f"name {sign} {value}" for sign in TEXT for value in ("'ws-Apple'", "'ws-a_c'", "'WS-A%'") if sign != "!="],
    "attribute.name = 'ws-abc'",
    "attributes.name = 'ws-abc'",
    "`name` = 'ws-abc'",
    "\"name\" = 'ws-abc'",
    "name = ws-abc",
    "name = 5",
    'name = "ws-abc"',
    "name = `ws-abc`",
    "name IN ('ws-abc')",
    "name IS NULL",
    *[
        f"{prefix}.color {sign} 'red' AND {MINE}"
        for prefix in ("tag", "tags")
        for sign in ("=", "!=", "LIKE", "ILIKE", "ilike", "<")
    ],
    f"tags.color = 'red' AND tags.size = '5' AND {MINE}",
    f"tags.color = 'red' AND tags.color != 'blue' AND {MINE}",
    f"tags.color = 'red' AND tags.color = 'blue' AND {MINE}",
    f"tags.`with.dot` = 'q' AND {MINE}",
    f"tags.with.dot = 'q' AND {MINE}",
    f"tags.\"color\" = 'red' AND {MINE}",
    f"tags.`mlflow.prompt.is_prompt` = 'true' AND {MINE}",
    f"tags.`mlflow.prompt.is_prompt` != 'true' AND {MINE}",
    f"tags.`mlflow.prompt.is_prompt` != 'false' AND {MINE}",
    f"tags.`mlflow.prompt.is_prompt` = 'false' AND {MINE}",
    f"tag.mlflow.prompt.is_prompt = 'true' AND {MINE}",
    f"tags.`mlflow.prompt.is_prompt` LIKE 't%' AND {MINE}",
    "tags.nobody = 'x'",
    "tags.color IS NULL",
    "tags.color IS NOT NULL",
    "tags.size = 5",
    "timestamp > 5",
    "creation_timestamp > 5",
    "last_updated_timestamp > 5",
    "run_id = 'x'",
    "metrics.a = 1",
    "params.a = 'b'",
    "x.y = 'z'",
    f"{MINE} AND",
    f"{MINE} OR name = 'x'",
    f"({MINE})",
    f"NOT {MINE}",
    f"{MINE};",
    "name",
    "name =",
    "= 'x'",
    "name LIKE ws",
    "name LIKE 'ws-%' and name ILIKE '%P%'",
    "name LIKE 'ws-%' AND name != 'ws-abc'",
    "name = ''",
    "name = 'it''s'",
    "name LIKE '%\\_c'",
    "version_number = 1",
]
VERSION_FILTERS = [
    *[f"name {sign} {value}" for sign in TEXT for value in ("'ws-Apple'", "'ws-a_c'") if sign not in ("!=",)],
    "name LIKE 'ws-%'",
    f"name != 'ws-Apple' AND {MINE}",
    "name ILIKE 'WS-%'",
    "attribute.name = 'ws-Apple'",
    "attributes.name = 'ws-Apple'",
    "name IN ('ws-Apple')",
    "name = 'ws-prompt'",
    *[f"version_number {sign} {value} AND {MINE}" for sign in NUMBER for value in ("1", "2")],
    *[
        f"version_number {sign} AND {MINE}"
        for sign in ("= '2'", "= 1.5", "= 'x'", "> -1", "= 2.0", "IN (1)", "= 1e0", "= 99999999999999999999")
    ],
    *[f"run_id {sign} '{'a' * 32}' AND {MINE}" for sign in ("=", "!=", "LIKE", "ILIKE", "<")],
    *[
        f"run_id {text} AND {MINE}"
        for text in (
            f"IN ('{'a' * 32}', '{'b' * 32}')",
            "IN ('x')",
            "IN ()",
            "IN (5)",
            f"NOT IN ('{'a' * 32}')",
            "IN 'x'",
            f"in ('{'a' * 32}')",
            "= ''",
            f"IN ('{'A' * 32}')",
            "IN ('')",
        )
    ],
    *[f"source_path {sign} 's3://bucket/other' AND {MINE}" for sign in ("=", "!=", "LIKE", "ILIKE", ">")],
    f"source_path LIKE 's3://%' AND {MINE}",
    "source_path IN ('x')",
    "source = 'x'",
    "version = 1",
    "run_link = 'x'",
    "current_stage = 'None'",
    "description = 'x'",
    "creation_timestamp > 1",
    *[f"{prefix}.t {sign} '1' AND {MINE}" for prefix in ("tag", "tags") for sign in ("=", "!=", "LIKE", "ILIKE")],
    f"tags.t = '2' AND tags.u = '1' AND {MINE}",
    f"tags.t = '1' AND tags.t = '2' AND {MINE}",
    "tags.t = 1",
    "tags.t IS NULL",
    "tags.t < '1'",
    f"tags.`mlflow.prompt.is_prompt` = 'true' AND {MINE}",
    f"tags.`mlflow.prompt.is_prompt` != 'false' AND {MINE}",
    f"tags.`mlflow.prompt.is_prompt` = 'false' AND {MINE}",
    f"{MINE} AND",
    f"{MINE} OR x = 1",
    "x.y = 'z'",
    "name",
    "metrics.x = 1",
    f"({MINE})",
]
DIRECTIONS = ("", " ASC", " DESC", " desc")
MODEL_ORDERS = [
    *[
        [key + way]
        for key in ("name", "timestamp", "last_updated_timestamp", "attribute.name", "`name`")
        for way in DIRECTIONS
    ],
    ["timestamp", "name DESC"],
    ["name", "name"],
    ["creation_timestamp"],
    ["x"],
    [""],
    ["name, timestamp"],
    ["name UP"],
    ["version_number"],
    ["tags.color"],
    ["timestamp", "last_updated_timestamp"],
    ['"name" desc'],
]
VERSION_ORDERS = [
    *[
        [key + way]
        for key in (
            "name",
            "version_number",
            "creation_timestamp",
            "last_updated_timestamp",
            "attribute.name",
            "`version_number`",
        )
        for way in DIRECTIONS
    ],
    ["name DESC", "version_number ASC"],
    ["name", "name"],
    ["timestamp"],
    ["x"],
    [""],
    ["name, version_number"],
    ["name UP"],
    ["run_id"],
    ["tags.t"],
    ["attributes.name"],
]


def models(**query) -> Step:
    return get("registered-models/search", {"filter": MINE} | query)


def versions(**query) -> Step:
    return get("model-versions/search", {"filter": MINE} | query)


def rows(prefix: str, steps: list[Step]) -> list[Case]:
    return [case(f"{prefix}-{number:03}", step, world=WORLD) for number, step in enumerate(steps, 1)]


REGISTRY_SEARCH_CASES = [
    *rows("model-filter", [models(filter=text) for text in MODEL_FILTERS]),
    *rows("version-filter", [versions(filter=text) for text in VERSION_FILTERS]),
    *rows("model-order", [models(order_by=clauses) for clauses in MODEL_ORDERS]),
    *rows("version-order", [versions(order_by=clauses) for clauses in VERSION_ORDERS]),
    *[
        case(f"model-pages-{size}-{count}", *pages(models(max_results=size), count), world=WORLD)
        for size, count in ((1, 4), (2, 2), (3, 2), (4, 1))
    ],
    *[
        case(f"version-pages-{size}-{count}", *pages(versions(max_results=size), count), world=WORLD)
        for size, count in ((1, 4), (2, 2), (3, 2), (4, 1))
    ],
    case(
        "model-pages-odd",
        *[models(page_token=token) for token in ("eyJvZmZzZXQiOiAwfQ==", "e30=", "!", "eyJvZmZzZXQiOiAyfQ==")],
        models(max_results=-1),
        models(page_token="eyJvZmZzZXQiOiAtMX0="),
        world=WORLD,
    ),
    case(
        "version-pages-odd",
        *[versions(page_token=token) for token in ("eyJvZmZzZXQiOiAwfQ==", "e30=", "!", "eyJvZmZzZXQiOiAyfQ==")],
        world=WORLD,
    ),
    case(
        "model-views",
        *[
            get("registered-models/get", {"name": name})
            for name in ("ws-Apple", "ws-banana", "ws-a_c", "ws-abc", "ws-prompt")
        ],
        world=WORLD,
    ),
    case(
        "latest-versions",
        *[
            post("registered-models/get-latest-versions", {"name": "ws-Apple", "stages": stages})
            for stages in (
                [],
                ["None"],
                ["Production", "Staging"],
                ["production"],
                ["Archived"],
                ["nope"],
                ["None", "None"],
            )
        ],
        get("registered-models/get-latest-versions", {"name": "ws-Apple"}),
        get("registered-models/get-latest-versions", {"name": "ws-Apple", "stages": ["None", "Staging"]}),
        world=WORLD,
    ),
    case("search-models-by-post", post("registered-models/search", {"filter": MINE, "max_results": "2"}), world=WORLD),
]
