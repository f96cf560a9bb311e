"""A chapter reopened: every value of every setting gives its figure or says why not, and other indicators are drawn too."""

import os
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from analysis.chapters import lab_settings, rivals_drawn, today_lab, trajectories_lab
from analysis.present import figures
from analysis.present.blocks import Block
from analysis.study import regime, rivals, services, trajectories

BOOK = Path(__file__).resolve().parents[1] / "book" / "metrics"
AFTER = (
    "from matplotlib import pyplot as plt\nfrom analysis.chapters import after_plots, after_words\n"
    "from analysis.present import figures, plots\nfrom analysis.study import leaving, regime\npaths = {}"
)
TRAJECTORIES = (
    "from matplotlib import pyplot as plt\n"
    "from analysis.chapters import groups_plots, rivals_groups, trajectories_plots, trajectories_words\n"
    "from analysis.present import figures, plots\nfrom analysis.study import groups, regime, trajectories\n"
    "singles, funnels, MARKED = {}, {}, {}"
)
REOPENED = ("measured", "trajectories", "entry", "after", "steps", "services", "today")
OTHER = (
    "bed_occupancy",
    "stemi_care",
)  # another measure than that of the settings: the first that a chapter has


@pytest.fixture(autouse=True)
def as_in_a_build(monkeypatch):
    monkeypatch.setitem(os.environ, "REPORT_BUILD", "1")


def code(chapter: str) -> list[str]:
    cells = nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def defined(chapter: str, first: str, start: str) -> dict:
    """Return the names after the cell that begins so was run by itself, with what it imports."""
    (source,) = (source for source in code(chapter) if source.startswith(start))
    names: dict = {}
    exec(f"{first}\n{source}", names)
    return names


@pytest.fixture(params=REOPENED)
def opened(request, monkeypatch):
    """The names of a chapter after its settings cell, in the hands of a reader, and its second cell."""
    first, second = code(request.param)[:2]
    names: dict = {}
    exec(first, names)
    monkeypatch.setattr(lab_settings, "someone_is_there", lambda: True)
    return names, second


def test_every_value_of_every_setting_gives_a_figure_or_says_why_not(opened, monkeypatch):
    names, second = opened
    drawn = []

    def light(draw, **told):
        drawn.append(draw(figures.WIDE_PX) if callable(draw) else draw)
        plt.close("all")
        return told

    monkeypatch.setattr(figures, "figure", light)
    options = names["lab"].options()
    own = {name: names[name] for name in options}
    said = []
    for name, (_, values) in options.items():
        assert own[name] in values
        for value in values:
            made = eval(second, {**names, name: value})
            if isinstance(made, Block):
                said.append(made.text)
                continue
            assert made["title"].strip()
            assert "nan" not in made["says"].split()
            assert len(made["frame"])
    assert len(drawn) > len(said)
    assert all(len(text) > 20 and "Error" not in text for text in said)


def test_the_figure_of_the_settings_is_drawn_whole(opened):
    names, second = opened
    first = eval(second, names)
    settings = list(names["lab"].options())
    measure = next(one for one in OTHER if one in names["lab"].options()["INDICATOR"][1])
    other = eval(second, {**names, "INDICATOR": measure})
    assert settings[0] == "INDICATOR"
    assert other.title != first.title
    assert "</path>" in other.alone() or "<path" in other.alone()


def test_a_value_that_is_not_allowed_is_refused_with_those_that_are(opened):
    names, second = opened
    last = list(names["lab"].options())[-1]
    with pytest.raises(ValueError, match=r"'neighbours'. Allowed: one of"):
        eval(second, {**names, last: "neighbours"})


def test_a_page_shows_no_figure_of_the_settings():
    for chapter in REOPENED:
        first, second = code(chapter)[:2]
        names: dict = {}
        exec(first, names)
        assert eval(second, names) is None


def test_the_controls_of_a_chapter_change_its_very_names(opened):
    names, _ = opened
    options = names["lab"].options()
    boxes = names["lab"].controls(names).children[:-1]
    for box, (name, (label, values)) in zip(boxes, options.items(), strict=True):
        assert (box.value, box.description) == (names[name], label)
        box.value = list(values)[-1]
        assert names[name] == list(values)[-1]


def test_trusts_left_out_are_not_followed_to_today():
    some = {
        part: today_lab.figure("bed_occupancy", 1, "mean", part).frame["n"]
        for part in ("all", "keogh", "later")
    }
    assert (some["keogh"].to_numpy() + some["later"].to_numpy() == some["all"].to_numpy()).all()
    assert some["keogh"].max() <= 11


def test_limits_from_lowest_to_highest_are_those_of_single_trusts():
    found = services.against("RYD", "pulse_on_arrival", "range")
    control = services.against("RYD", "pulse_on_arrival")
    assert (found["value"] == control["value"]).all()
    assert ((found["upper"] - found["lower"]) < (control["upper"] - control["lower"])).mean() > 0.5
    assert len(services.against("RYD", "category_1_response", main=False)) > len(
        services.against("RYD", "category_1_response")
    )


def test_leaving_out_trusts_leaves_out_those_alone():
    whole = lab_settings.panel("shmi", "main", "all")
    keogh, later = (set(lab_settings.panel("shmi", "main", part)["trust"]) for part in ("keogh", "later"))
    never = set(whole.loc[whole["entry"].isna(), "trust"])
    assert keogh & later == never
    assert keogh | later == set(whole["trust"])
    assert len({trust[:3] for trust in keogh - never}) == 11
    pd.testing.assert_frame_equal(whole, regime.panel("shmi"))


def test_the_default_settings_give_the_charts_of_the_chapter():
    made = trajectories_lab.figure("four_hour_waits", "phase", "median", "main", "RPA").frame
    every = trajectories.charts(
        regime.panel("four_hour_waits"), unit="percentage points", improvement="up"
    ).frame
    one = every[every["trust"] == "RPA"].reset_index(drop=True)
    pd.testing.assert_frame_equal(made, one, check_dtype=False)


def test_limits_from_before_entry_are_those_of_the_first_phase():
    anew, fixed = (
        trajectories_lab.figure("four_hour_waits", baseline, "median", "main", "RPA").frame
        for baseline in ("phase", "before")
    )
    assert fixed["upper"].nunique() == 1
    assert fixed["upper"].iloc[-1] == pytest.approx(anew["upper"].iloc[0])
    assert anew["upper"].iloc[-1] != pytest.approx(anew["upper"].iloc[0])


def test_the_figure_of_another_indicator_is_drawn_after_leaving():
    made = defined("after", AFTER, "def publish(name)")["publish"]("recommend_care")
    assert "happy with the care" in made.title
    assert len(made.frame)


def test_single_trusts_and_funnels_that_the_page_does_not_show_are_drawn():
    made = defined("trajectories", TRAJECTORIES, "def forest(name)")["forest"]("bed_occupancy")
    assert len(made.frame) > 20
    made = defined("trajectories", TRAJECTORIES, "def publish(release)")["publish"]("2013-10")
    assert len(made.frame) > 140


def test_the_choices_of_another_indicator_are_drawn():
    made = rivals_drawn.picture("recommend_care", rivals.curve("recommend_care"))
    assert "happy with the care" in made.title
    assert len(made.frame)


def test_the_chart_of_mortality_is_in_deaths_per_hundred_expected():
    made = trajectories_lab.figure("shmi", "phase", "alone", "main", "RPA").frame
    panel = regime.panel("shmi")
    mine = panel[(panel["trust"] == "RPA") & panel["value"].notna()]
    assert made["value"].dropna().to_numpy() == pytest.approx(100 * mine["value"].to_numpy())
