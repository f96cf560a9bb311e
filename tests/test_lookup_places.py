"""Look up a trust: places among peers, the files of the page and what the chapter shows."""

import gzip
import json
import re

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis import data
from analysis.chapters.lookup import chart, files, look, page, peers, sentences, series
from analysis.chapters.lookup.peers import _compared
from analysis.methods.spc.funnel import funnel
from analysis.methods.spc.signals import SIGNALS
from analysis.present import words
from analysis.study import regime

NAMES = data.load("indicators")["indicator"].tolist()
MEDWAY = "RPA"
HEAVIEST = 78_000  # bytes of the heaviest file: half a second on a slow line even before compression


@pytest.fixture(scope="module")
def medway():
    return look.trust(MEDWAY, "four_hour_waits")


# Places: the numbers of analysis.funnel, or ranks.


def test_a_place_is_that_of_the_funnel_of_the_same_counts(medway):
    kinds = data.load("organisations").set_index("org_code")["type"]
    raw = data.load("ae_monthly")
    raw = raw[
        (raw["month"] == medway.peers.period) & (raw["org_code"].map(kinds) == "acute") & raw["over_4h"].notna()
    ]  # fmt: skip
    raw = raw[raw["attendances"] > 0].assign(within=lambda rows: rows["attendances"] - rows["over_4h"])
    raw = raw.astype({"within": "float64", "attendances": "float64"})
    whole = funnel(
        raw, unit="org_code", numerator="within", denominator="attendances", method="proportion", multiplier=100
    )  # fmt: skip
    assert medway.peers.kind == "funnel"
    assert medway.peers.funnel.target == pytest.approx(whole.target)
    assert medway.peers.funnel.tau2 == pytest.approx(whole.tau2)
    row, place = whole.frame.loc[MEDWAY], medway.peers.frame.loc[MEDWAY]
    assert place["value"] == pytest.approx(row["ratio"])
    assert place["rank"] == (whole.frame["ratio"] > row["ratio"]).sum() + 1
    outside = whole.frame[["od_out95", "od_out998"]].sum(axis=1) * np.sign(
        whole.frame["ratio"] - whole.target
    )
    assert medway.peers.frame["band"].tolist() == (2 + outside[medway.peers.frame.index]).tolist()


def test_without_counts_trusts_are_ranked_and_tenths_are_by_the_stated_rule():
    found = peers.peers("shmi", "2018", type="acute")
    value = found.frame["value"]
    assert found.kind == "rank"
    assert found.frame["rank"].idxmin() == value.idxmin()  # lower is better
    low, high = value.quantile([0.1, 0.9])
    assert found.frame["band"].tolist() == [0 if one < low else 2 if one > high else 1 for one in value]


def test_place_edges():
    about = regime.indicator("four_hour_waits")
    when = pd.Period("2018-01")

    def rows(counts):
        made = pd.DataFrame(counts, columns=["code", "numerator", "denominator"])
        return made.assign(value=100 * (1 - made["numerator"] / made["denominator"]))

    with pytest.raises(series.TrustError, match="2 trusts"):
        _compared(rows([("A", 1, 9), ("B", 2, 9)]), about, when, "acute")
    over = _compared(rows([("A", 12, 9), ("B", 2, 9), ("C", 3, 9)]), about, when, "acute")
    assert over.kind == "rank" or over.funnel.frame["numerator"].min() >= 0
    best = _compared(rows([("A", 9, 9), ("B", 9, 9), ("C", 9, 9)]), about, when, "acute")
    assert best.kind == "rank"
    assert "zero at every trust" in best.why
    tied = _compared(rows([("A", 1, 10), ("B", 1, 10), ("C", 5, 10), ("D", 9, 10)]), about, when, "acute")
    assert tied.frame["rank"].tolist() == [1, 1, 3, 4]


def test_changing_a_result_changes_no_later_one(medway):
    medway.peers.frame.loc[MEDWAY, "value"] = -1
    frame = medway.chart.frame
    frame.iloc[0, 0] = -1
    again = look.trust(MEDWAY, "four_hour_waits")
    assert again.peers.frame.loc[MEDWAY, "value"] > 0
    assert again.chart.frame.iloc[0, 0] >= 0


# Files: the same numbers, the same bytes, light.


def test_a_file_holds_what_the_functions_return_to_the_places_it_keeps():
    held = files.trust_file(MEDWAY, NAMES)
    assert set(held["indicators"]) | set(held["without"]) == set(NAMES)
    for name, part in held["indicators"].items():
        found = look.trust(MEDWAY, name)
        kept = np.array([np.nan if one is None else one for one in part["v"]], dtype=float)
        np.testing.assert_allclose(kept, found.chart.frame["value"], atol=0.5 * 10**-files.DIGITS)
        assert (
            sorted(at for places in part["x"].values() for at in places)
            == np.flatnonzero(np.isnan(kept)).tolist()
        )
        letters = {(None, None): "."} | {
            (signal, way): files.MARKED[way][rule]
            for rule, signal in enumerate(SIGNALS)
            for way in files.MARKED
        }
        found_signals = zip(found.chart.frame["signal"], found.chart.frame["direction"], strict=True)
        assert part["g"] == "".join(letters[one] for one in found_signals)
        assert [cut["label"] for cut in part["s"]] == found.chart.stretches["label"].tolist()
        assert f"{part['sentence']} {part['place']}" == found.sentence()
        assert part["first"] == str(found.chart.frame.index[0])


def test_the_words_of_the_page_fill_to_the_sentence_of_python():
    found = peers.peers("closures", "2019", type="acute")
    for code in (found.frame.index[0], found.frame["value"].idxmax()):
        parts = peers.place_parts(found, code)
        assert set(re.findall(r"\{(\w+)\}", peers.PLACES[found.kind])) <= set(parts)
        assert found.sentence(code) == peers.PLACES[found.kind].format(**parts)


def test_what_is_written_twice_is_the_same_and_light(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "held", lambda: ["RPA", "RWD", "RXF"])
    outline = files.outline()
    few = [one for one in outline["indicators"] if one["key"] in ("shmi", "winter_occupancy")]
    monkeypatch.setattr(files, "outline", lambda: {**outline, "indicators": few})
    first = files.write(tmp_path / "a")
    second = files.write(tmp_path / "b")
    pd.testing.assert_frame_equal(first.frame, second.frame)
    for path in first.frame["path"]:
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()
    found = {path.relative_to(tmp_path / "a").as_posix() for path in (tmp_path / "a").rglob("*.json")}
    assert found == set(first.frame["path"])
    assert {"index.json", "trusts/RPA.json", "peers/shmi/2018.json"} <= found
    place = json.loads((tmp_path / "a/peers/shmi/2018.json").read_text())["acute"]
    assert len(place["codes"]) == len(place["v"]) == len(peers.peers("shmi", "2018", type="acute").frame)
    assert first.sentence().startswith(f"{len(first.frame)} files")


def test_the_heaviest_files_are_light():
    content = {code: files.trust_file(code, NAMES) for code in ("RWD", "RPA")} | {"index": files.outline()}
    for name, held in content.items():
        raw = json.dumps(held, separators=(",", ":"), ensure_ascii=False).encode()
        assert len(raw) < HEAVIEST, name
        assert len(gzip.compress(raw)) < HEAVIEST / 3, name


def test_the_index_names_every_trust_with_a_figure_and_every_indicator():
    index = files.outline()
    codes = {one["code"] for one in index["trusts"]}
    wanted = set().union(*(set(series.cells(name).dropna(subset="value")["code"]) for name in NAMES))
    assert codes == wanted | set(regime.spells()["trust"])  # all of the regime, with figures or without
    assert len(codes) > 200
    assert [one["key"] for one in index["indicators"]] == NAMES
    for one in index["indicators"]:
        assert one["unit"] in index["units"], one["key"]
        assert index["grains"][one["grain"]]["keys"]
    joined = next(one for one in index["trusts"] if one["code"] == "R0A")
    assert any("Pennine" in also for also in joined["also"])


# What the chapter shows.


def test_plots_show_the_numbers_of_the_result(medway):
    from matplotlib import pyplot as plt

    from analysis.chapters.lookup.plots import plot_place, plot_trust

    again = look.trust(MEDWAY, "four_hour_waits")
    fig, (left, right) = plt.subplots(1, 2)
    plot_trust(again.chart, ax=left)
    plot_place(again.peers, code=MEDWAY, ax=right)
    marked = sum(len(line.get_ydata()) for line in left.lines if line.get_marker() in ("^", "v"))
    assert marked == int(again.chart.frame["signal"].notna().sum())
    diamond = next(line for line in right.lines if line.get_marker() == "D")
    assert np.ravel(diamond.get_ydata()).tolist() == [again.peers.frame.loc[MEDWAY, "value"]]
    plt.close(fig)


def test_the_page_says_the_example_without_a_script():
    panel = page.panel(MEDWAY, "shmi")
    bundle = panel._repr_mimebundle_()
    told = BeautifulSoup(bundle["text/html"], "html.parser").get_text()
    assert repr(panel).splitlines()[0] in told
    assert "Wye Valley" in told
    assert 'id="lookup"' in bundle["text/html"]
    assert "widget" not in "".join(bundle)


def test_widgets_follow_the_choice_with_the_same_numbers():
    box = page.widgets(look.trust(MEDWAY, "shmi"))
    trust, indicator, says = box.children
    assert look.trust(MEDWAY, "shmi").sentence() in says.value
    indicator.value = "closures"
    assert look.trust(MEDWAY, "closures").chart.sentence().replace("&", "&amp;") in says.value
    trust.value = "RV3 Central and North West London NHS Foundation Trust"
    assert "nothing to chart" in says.value
    trust.value = "nowhere"
    assert "no trust has the code" in says.value


def test_dates_in_words_and_numbers_are_those_of_present(medway):
    texts = sentences.table(chart.chart(MEDWAY, "four_hour_waits"))
    assert texts["Period"].iloc[0] == words.period(medway.chart.frame.index[-1])
    assert texts["Figure"].iloc[0] == words.number(medway.chart.frame["value"].iloc[-1], "percent")
