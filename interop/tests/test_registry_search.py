"""`search_registered_models` and `search_model_versions`: filters, order and paging to the end."""

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import RestException

SOURCE = "s3://bucket/path/model"
MODELS = 7


@pytest.fixture
def family(client: MlflowClient, unique) -> str:
    """Seven models `<family>-0` … `<family>-6`; even ones have the tag parity=even; the i-th has i % 3 versions."""
    prefix = unique("Family")
    for i in range(MODELS):
        name = f"{prefix}-{i}"
        client.create_registered_model(name, tags={"parity": "even" if i % 2 == 0 else "odd", "my.key": str(i)})
        for _ in range(i % 3):
            client.create_model_version(name, f"{SOURCE}/{i}")
    return prefix


def found(client: MlflowClient, family: str, filter_string: str, **options) -> list[int]:
    models = client.search_registered_models(filter_string, **options)
    return [int(m.name.removeprefix(f"{family}-")) for m in models]


def test_models_are_found_by_name_and_pattern(client, family):
    assert found(client, family, f"name = '{family}-3'") == [3]
    assert found(client, family, f"name LIKE '{family}-%'") == list(range(MODELS))
    assert found(client, family, f"name LIKE '{family.lower()}-%'") == []
    assert found(client, family, f"name ILIKE '{family.lower()}-%'") == list(range(MODELS))
    assert found(client, family, f"name LIKE '{family}-%' AND name != '{family}-0'") == list(range(1, MODELS))
    assert found(client, family, f'name = "{family}-3"') == [3]


def test_models_are_found_by_tag(client, family):
    mine = f"name LIKE '{family}-%'"
    assert found(client, family, f"{mine} AND tags.parity = 'even'") == [0, 2, 4, 6]
    assert found(client, family, f"{mine} and tag.parity != 'even'") == [1, 3, 5]
    assert found(client, family, f"{mine} AND tags.`my.key` = '5'") == [5]
    assert found(client, family, f"{mine} AND tags.parity LIKE 'o%' AND tags.`my.key` ILIKE '3'") == [3]
    assert found(client, family, f"{mine} AND tags.absent != 'x'") == []


def test_models_are_ordered_by_name_and_by_last_update(client, family, next_millisecond):
    mine = f"name LIKE '{family}-%'"
    assert found(client, family, mine, order_by=["name DESC"]) == list(reversed(range(MODELS)))
    next_millisecond()
    client.update_registered_model(f"{family}-4", description="touched")
    assert found(client, family, mine, order_by=["last_updated_timestamp DESC", "name ASC"])[0] == 4
    assert found(client, family, mine, order_by=["timestamp ASC"])[-1] == 4


def test_models_are_paged_to_the_end_without_gap_or_repetition(client, family):
    token, pages = None, []
    while True:
        page = client.search_registered_models(f"name LIKE '{family}-%'", max_results=3, page_token=token)
        pages.append([m.name for m in page])
        token = page.token
        if not token:
            break
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [name for page in pages for name in page] == [f"{family}-{i}" for i in range(MODELS)]


def test_a_full_last_page_has_no_token(client, family):
    assert not client.search_registered_models(f"name LIKE '{family}-%'", max_results=MODELS).token


def test_search_results_of_models_carry_latest_versions_and_aliases(client, family):
    client.set_registered_model_alias(f"{family}-5", "champion", "1")
    (model,) = client.search_registered_models(f"name = '{family}-5'")
    assert [v.version for v in model.latest_versions] == ["2"]
    assert model.aliases == {"champion": "1"}


def test_versions_are_found_by_name_number_run_source_and_tag(client, family, run_id):
    name = f"{family}-0"
    for i in range(4):
        client.create_model_version(name, f"{SOURCE}/{i}", run_id=run_id if i % 2 else None, tags={"i": str(i)})

    def numbers(filter_string: str) -> list[str]:
        return sorted(v.version for v in client.search_model_versions(filter_string))

    assert numbers(f"name = '{name}'") == ["1", "2", "3", "4"]
    assert numbers(f"run_id = '{run_id}'") == ["2", "4"]
    assert numbers(f"run_id IN ('{run_id}', 'other')") == ["2", "4"]
    assert numbers(f"name = '{name}' AND version_number > 2") == ["3", "4"]
    assert numbers(f"name = '{name}' AND version_number <= 2 AND tags.i = '0'") == ["1"]
    assert numbers(f"name = '{name}' AND source_path = '{SOURCE}/3'") == ["4"]
    assert numbers(f"name = '{name}' AND source_path LIKE '%/path/%' AND tag.i ILIKE '2'") == ["3"]
    assert numbers(f"name = '{family}-absent'") == []


def test_versions_come_newest_first_and_in_the_order_that_is_asked(client, family, next_millisecond):
    mine = f"name LIKE '{family}-%'"

    def listed(**options) -> list[tuple[str, str]]:
        versions = client.search_model_versions(mine, **options)
        return [(v.name.removeprefix(f"{family}-"), v.version) for v in versions]

    assert listed(order_by=["name ASC", "version_number DESC"]) == [
        ("1", "1"),
        ("2", "2"),
        ("2", "1"),
        ("4", "1"),
        ("5", "2"),
        ("5", "1"),
    ]
    assert listed(order_by=["version_number DESC", "name DESC"])[:3] == [("5", "2"), ("2", "2"), ("5", "1")]
    next_millisecond()
    client.update_model_version(f"{family}-2", "1", description="touched")
    assert listed()[0] == ("2", "1")
    assert listed(order_by=["creation_timestamp ASC", "name ASC", "version_number ASC"])[0] == ("1", "1")


def test_versions_are_paged_to_the_end_without_gap_or_repetition(client, family):
    name = f"{family}-0"
    for _ in range(5):
        client.create_model_version(name, SOURCE)
    token, pages = None, []
    while True:
        page = client.search_model_versions(
            f"name = '{name}'", max_results=2, order_by=["version_number ASC"], page_token=token
        )
        pages.append([v.version for v in page])
        token = page.token
        if not token:
            break
    assert pages == [["1", "2"], ["3", "4"], ["5"]]


@pytest.mark.parametrize(
    "filter_string",
    ["name = 'a' OR name = 'b'", "colour = 'red'", "name == 'a'", "name = a", "tags.x > '1'", "name LIKE"],
)
def test_a_filter_outside_the_grammar_is_refused(client, filter_string):
    with pytest.raises(RestException) as caught:
        client.search_registered_models(filter_string)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


def test_a_bad_order_and_a_bad_token_are_refused(client):
    with pytest.raises(RestException) as caught:
        client.search_registered_models(order_by=["colour ASC"])
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    with pytest.raises(RestException) as caught:
        client.search_registered_models(page_token="not a token")
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    with pytest.raises(RestException) as caught:
        client.search_model_versions("creation_timestamp > 1")
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
