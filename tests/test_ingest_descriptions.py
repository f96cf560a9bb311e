"""A table is described in one file beside its data: what a description must have, and what is refused."""

import pytest
import yaml

from analysis import data
from analysis.data import DataError
from analysis.ingest import descriptions

GOOD = {
    "name": "beds",
    "title": "Beds",
    "status": "official",
    "period": "month",
    "schema": {
        "fields": [
            {"name": "org_code", "type": "string"},
            {"name": "month", "type": "yearmonth", "constraints": {"required": True}},
            {"name": "beds", "type": "integer", "constraints": {"minimum": 0, "maximum": 9}},
        ],
        "primaryKey": ["org_code", "month"],
    },
}


def put(folder, description, name="beds"):
    target = folder / "tables"
    target.mkdir(exist_ok=True)
    text = description if isinstance(description, str) else yaml.safe_dump(description, sort_keys=False)
    (target / f"{name}.yml").write_text(text, encoding="utf-8")
    return descriptions.table(name, folder)


def test_a_description_becomes_a_resource_with_its_file_and_its_blanks(tmp_path):
    made = put(tmp_path, GOOD)
    assert list(made)[:3] == ["name", "path", "title"]
    assert made["path"] == "beds.csv"
    assert made["schema"]["missingValues"] == [""]
    assert made["schema"]["fields"][0]["constraints"] == {}
    frame = data.verify(made, b"org_code,month,beds\nRAA,2020-01,9\n")
    assert frame["beds"].tolist() == [9]


def changed(**parts):
    return {**GOOD, **parts}


def schema(**parts):
    return changed(schema={**GOOD["schema"], **parts})


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ("name: [", "a description in YAML"),
        ("- a\n- b\n", "texts"),
        ("name: beds\ntitle: Beds\nstatus: official\nsince: 2013-07-16\n", "a date stands in quotes"),
        (changed(name="bed"), "found 'bed'. Allowed: beds"),
        (changed(title=None), "texts"),
        (changed(schema=None), "a list of named fields"),
        (changed(period="week"), "found 'week'"),
        (schema(fields=[{"name": "org_code", "type": "text"}]), "found 'text'"),
        (schema(fields=[{"name": "org_code", "type": "string", "constraints": {"least": 1}}]), "'least'"),
        (schema(primaryKey=["code"]), "found 'code'"),
        (schema(fields=GOOD["schema"]["fields"] + GOOD["schema"]["fields"][:1]), "fields once"),
        (
            schema(foreignKeys=[{"fields": ["trust"], "reference": {"resource": "o", "fields": ["c"]}}]),
            "'trust'",
        ),
        (changed(rules=[{"left": "beds", "op": "<=", "right": "rooms"}]), "found 'rooms'"),
    ],
)
def test_another_description_is_refused_by_its_file(tmp_path, description, message):
    with pytest.raises(DataError, match=message) as caught:
        put(tmp_path, description)
    assert caught.value.table == "beds.yml"


def test_a_table_without_a_description_is_named(tmp_path):
    with pytest.raises(DataError, match=r"waits.yml"):
        descriptions.table("waits", tmp_path)


def test_limits_choices_and_order_come_from_the_description():
    assert descriptions.limits("staff_survey", "engagement") == {"low": 0.05, "high": 0.98}
    assert descriptions.choices("evidence_codings", "coder") == ["A", "B"]
    assert descriptions.fields("shmi_yearly") == ["org_code", "year", "shmi"]
