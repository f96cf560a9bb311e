"""A new period beside the one before: what no month does by itself is named, and true history passes."""

# ruff: noqa: F811

import io

import pandas as pd
import pytest

from analysis import __main__ as command, data
from analysis.ingest import descriptions, unlike
from tests.release_files import sick_csv
from tests.test_refresh_from_source import folder, snapshot  # noqa: F401

CASES = {  # column of the damage, and a column that is exchanged with it
    "ae_monthly": ("attendances", "over_4h"),
    "beds_overnight": ("general_acute_available", "maternity_available"),
    "sickness_absence": ("days_lost", "days_available"),
    "shmi_quarterly": ("observed", "spells"),
}


def damaged(table, kind):
    resource = descriptions.table(table)
    frame = pd.read_csv(data.FOLDER / resource["path"], dtype="str", keep_default_na=False)
    period, (one, other) = resource["period"], CASES[table]
    before, last = sorted(frame[period].unique())[-2:]
    now = frame[frame[period] == last].copy()
    earlier = frame[frame[period] == before]
    if kind == "equal":
        now = earlier.assign(**{period: last})
    elif kind in ("x10", "x1000"):
        now[one] = (pd.to_numeric(now[one]) * int(kind[1:])).astype("str")
    elif kind == "exchanged":
        now[[one, other]] = now[[other, one]].to_numpy()
    elif kind == "shifted":
        now[one] = now[one].shift(1, fill_value="0").to_numpy()
    elif kind == "codes":
        now["org_code"] = "Z" + now["org_code"]
    elif kind == "gone":
        now = now.iloc[: len(now) // 2]
    whole = pd.concat([frame[frame[period] != last], now])
    return resource, whole.to_csv(index=False, lineterminator="\n").encode(), last


@pytest.mark.parametrize("table", list(CASES))
@pytest.mark.parametrize("kind", ["equal", "x10", "x1000", "exchanged", "shifted", "codes", "gone"])
def test_damage_to_a_whole_period_is_named(table, kind):
    if kind == "shifted" and table in ("sickness_absence", "shmi_quarterly"):
        pytest.skip("not found: neighbours in this table are as large as one another; the file's rate tells")
    resource, content, last = damaged(table, kind)
    assert unlike.faults(resource, content, {last})


LIVE = {
    "regime_spells": 0,
    "organisation_changes": 0,
    "beds_overnight": 0,
    "beds_day": 1,
    "sickness_absence": 0,
    "shmi_yearly": 0,
    "shmi_quarterly": 0,
    "staff_survey": 0,
    "ae_monthly": 6,
}


@pytest.mark.parametrize("table", list(LIVE))
def test_true_history_is_hardly_ever_refused(table):
    resource = descriptions.table(table)
    content = (data.FOLDER / resource["path"]).read_bytes()
    periods = set(data.load(table)[resource["period"]].astype("str"))
    refused = {fault.split(" beside")[0] for fault in unlike.faults(resource, content, periods)}
    assert len(refused) <= LIVE[table], sorted(refused)


def test_periods_told_by_their_release_are_compared_trust_by_trust():
    resource = descriptions.table("shmi_quarterly")
    content = (data.FOLDER / "shmi_quarterly.csv").read_bytes()
    frame = pd.read_csv(io.BytesIO(content), dtype=str)
    periods = sorted(frame["period_end"].unique())
    assert unlike.faults(resource, content, periods) == []
    last = frame["period_end"] == periods[-1]
    frame.loc[last, "expected"] = [f"{10 * float(value):.4f}" for value in frame.loc[last, "expected"]]
    said = unlike.faults(resource, frame.to_csv(index=False).encode(), periods[-1:])
    assert any("expected is 1" in one or "expected is 9" in one for one in said)
    few = descriptions.table("amendments")
    assert (
        unlike.faults(few, (data.FOLDER / "amendments.csv").read_bytes(), ["2026-11-23", "2026-11-26"]) == []
    )


@pytest.mark.parametrize("times", [1, 10])
def test_a_later_month_is_accepted_from_the_command_line_and_ten_times_its_figures_are_not(
    folder, tmp_path, capsys, times
):
    held = data.load("sickness_absence").astype({"month": "str"})
    held = held[held["month"].str.startswith("2025-03")].dropna().set_index("org_code")
    days = {
        code: (round(lost * times * (0.9 + number % 5 / 40), 1), round(available * times, 1))
        for number, (code, lost, available) in enumerate(
            held[["days_lost", "days_available"]].itertuples(name=None)
        )
    }
    made, before = tmp_path / "later", snapshot(folder)
    made.mkdir()
    (made / "nhs_sickness_absence_2025-04.csv").write_bytes(sick_csv("30/04/2025", list(days), lost=days))
    refused = times > 1
    assert command.main(["refresh", "--from", str(made)]) == refused
    assert (snapshot(folder) == before) == refused
    if refused:
        told = capsys.readouterr().err
        assert "sickness_absence" in told
        assert "2025-04 beside 2025-03" in told
        assert "times as large" in told


@pytest.mark.parametrize(("times", "flagged"), [(1.03, False), (10, True)])
def test_a_later_release_of_a_table_whose_key_is_the_release_is_compared_by_trust(times, flagged):
    resource = descriptions.table("shmi_quarterly")
    frame = pd.read_csv(data.FOLDER / resource["path"], dtype="str", keep_default_na=False)
    last = frame[frame["period_end"] == frame["period_end"].max()]
    numeric = [
        field["name"] for field in resource["schema"]["fields"] if field["type"] in ("integer", "number")
    ]
    figures = {name: (pd.to_numeric(last[name]) * times).astype("str") for name in numeric}
    new = last.assign(release="2014-07", period_end="2013-12", **figures)
    content = pd.concat([frame, new]).to_csv(index=False).encode()
    assert bool(unlike.faults(resource, content, {"2013-12"})) == flagged
