"""Words, tables, figures: what a reader sees, a screen reader says and a spreadsheet opens."""

import io
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import matplotlib.pyplot as plt
import myst_nb
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.dates import date2num, num2date

from analysis.present import figures, links, palette, plots, svg, tables, words

MINUS = "\N{MINUS SIGN}"


# words


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (3, "count", "3"),
        (1234567, "count", "1,234,567"),
        (0.04, "percent", "0.0%"),
        (-0.04, "percent", "0.0%"),
        (-0.06, "percent", f"{MINUS}0.1%"),
        (84.849, "percent", "84.8%"),
        (-2.35, "points", f"{MINUS}2.4 percentage points"),
        (1.0266, "ratio", "1.027"),
        (-1234.4, "count", f"{MINUS}1,234"),
        (12.34, "months", "12.3 months"),
        (3.456, "score", "3.46"),
        (2.04, "per day", "2.0 a day"),
        (1234567.8, "gbp", "£1,234,568"),
        (-5, "gbp", f"{MINUS}£5"),
        (0, "percent", "0.0%"),
        (float("nan"), "percent", ".."),
        (None, "count", ".."),
        (pd.NA, "gbp", ".."),
        (np.int64(7), "count", "7"),
    ],
)
def test_number(value, unit, text):
    assert words.number(value, unit) == text


def test_sign_is_written_only_where_there_is_a_gain():
    assert words.number(1.25, "percent", sign=True, digits=2) == "+1.25%"
    assert words.number(-1.25, "percent", sign=True, digits=2) == f"{MINUS}1.25%"
    assert words.number(0, "percent", sign=True) == "0.0%"
    assert words.number(0.04, "percent", sign=True) == "0.0%"
    assert words.number(-0.04, "percent", sign=True) == "0.0%"
    assert words.number(None, sign=True) == ".."


def test_unknown_unit_is_not_guessed():
    with pytest.raises(KeyError):
        words.number(1, "furlongs")


def test_interval_has_its_unit_once():
    assert words.interval(-1.2, 3.4, "percent") == f"{MINUS}1.2 to 3.4%"
    assert words.interval(0.95, 1.05, "ratio") == "0.950 to 1.050"
    assert words.interval(10, 20, "gbp") == "£10 to £20"
    assert words.interval(1, 2, "months") == "1.0 to 2.0 months"
    assert words.interval(None, 2, "percent") == ".. to 2.0%"
    assert words.interval(1, 2, "percent", digits=2) == "1.00 to 2.00%"


def test_estimate_says_value_level_and_interval():
    assert words.estimate(1.5, -0.04, 3, "percent") == f"1.50% (95% interval {MINUS}0.04 to 3.00%)"
    assert words.estimate(1.5, 0, 3, "percent") == "1.5% (95% interval 0.0 to 3.0%)"
    assert words.estimate(0.04, -1, 1, "percent") == f"0.0% (95% interval {MINUS}1.0 to 1.0%)"
    assert words.estimate(1.5, 0.00001, 3, "percent") == "1.5% (95% interval 0.0 to 3.0%)"
    assert words.estimate(5, 0.3, 9, "gbp") == "£5 (range £0 to £9)"
    assert words.estimate(6, 6, 7, "count") == "6 (range 6 to 7)"
    assert words.estimate(1.5, 1, 2, "ratio", level=0.9) == "1.500 (90% interval 1.000 to 2.000)"
    assert ".." in words.estimate(float("nan"), None, None, "percent")


def test_dates_and_periods():
    assert words.day("2013-07-16") == "16 July 2013"
    assert words.day(pd.Timestamp("2014-01-05")) == "5 January 2014"
    assert words.month("2014-07") == "July 2014"
    assert words.month(pd.Timestamp("2014-07-31")) == "July 2014"
    assert words.quarter(pd.Period("2014Q3")) == "July to September 2014"
    assert words.period(pd.Period("2014-07")) == "July 2014"
    assert words.period(pd.Period("2014Q1")) == "January to March 2014"
    assert words.period(pd.Period("2014", freq="Y")) == "2014"


def test_plural_and_join():
    assert [words.plural(n, "trust") for n in (0, 1, 2, 1200)] == [
        "0 trusts", "1 trust", "2 trusts", "1,200 trusts",
    ]  # fmt: skip
    assert words.plural(2, "entry", "entries") == "2 entries"
    assert words.plural(1, "entry", "entries") == "1 entry"
    assert words.join([]) == "none"
    assert words.join(["a"]) == "a"
    assert words.join(["a", "b"]) == "a and b"
    assert words.join(("a", "b", "c")) == "a, b and c"


def test_put_shows_what_myst_nb_glues(monkeypatch):
    shown = []
    for place in ("IPython.display.display", "myst_nb.ext.glue.ipy_display"):
        monkeypatch.setattr(place, lambda *content, **how: shown.append((content, how)))
    texts = {
        "peak": "15 trusts",
        "said": 'it\'s "so"',
        "long": "deaths " * 60,
        "lines": "one\ntwo",
        "none": "",
    }
    words.put(texts)
    ours = shown.copy()
    shown.clear()
    for name, text in texts.items():
        myst_nb.glue(name, text, display=False)
    assert len(shown) == len(texts)
    assert ours == shown


@pytest.mark.parametrize("value", [15, 1.5, None, np.str_])
def test_put_takes_texts_and_nothing_else(value):
    with pytest.raises(TypeError, match=r"glue 'peak': found .*Allowed: text"):
        words.put({"peak": value})


# tables


@pytest.fixture
def counts():
    return pd.DataFrame({"Trust <b>": ["A & B", "C"], "Left": ["1", pd.NA]})


def soup(shown):
    return BeautifulSoup(shown.html, "html.parser")


def test_table_reads_as_one(counts):
    page = soup(tables.table(counts, caption='Ends of "spells" & returns', numbers=("Left",)))
    assert page.caption.text == 'Ends of "spells" & returns'
    assert [(th.text, th["scope"]) for th in page.thead.find_all("th")] == [
        ("Trust <b>", "col"), ("Left", "col"),
    ]  # fmt: skip
    assert [(th.text, th["scope"]) for th in page.tbody.find_all("th")] == [("A & B", "row"), ("C", "row")]
    assert [td.text for td in page.find_all("td")] == ["1", ".."]
    assert [cell.text for cell in page.select(".number")] == ["Left", "1", ".."]
    assert (
        page.select("[tabindex], [role]") == []
    )  # it fits the narrowest phone, so it neither scrolls nor turns
    assert page.b is None


@pytest.mark.parametrize(
    ("columns", "cell", "kind"),
    [
        (2, "short", None),
        (4, "one", None),
        (3, "a few words", "cards-s"),
        (5, "a sentence of some length that wraps", "cards-m"),
        (9, "extraordinarily", "cards-l"),
        (2, "https://example.org/an/address-of-many-parts-beyond-measure", None),
    ],
)
@pytest.mark.parametrize("linked", [False, True])
def test_a_table_wider_than_a_phone_can_be_set_as_cards_and_stays_a_table(columns, cell, kind, linked):
    frame = pd.DataFrame({f"C{at}": [cell, "x"] for at in range(columns)})
    shown = (links.linked if linked else tables.table)(frame, caption="Wide", numbers=("C1",))
    page = soup(shown)
    found = [one for one in page.table["class"] if one.startswith("cards")]
    assert found == ([kind] if kind else [])
    roles = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
    roles |= {"thead th": "columnheader", "tbody th": "rowheader"}
    for where, role in roles.items():
        assert {one.get("role") for one in page.select(where)} == {role if kind else None}, where
    labels = [one.get("data-label") for one in page.select("tbody tr:first-child td")]
    assert labels == [f"C{at}" if kind else None for at in range(1, columns)]


def test_an_address_in_a_cell_may_break_after_a_slash_and_reads_the_same():
    address = "https://example.org/statistics/work-areas/transfers"
    page = soup(tables.table(pd.DataFrame({"A": ["x"], "B": [f"see {address} & a/b"]}), caption="Where"))
    assert page.td.get_text() == f"see {address} & a/b"
    assert len(page.td.find_all("wbr")) == address.count("/")


def test_table_leaves_the_callers_frame_alone(counts):
    before = counts.copy()
    shown = tables.table(counts, caption="Ends")
    pd.testing.assert_frame_equal(counts, before)
    assert repr(shown) == repr(tables.table(counts, caption="Ends"))
    assert repr(shown).startswith("Ends\n")


@pytest.mark.parametrize(
    ("frame", "caption", "message"),
    [
        (pd.DataFrame({"a": [1.5]}), "Ends", r"columns \['a'\] are floats"),
        (pd.DataFrame({"a": pd.array([1.5, None], dtype="Float64")}), "Ends", r"\['a'\] are floats"),
        (
            pd.DataFrame({"a": ["x"], "b": pd.Series([0.1 + 0.2], dtype="object")}),
            "Ends",
            r"\['b'\] are floats",
        ),
        (pd.DataFrame({"a": ["x"]}), "", "a caption"),
        (pd.DataFrame([["x", "y"]], columns=["a", "a"]), "Ends", "headings that differ"),
    ],
)
def test_table_refuses_what_would_read_badly(frame, caption, message):
    with pytest.raises(ValueError, match=message):
        tables.table(frame, caption=caption)


def test_status_shows_unless_all_sources_are_official(counts):
    plain = soup(tables.table(counts, caption="Beds", sources=("beds_overnight", "shmi_yearly")))
    assert plain.select(".status") == []
    marked = soup(tables.table(counts, caption="Claims", sources=("beds_overnight", "published_claims")))
    assert [span.text for span in marked.caption.select(".status")] == ["published figure"]
    assert marked.select_one(".status-published")
    both = soup(tables.table(counts, caption="Both", sources=("regime_spells", "published_claims")))
    assert [span.text for span in both.select(".status")] == ["public record", "published figure"]


def test_credit_names_each_source_once():
    line = tables.credit(("beds_overnight", "beds_day", "regime_spells"))
    assert line.startswith("Source: ")
    assert line.endswith(".")
    assert line.count("NHS England") <= 1
    assert "(public record)" in line
    assert tables.credit(()) == ""


# figures


NUMBERS = pd.DataFrame(
    {"month": ["2014-07", "2014-08"], "trusts": [1.25, 2.0], "note": ['a, "b" & c', "£%#"]}
)


def drawing(label="Trusts (count)"):
    drawn, ax = plt.subplots(figsize=figures.WIDE)
    ax.plot([0, 1], NUMBERS["trusts"])
    ax.set_ylabel(label)
    return drawn


def shown(**changed):
    given = {
        "name": "in-force",
        "title": "Fewer & fewer",
        "says": 'The number "fell" from 2 to 1 & stayed <there>.',
        "frame": NUMBERS,
        "sources": ("regime_spells",),
    }
    return figures.figure(changed.pop("drawn", None) or drawing(), **{**given, **changed})


def test_figure_in_html_has_words_credit_and_numbers():
    result = shown()
    page = BeautifulSoup(result.html(), "html.parser")
    assert page.figure["id"] == "in-force"
    assert [one["class"] for one in page.select("svg")] == [["narrow"], ["wide"]]
    assert {(one["role"], one["aria-label"]) for one in page.select("svg")} == {("img", result.says)}
    assert page.figcaption.text == "Fewer & fewer public record"
    assert page.select_one(".source details p").text == tables.credit(("regime_spells",))
    assert not page.select(".source details a")
    short = BeautifulSoup(figures.sourced(("indicators",)[:0], "a", result.frame), "html.parser")
    assert not short.select("details")
    widths = [int(one["width"]) for one in page.select("svg")]
    assert widths == [figures.NARROW_PX, figures.WIDE_PX]
    link = page.find("a")
    assert link["download"] == "in-force.csv"
    kind, text = link["href"].split(",", 1)
    assert kind == "data:text/csv;charset=utf-8"
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(unquote(text))), NUMBERS)
    assert [one.text for one in page.select("svg.wide text")].count("Trusts (count)") == 1
    used = re.findall(r'(?:url\(|href=")#(f[^)"]+)', result.html())
    assert used
    assert all(len(page.find_all(id=one)) == 1 for one in used)
    assert " style=" not in result.html()
    assert "#15212b" not in result.html()


def test_a_colour_without_a_dark_value_is_refused():
    drawn = drawing()
    drawn.axes[0].axhline(1, color="#123456")
    with pytest.raises(ValueError, match=r"in-force.*#123456.*Allowed"):
        shown(drawn=drawn)


def test_a_word_in_the_colour_of_a_mark_is_written_in_that_of_words():
    def draw(width):
        drawn, ax = figures.canvas(width, 300)
        ax.plot([0, 1], [0, 1], color=palette.ORANGE)
        ax.text(0.5, 0.5, "entered", color=palette.ORANGE)
        ax.set_ylabel("Trusts (count)")
        return drawn

    inside = figures.figure(
        draw, name="a", title="A.", says="A.", frame=NUMBERS, sources=("regime_spells",)
    ).wide[2]
    assert re.search(rf'<text [^>]*fill="{palette.ORANGE_TEXT}"[^>]*>entered<', inside)
    assert f'stroke="{palette.ORANGE}"' in inside


def test_the_style_sheet_has_each_colour_for_light_and_dark():
    css = (Path(__file__).parents[1] / "book" / "_static" / "report.css").read_text(encoding="utf-8")
    for name, (light, dark) in palette.COLOURS.items():
        assert re.findall(rf"--fig-{name}: ([^;]+);", css)[:2] == [light, dark], name


def test_lines_are_held_where_they_were_aligned_and_hatches_are_small():
    drawn, ax = plt.subplots()
    ax.barh([0, 1], [1, 2], hatch="..", edgecolor=palette.INK, color=palette.PAGE)
    ax.set_yticks([0, 1], ["two\nlines", "one"])
    ax.text(1, 1, "over lines", gid="halo", ha="center")
    page = BeautifulSoup(shown(drawn=drawn).html(), "html.parser")
    held = {one.text: (one["text-anchor"], one.get("paint-order")) for one in page.select("svg.wide text")}
    assert held["two"] == held["lines"] == held["one"] == ("end", None)
    assert held["over lines"] == ("middle", "stroke")
    assert len(str(page.select_one("svg.wide"))) < 8_000


def test_filled_dots_are_one_line_and_what_nobody_sees_is_left_out():
    drawing, ax = figures.canvas(figures.WIDE_PX, 300)
    ax.plot(range(50), range(50), "o", color=palette.BLUE, markersize=4)
    ax.plot(range(50), range(50, 0, -1), "o", color=palette.BLUE, markerfacecolor=palette.PAGE)
    ax.set_ylabel("Trusts (count)")
    inside = svg.drawn(drawing, "dots")[2]
    plt.close(drawing)
    assert re.search(r'<path d="(M[\d.]+ [\d.]+h\.01){50}"[^<>]* stroke-width="5"/>', inside)
    assert inside.count("<use") - 50 < 30, "hollow ones stay, and the ticks"
    assert not re.findall(r'<path d="[^"]*" fill="none"/>', inside)


def test_a_figure_is_drawn_for_each_width_when_it_is_a_function():
    asked = []

    def draw(width):
        asked.append(width)
        drawn, ax = figures.canvas(width, 200)
        ax.set_ylabel(f"for {width}")
        return drawn

    page = BeautifulSoup(shown(drawn=draw).html(), "html.parser")
    assert asked == [figures.WIDE_PX, figures.NARROW_PX]
    assert [one["height"] for one in page.select("svg")] == ["200", "200"]
    assert f"for {figures.NARROW_PX}" in page.select_one("svg.narrow").text


def test_a_year_stands_at_its_own_tick():
    _, ax = plt.subplots()
    years = pd.period_range("2012", "2016", freq="Y")
    ax.plot(plots.places(years), range(5))
    ax.set_xlim(pd.Timestamp(2012, 1, 1), pd.Timestamp(2017, 1, 1))
    ticks = plots.label_years(ax).xaxis.get_major_locator()()
    at = {num2date(tick).strftime("%Y"): tick for tick in ticks}
    for year, place in zip(years, plots.places(years), strict=True):
        assert abs(date2num(place) - at[str(year)]) < 1.5, year
    assert plots.places(pd.period_range("2014Q1", periods=1, freq="Q"))[0].strftime("%d %B") == "31 March"


def test_html_is_given_only_while_the_report_is_built(monkeypatch):
    result = shown()
    monkeypatch.delenv("REPORT_BUILD", raising=False)
    assert set(result._repr_mimebundle_()) == {"text/plain", "image/svg+xml"}
    alone = BeautifulSoup(str(result._repr_mimebundle_()["image/svg+xml"]), "html.parser")
    assert alone.svg["aria-label"] == result.says
    assert alone.text.startswith(result.title)
    monkeypatch.setenv("REPORT_BUILD", "1")
    bundle = result._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/html"] == result.html()
    assert bundle["text/plain"] == repr(result)
    monkeypatch.setenv("REPORT_BUILD", figures.COMPARED)
    assert result._repr_mimebundle_() == {"text/plain": repr(result), figures.PAGE_PART: result.html()}


def test_figure_is_the_same_each_time_it_is_shown():
    first, second = shown(), shown()
    assert (
        repr(first)
        == repr(second)
        == (
            'Fewer & fewer\nThe number "fell" from 2 to 1 & stayed <there>.\n'
            + tables.credit(("regime_spells",))
        )
    )
    assert "0x" not in repr(first)
    assert first.alone() == second.alone()
    assert "dc:date" not in first.html()
    assert first.html() == second.html()


def test_the_last_digits_of_a_layout_do_not_reach_the_file():
    made = []
    for size in (10, 10 + 1e-9):
        _, ax = plt.subplots()
        ax.plot([1, 2], [2, 1])
        ax.set_ylabel("trusts", fontsize=size)
        made.append(shown(drawn=ax.figure).html())
    assert made[0] == made[1]


@pytest.mark.parametrize("part", ["name", "title", "says"])
def test_figure_without_a_word_is_refused(part):
    with pytest.raises(ValueError, match=f"found an empty {part}"):
        shown(**{part: "  "})
    plt.close("all")


def test_figure_without_a_labelled_axis_is_refused():
    with pytest.raises(ValueError, match=r"in-force.*vertical axis without label\. Allowed: quantity"):
        shown(drawn=drawing(label=""))
    drawn, ax = plt.subplots()
    ax.barh([0, 1], [1, 2])
    ax.set_yticks([0, 1], ["one", "two"])
    assert shown(drawn=drawn).title == "Fewer & fewer"
    plt.close("all")


def test_figure_is_closed_so_that_it_is_shown_once():
    before = plt.get_fignums()
    shown()
    assert plt.get_fignums() == before


# plotters


@pytest.fixture
def axes():
    drawn, pair = plt.subplots(2, 1)
    yield pair
    plt.close(drawn)


def test_event_time_draws_estimates_intervals_and_hollow_thin_points(axes):
    frame = pd.DataFrame(
        {
            "horizon": [-2, -1, 0, 1],
            "estimate": [0.0, -1.0, 2.0, 3.0],
            "lower": [-1.0, -2.0, 1.0, float("nan")],
            "upper": [1.0, 0.0, 3.5, float("nan")],
            "n_trusts": [30, 30, 20, 2],
            "thin": [False, False, False, True],
        }
    )
    before = frame.copy()
    ax = plots.plot_event_time(frame, ax=axes[0], counts=axes[1], unit="points", period="quarter")
    solid, thin = ax.containers
    assert solid[0].get_xydata().tolist() == [[-2, 0], [-1, -1], [0, 2]]
    assert thin[0].get_xydata().tolist() == [[1, 3]]
    assert to_hex(solid[0].get_markerfacecolor()) == plots.BLUE
    assert to_hex(thin[0].get_markerfacecolor()) == "#ffffff"
    assert to_hex(thin[0].get_color()) == plots.GREY
    ends = [segment[:, 1].tolist() for segment in solid[2][0].get_segments()]
    assert ends == [[-1, 1], [-2, 0], [1, 3.5]]
    assert [bar.get_height() for bar in axes[1].patches] == [30, 30, 20, 2]
    assert [bar.get_x() + bar.get_width() / 2 for bar in axes[1].patches] == pytest.approx([-2, -1, 0, 1])
    assert axes[1].get_xlabel() == "Quarters since entry (0 = the quarter of entry)"
    assert ax.get_ylabel() == "points"
    pd.testing.assert_frame_equal(frame, before)


def test_uniform_band_is_drawn_where_there_is_one(axes):
    frame = pd.DataFrame(
        {"horizon": [0, 1], "estimate": [1.0, 2.0], "lower": [0.0, 1.0], "upper": [2.0, 3.0],
         "lower_uniform": [-1.0, 0.0], "upper_uniform": [3.0, 4.0], "n_trusts": [9, 9], "thin": [False, False]}
    )  # fmt: skip
    plots.plot_event_time(frame, ax=axes[0], counts=axes[1], unit="points", period="year", event="exit")
    (band,) = [part for part in axes[0].collections if isinstance(part, PolyCollection)]
    corners = {tuple(corner) for corner in band.get_paths()[0].vertices.tolist()}
    assert corners == {(0, -1), (1, 0), (1, 4), (0, 3)}
    assert axes[1].get_xlabel() == "Years since exit (0 = the year of exit)"


def test_deaths_are_told_per_hundred_expected_and_keep_the_ratio_in_brackets():
    assert words.number(-0.0231, "deaths", sign=True) == "−2.3 deaths per hundred expected"
    assert words.interval(-0.0432, -0.0029, "deaths") == "−4.3 to −0.3 deaths per hundred expected"
    assert words.estimate(-0.0231, -0.0432, -0.0029, "deaths") == (
        "−2.3 deaths per hundred expected (95% interval −4.3 to −0.3; as a ratio −0.023)"
    )
    assert "−4.32 to −0.02" in words.estimate(
        -0.0231, -0.0432, -0.0002, "deaths"
    )  # no end of zero that is none
    assert words.estimate(float("nan"), 0, 1, "deaths") == words.NOT_AVAILABLE
    assert (
        words.estimate(0.01, float("nan"), 1, "deaths")
        == "1.0 deaths per hundred expected (no interval can be given)"
    )


def test_a_frame_of_differences_is_told_in_its_unit_and_keeps_the_rest():
    held = pd.DataFrame({"estimate": [-0.013, 2.0], "lower": [-0.03, 1.0], "n": [30, 20]})
    told = plots.in_unit(held, pd.Series(["deaths", "points"]))
    assert told["estimate"].tolist() == pytest.approx([-1.3, 2.0])
    assert told["lower"].tolist() == pytest.approx([-3.0, 1.0])
    assert told["n"].tolist() == [30, 20]
    assert told["unit"].tolist() == ["deaths per hundred expected", "percentage points"]
    assert held["estimate"].tolist() == [-0.013, 2.0]
    assert plots.difference_label("deaths", "lower is better").startswith(
        "Observed less predicted (deaths per hundred"
    )


def test_names_of_three_lines_on_a_phone_do_not_run_into_each_other():
    names = [f"Interim leaders number {at}, cost above those who are permanent" for at in range(12)]
    drawing, ax = plt.subplots(figsize=(6.6, 4.8))
    ax.plot(range(12), range(12), "o", label="paid by regulators")
    ax.plot(range(12), range(12), "s", label="paid by the trust")
    ax.set_yticks(range(12), names)
    ax.set_xlabel("Cost a spell (£ million), range that our assumptions allow")
    ax.legend()
    figures._fit(drawing, figures.NARROW_PX)
    figures._settle(drawing)
    drawing.draw_without_rendering()
    boxes = sorted((label.get_window_extent() for label in ax.get_yticklabels()), key=lambda box: box.y0)
    assert [below for below, above in pairwise(boxes) if below.y1 > above.y0] == []
