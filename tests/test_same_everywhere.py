"""A number told on several pages is the same on all: read from what the chapters stored, nothing typed here."""

import json
import re
from collections import defaultdict

import pytest
from bs4 import BeautifulSoup

from analysis import trace
from analysis.chapters import findings_words, ruled
from analysis.edition import headlines
from analysis.present import words
from analysis.study import indicators, ruled_out
from analysis.study.indicators import told_in

PRIMARY = indicators.indicators(primary=True)
BOOK = trace.ROOT / "book"
AMOUNT = r"−?[\d,.]+(?: deaths per hundred expected| percentage points| months|%)?"


def stored():
    """Return by chapter all texts that its run left: glued values, tables, pictures in words."""
    pages = {}
    for path in sorted(BOOK.rglob("*.ipynb")):
        parts = path.relative_to(BOOK)
        if "_build" in parts.parts or ".ipynb_checkpoints" in parts.parts or "editions" in parts.stem:
            continue  # an edition keeps the numbers of its day
        kept = []
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                for kind, content in output.get("data", {}).items():
                    text = content if isinstance(content, str) else "".join(content)
                    if kind.endswith("text/html"):
                        text = BeautifulSoup(text, "html.parser").get_text(" ")
                    if kind.endswith(("text/html", "text/plain")):
                        kept.append(text)
        pages[parts.with_suffix("").as_posix()] = " ".join("\n".join(kept).split())
    return pages


@pytest.fixture(scope="module")
def pages():
    return stored()


def told(pages, pattern):
    """Return by page what a pattern's groups hold."""
    found = defaultdict(set)
    for page, text in pages.items():
        for hit in re.finditer(pattern, text):
            found[page].add(hit.groups() if len(hit.groups()) > 1 else hit.group(1))
    return dict(found)


@pytest.mark.parametrize("name", PRIMARY)
@pytest.mark.parametrize("way", ["improvement", "worsening"])  # of a sensitivity, "(of record" follows
def test_what_is_ruled_out_is_the_same_on_every_page(pages, name, way):
    gain = ruled.GAINS[name][way == "worsening"].format("@@")
    said, label = re.escape(gain).replace("@@", f"({AMOUNT})"), re.escape(indicators.label(name))
    found = told(pages, rf"{said} in {label}(?! \(of record)")
    for page, values in told(
        pages, rf"for {label} {said if way == 'improvement' else f'[^;]*? and {said}'}"
    ).items():
        found[page] = found.get(page, set()) | values
    if way == "improvement":
        plain = rf"a (?:fall|rise) of more than ({AMOUNT}) in {re.escape(findings_words.PLAIN[name])}[;.]"
        found |= told({"plain-english": pages["plain-english"]}, plain)
    now = getattr(ruled_out.of(name), way)
    values = set().union(*found.values())
    assert values == {ruled.size(name, now)}, found
    least = (
        {"briefing", "findings", "plain-english", "metrics/rivals"}
        if way == "improvement"
        else {"metrics/rivals"}
    )
    assert least <= set(found), found


@pytest.mark.parametrize("name", PRIMARY)
def test_a_difference_told_with_its_measure_is_one_of_the_record_on_every_page(pages, name):
    label = re.escape(indicators.label(name))
    found = told(pages, rf"{label} by ({AMOUNT} \(95% interval [^)]*\))")
    known = {row.key: row for row in headlines.headlines()}
    rows = [known[f"{what}_{name}"] for what in ("entry", "equally_bad", "decided")]
    record = {words.estimate(row.value, row.low, row.high, told_in(row.unit)) for row in rows}
    assert set().union(*found.values()) <= record, found
    assert {"metrics/entry", "metrics/rivals", "costs"} <= set(found)
    everywhere = {text: [page for page in pages if text in pages[page]] for text in record}
    assert all(len(where) > 1 for where in everywhere.values()), everywhere


def test_the_length_of_a_first_stay_and_the_returns_are_the_same_on_every_page(pages):
    stays = told(pages, r"first (?:stay|spells? had ended) by about (\d+) months")
    assert len(set().union(*stays.values())) == 1, stays
    assert {"briefing", "metrics/after"} <= set(stays), stays
    known = {row.key: row for row in headlines.headlines(("stays",))}
    (middle,) = set().union(*stays.values())
    assert middle == words.number(known["median_time_in_regime"].value)
    back = told(pages, r"(\d+) of (?:the )?(\d+)(?: trusts)? that left(?: as improved)?,? came back")
    assert set().union(*back.values()) == {
        (words.number(known["returns"].value), words.number(known["returns"].n))
    }, back
    share = known[f"share_returned_{headlines.BACK_BY}"]
    expected = words.estimate(share.value, share.low, share.high, "percent", digits=0)
    assert [page for page in ("index", "findings", "metrics/after") if expected not in pages[page]] == []


def test_a_number_that_differs_on_one_page_is_found(pages):
    changed = {
        **pages,
        "briefing": pages["briefing"].replace("a fall of more than ", "a fall of more than 1"),
    }
    with pytest.raises(AssertionError):
        test_what_is_ruled_out_is_the_same_on_every_page(changed, "shmi", "improvement")
