"""A new period beside the one before: what no month does by itself is named, and true history passes."""

# ruff: noqa: F811

import io
import json
import re

import pandas as pd
import pytest

from analysis import __main__ as command, data
from analysis.ingest import descriptions, diff, files, naming, record, refresh, unlike
from analysis.ingest.live import shmi, sickness
from tests.release_files import sick_csv
from tests.test_refresh_from_source import folder, snapshot  # noqa: F401

CASES = {  # column of the damage, and a column that is exchanged with it
    "ae_monthly": ("attendances", "over_4h"),
    "beds_overnight": ("general_acute_available", "maternity_available"),
    "sickness_absence": ("days_lost", "days_available"),
    "shmi_quarterly": ("observed", "spells"),
}
DAMAGE = {  # and the kind that it is told as
    "equal": "equal",
    "x10": "scale",
    "x1000": "scale",
    "exchanged": "exchanged",
    "shifted": "shifted",
    "anyhow": "shifted",
    "codes": "trusts",
    "gone": "trusts",
    "swapped": "exchanged",
    "unknown": "trusts",
}
SUMMED = (
    "ae_monthly",
    "beds_overnight",
    "beds_day",
    "cancelled_operations",
    "cancer_waits",
)  # each file prints its own totals


def organisations():
    return diff.texts((data.FOLDER / "organisations.csv").read_bytes()).set_index("org_code")


def texts(table):
    resource = descriptions.table(table)
    return resource, diff.texts((data.FOLDER / resource["path"]).read_bytes())


def damaged(table, kind):
    """Return the description, the bytes with the last period damaged, and that period."""
    resource, frame = texts(table)
    period, (one, other) = resource["period"], CASES[table]
    before, last = sorted(frame[period].unique())[-2:]
    now = frame[frame[period] == last].copy().reset_index(drop=True)
    earlier = frame[frame[period] == before]
    figures = [each["name"] for each in resource["schema"]["fields"] if each["type"] in ("integer", "number")]
    if kind == "equal":
        now = earlier.assign(**{period: last})
    elif kind in ("x10", "x1000"):
        now[one] = (pd.to_numeric(now[one]) * int(kind[1:])).astype("str")
    elif kind == "exchanged":
        now[[one, other]] = now[[other, one]].to_numpy()
    elif kind == "shifted":
        now[one] = now[one].shift(1, fill_value="0").to_numpy()
    elif kind == "anyhow":
        now[one] = now[one].iloc[::-1].to_numpy()
    elif kind == "codes":
        now["org_code"] = "Z" + now["org_code"]
    elif kind == "gone":
        now = now.iloc[: len(now) // 2]
    elif kind == "swapped":  # the largest trust and one of middling size
        size = pd.to_numeric(now[one]).where((now[figures] != "0").mean(axis=1) > 0.7).fillna(0)
        pair = [size.idxmax(), (size - size.max() / 4).abs().idxmin()]
        now.loc[pair, figures] = now.loc[pair[::-1], figures].to_numpy()
    elif kind == "unknown":
        now.loc[3, "org_code"] = "R99"
    whole = pd.concat([frame[frame[period] != last], now])
    return resource, whole.to_csv(index=False, lineterminator="\n").encode(), last


def kinds(resource, content, periods, table):
    known = organisations()
    found = unlike.faults(resource, content, periods, known=known, summed=table in SUMMED)
    return {each.kind for each in found}


@pytest.mark.parametrize("table", list(CASES))
@pytest.mark.parametrize("kind", list(DAMAGE))
def test_damage_to_a_whole_period_is_named_by_its_kind(table, kind):
    resource, content, last = damaged(table, kind)
    assert DAMAGE[kind] in kinds(resource, content, {last}, table)


@pytest.mark.parametrize("table", ["sickness_absence", "shmi_yearly", "staff_survey"])
def test_the_last_record_cut_off_is_named_where_a_file_prints_no_total(table):
    resource, frame = texts(table)
    last = sorted(frame[resource["period"]].unique())[-1]
    now = frame[frame[resource["period"]] == last]
    trusts = now[now["org_code"].isin(organisations().index)]
    content = frame.drop(trusts.index[-1]).to_csv(index=False).encode()
    found = unlike.faults(resource, content, {last}, known=organisations())
    assert {each.kind for each in found} == {"trusts"}
    code = trusts["org_code"].iloc[-1]
    assert (
        f"{code} ({organisations().at[code, 'name']}) is gone, and no closure is on record" in found[-1].said
    )


LIVE = {  # periods of the true history that are refused
    "regime_spells": 0,
    "organisation_changes": 0,
    "beds_overnight": 0,
    "beds_day": 0,
    "sickness_absence": 0,
    "shmi_yearly": 1,
    "shmi_quarterly": 0,
    "staff_survey": 2,
    "ae_monthly": 2,
    "waiting_lists": 8,
    "ambulance_response": 1,
    "cancer_waits": 15,
    "cancelled_operations": 0,
    "criteria_to_reside": 5,
    "beds_daily_returns": 1,
    "workforce": 6,
}


@pytest.mark.parametrize("table", list(LIVE))
def test_true_history_is_hardly_ever_refused(table):
    resource, frame = texts(table)
    content, periods = (data.FOLDER / resource["path"]).read_bytes(), set(frame[resource["period"]])
    found = unlike.faults(resource, content, periods, known=organisations(), summed=table in SUMMED)
    refused = {each.said.split(" beside")[0] for each in found}
    assert len(refused) <= LIVE[table], sorted(refused)


@pytest.mark.parametrize(("code", "refused"), [("RAA", False), ("RAB", False), ("RAC", True), ("RAD", True)])
def test_figures_of_a_trust_that_closes_or_opens_may_run_out_or_in(code, refused):
    resource = descriptions.table("workforce")
    held = [f"R{a}{b}" for a in "ABC" for b in "ABCDEFGHIJKLM"]
    frame = pd.DataFrame(
        [
            (one, month, 1000.5 + 7 * at + step)
            for at, one in enumerate(held)
            for step, month in enumerate(("2020-01", "2020-02"))
        ],
        columns=["org_code", "month", "fte"],
    )
    frame.loc[(frame["org_code"] == code) & (frame["month"] == "2020-02"), "fte"] = 12.5
    known = pd.DataFrame("", index=held, columns=["name", "opened", "closed"])
    known.loc["RAA", "closed"], known.loc["RAC", "closed"] = "2020-04-01", "2022-04-01"
    known.loc["RAB", "opened"], known.loc["RAD", "opened"] = "2019-10-01", "2014-04-01"
    content = frame.to_csv(index=False).encode()
    found = unlike.faults(resource, content, ["2020-02"], known=known)
    assert [each.kind for each in found] == ["scale"] * refused


def test_one_question_of_three_that_is_a_tenth_is_named_at_its_trust():
    resource, frame = texts("staff_survey")
    last = sorted(frame["year"].unique())[-1]
    row = frame.index[(frame["year"] == last) & (frame["engagement"] != "")][40]
    frame.loc[row, "engagement"] = f"{0.7 * float(frame.at[row, 'engagement']):.6f}"
    found = unlike.faults(resource, frame.to_csv(index=False).encode(), {last}, known=organisations())
    assert any(
        each.kind == "scale" and f"engagement of {frame.at[row, 'org_code']} " in each.said for each in found
    )


def test_periods_told_by_their_release_are_compared_trust_by_trust():
    resource = descriptions.table("shmi_quarterly")
    content = (data.FOLDER / "shmi_quarterly.csv").read_bytes()
    frame = pd.read_csv(io.BytesIO(content), dtype=str)
    periods = sorted(frame["period_end"].unique())
    assert unlike.faults(resource, content, periods) == []
    last = frame["period_end"] == periods[-1]
    frame.loc[last, "expected"] = [f"{10 * float(value):.4f}" for value in frame.loc[last, "expected"]]
    said = unlike.faults(resource, frame.to_csv(index=False).encode(), periods[-1:])
    assert any("expected is 1" in one.said or "expected is 9" in one.said for one in said)
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
    call = ["refresh", "--from", str(made), "--accept-unlike", "equal"]  # not the kind of this damage
    assert command.main(call) == refused
    assert (snapshot(folder) == before) == refused
    if refused:
        told = capsys.readouterr().err
        assert "`--accept-unlike scale`" in told
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


def test_what_was_accepted_is_one_kind_and_recorded(folder, tmp_path, capsys):
    made = tmp_path / "later"
    made.mkdir()
    codes = sorted(data.load("sickness_absence")["org_code"].unique())
    (made / "nhs_sickness_absence_2025-04.csv").write_bytes(sick_csv("30/04/2025", codes, lost=9_000.5))
    assert command.main(["refresh", "--from", str(made)]) == 1
    flags = capsys.readouterr().err.split("`--accept-unlike ")[1].split("`")[0].split()
    assert command.main(["refresh", "--from", str(made), "--accept-unlike", *flags]) == 0
    accepted = json.loads((folder / record.CHANGES).read_text())["accepted"]
    assert {each.partition(":")[0] for each in accepted} == set(flags)
    assert all("sickness_absence: 2025-04 beside 2025-03" in each for each in accepted)


@pytest.mark.parametrize("rows", [1, 2])
def test_a_code_beside_the_name_of_another_trust_is_refused_with_both_names(tmp_path, rows):
    held = organisations()
    codes = list(held.index[held["closed"] == ""][:6])
    text = sick_csv("30/04/2025", codes).decode()
    for code in codes:
        text = text.replace(f"Trust {code}", f'"{held.at[code, "name"].upper()}"')
    first, second = codes[1], codes[4]
    text = text.replace(f",{first},", ",?,").replace(f",{second},", f",{first},") if rows == 2 else text
    text = text.replace(",?,", f",{second},") if rows == 2 else text.replace(f",{first},", ",RXX9,")
    (tmp_path / "nhs_sickness_absence_2025-04.csv").write_text(text)
    with naming.compared(held) as found:
        sickness.read(tmp_path)
    assert len(found) == (
        2 if rows == 2 else 0
    )  # a code that nobody knows is told by the comparison of trusts
    if found:
        assert found[0].kind == "names"
        assert f"as we call {first}; we hold {held.at[second, 'name']!r}" in found[0].said


def test_names_are_compared_by_their_telling_words():
    assert (
        naming.plain("St George's University Hospitals NHS Foundation Trust")
        == "ST GEORGES UNIVERSITY HOSPITALS"
    )
    assert naming.plain("THE X & Y TRUST") == naming.plain("X and Y NHS Trust")


def test_a_closed_collection_is_read_as_it_is_recorded_or_refused(tmp_path):
    file, same = tmp_path / "shmi-2011-october.csv", tmp_path / "shmi-2012-april.csv"
    for each in (file, same):
        each.write_bytes(b"a,b\n1,2\n")
    other = [{"title": file.name, "hash": "sha256:0"}]
    recorded = [{"title": file.name, "hash": f"sha256:{files.sha256(file)}"}]
    for whole, newer in (([file], []), ([], [file])):
        assert [each.kind for each in unlike.closed(shmi.CLOSED, whole, newer, other)] == ["closed"]
        assert unlike.closed(shmi.CLOSED, whole, newer, recorded) == []
        assert unlike.closed(shmi.CLOSED, whole, newer, []) == []  # made for the first time
    assert [each.kind for each in unlike.closed(shmi.CLOSED, [same], [], other)] == ["closed"]  # renamed
    assert unlike.closed(shmi.CLOSED, [], [same], other) == []  # a further one of a collection that grows


@pytest.mark.parametrize("publication", refresh.PUBLICATIONS)
def test_what_a_publication_calls_closed_is_among_its_recorded_sources(publication):
    package = json.loads((data.FOLDER / "datapackage.json").read_text())
    sources = [
        each["title"]
        for about in package["resources"]
        for each in about.get("sources", [])
        if about["name"] in publication.TABLES
    ]
    closed = getattr(publication, "CLOSED", None)
    assert closed is None or [title for title in sources if re.fullmatch(closed, title)]


def test_a_figure_of_one_trust_of_another_size_is_named_where_no_total_would_show_it():
    resource, frame = texts("workforce")
    last, before = sorted(frame["month"].unique())[-2:][::-1]
    row = frame.index[(frame["month"] == last) & (frame["org_code"] == "RTH")][0]
    held = float(frame.loc[(frame["month"] == before) & (frame["org_code"] == "RTH"), "fte"].iloc[0])
    for times, kind in ((10, "scale"), (0.1, "scale"), (0, "missing")):
        other = frame.assign(fte=frame["fte"].where(frame.index != row, f"{held * times:.1f}"))
        said = unlike.faults(resource, other.to_csv(index=False).encode(), {last}, known=organisations())
        assert [each.kind for each in said if "RTH" in each.said] == [kind]


def test_a_whole_column_doubled_or_rounded_is_named_since_it_never_moved_so_far():
    resource, frame = texts("waiting_lists")
    last = frame["month"].max()
    newest = frame["month"] == last
    waiting = frame["waiting"].astype(float)
    for figures, kind in ((2 * waiting, "scale"), (waiting.round(-2), "rounded")):
        other = frame.assign(waiting=frame["waiting"].where(~newest, figures.astype(int).astype(str)))
        found = unlike.faults(resource, other.to_csv(index=False).encode(), {last}, known=organisations())
        assert kind in {each.kind for each in found}


def test_a_row_taken_down_again_under_another_trust_is_named():
    resource, frame = texts("waiting_lists")
    last = frame["month"].max()
    newest = frame[frame["month"] == last]
    absent = sorted(set(organisations().index) - set(newest["org_code"]))[0]
    more = pd.concat([frame, newest.iloc[[3]].assign(org_code=absent)])
    found = unlike.faults(resource, more.to_csv(index=False).encode(), {last}, known=organisations())
    assert any(each.kind == "equal" and absent in each.said for each in found)


def test_a_period_without_any_figure_is_named():
    resource, frame = texts("workforce")
    last = frame["month"].max()
    blank = frame.assign(fte=frame["fte"].where(frame["month"] != last, ""))
    found = unlike.faults(resource, blank.to_csv(index=False).encode(), {last}, known=organisations())
    assert any(each.kind == "missing" and "no figure at all" in each.said for each in found)


@pytest.mark.parametrize("table", ["staff_survey", "waiting_lists"])
def test_the_figures_of_one_trust_a_place_aside_are_named(table):
    resource, frame = texts(table)
    period = resource["period"]
    last = sorted(frame[period].unique())[-1]
    figures = {
        "staff_survey": ["engagement", "work_stress", "recommend_work", "recommend_care"],
        "waiting_lists": ["waiting", "within_18_weeks"],
    }[table]
    row = frame.index[frame[period] == last][20]
    assert "shifted" not in kinds(resource, frame.to_csv(index=False).encode(), {last}, table)
    frame.loc[row, figures] = frame.loc[row, [figures[0], *figures[:-1]]].to_numpy()
    assert "shifted" in kinds(resource, frame.to_csv(index=False).encode(), {last}, table)
