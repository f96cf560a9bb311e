"""The programme theory: status of arrows, ways from an arrow to its statements and back, anchors on the page."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, strategies as st

from analysis import data
from analysis.chapters import theory as theory_page, theory_map, theory_steps
from analysis.present import blocks, links
from analysis.present.links import Link
from analysis.study.evidence import theory
from analysis.study.evidence.theory import CONTESTED, INTENT, NOTHING, STATUSES, SUPPORTED, TheoryError
from analysis.study.evidence.vocabulary import BEARINGS

CHAPTER = Path(__file__).resolve().parents[1] / "book" / "theory.ipynb"
BEARING = st.sampled_from([*BEARINGS, INTENT])
ELEMENTS = pd.DataFrame(
    [
        ["help", "Outside help", "intervention", "Advice.", "made up"],
        ["skill", "Skill", "mechanism", "Know-how.", "made up"],
        ["care", "Care", "outcome", "Safety.", "made up"],
        ["shame", "Shame", "unintended", "Low mood.", "made up"],
    ],
    columns=["id", "label", "layer", "definition", "source"],
)
LINKS = pd.DataFrame(
    [
        ["L01", "help", "skill", "+", "If help comes, skill grows.", "yes"],
        ["L02", "skill", "care", "+", "If skill grows, care improves.", "yes"],
        ["L03", "help", "shame", "+", "If help comes, shame grows.", "no"],
        ["L04", "shame", "care", "-", "If shame grows, care suffers.", "unclear"],
    ],
    columns=["id", "from", "to", "sign", "proposition", "intended_by_policy"],
)
STATEMENTS = pd.DataFrame(
    [
        ["AAA-01", "AAA", "https://a.example/1"],
        ["AAA-02", "AAA", "https://a.example/1"],
        ["BBB-01", "BBB", "https://b.example"],
        ["ENG-01", "ENG", "https://e.example"],
        ["BBB-02", "BBB", "https://b.example/2"],
    ],
    columns=["id", "ods_code", "source_url"],
)
EVIDENCE = pd.DataFrame(
    [
        ["L01", "AAA-01", "supports", "Helped"],
        ["L01", "AAA-02", "supports", "Same document"],
        ["L01", "ENG-01", "supports", "Review"],
        ["L02", "AAA-01", "supports", "Better"],
        ["L02", "BBB-01", "contests", "No better"],
        ["L03", "ENG-01", "refines", "States intent only: no shame was meant"],
        ["L03", "BBB-01", "refines", "Depends"],
    ],
    columns=["link_id", "statement_id", "stance", "note"],
)


def graph(evidence=EVIDENCE, elements=ELEMENTS, arrows=LINKS, statements=STATEMENTS):
    return theory.build(elements, links=arrows, evidence=evidence, statements=statements)


@pytest.fixture(scope="module")
def real():
    return theory.theory_graph()


@pytest.fixture(scope="module")
def page():
    notebook = nbformat.read(CHAPTER, as_version=4)
    found = [o.data.get("text/html", "") for c in notebook.cells for o in c.get("outputs", []) if "data" in o]
    return BeautifulSoup("".join(found), "html.parser")


def test_status_follows_the_stated_rule():
    rows = graph().arrows.set_index("id")
    assert rows["status"].to_dict() == {"L01": SUPPORTED, "L02": CONTESTED, "L03": NOTHING, "L04": NOTHING}
    assert rows.loc["L01", ["supports", "documents", "trusts"]].tolist() == [3, 2, 1]
    assert rows.loc["L02", ["supports", "contests", "documents", "trusts"]].tolist() == [1, 1, 2, 2]
    assert rows.loc["L03", ["refines", "intent_only", "documents"]].tolist() == [1, 1, 0]


@given(st.lists(BEARING, max_size=8), st.randoms())
def test_order_and_repeats_of_statements_do_not_matter(bearings, random):
    shuffled = bearings + bearings[:2]
    random.shuffle(shuffled)
    assert theory.status_of(shuffled) == theory.status_of(bearings)


@given(st.lists(BEARING, max_size=8))
def test_each_bearing_moves_the_status_one_way_only(bearings):
    before = theory.status_of(bearings)
    assert theory.status_of([*bearings, "contests"]) == CONTESTED
    assert theory.status_of([*bearings, "supports"]) == (CONTESTED if before == CONTESTED else SUPPORTED)
    for silent in ("refines", INTENT):
        assert theory.status_of([*bearings, silent]) == before
    assert (before == NOTHING) == (not {"supports", "contests"} & set(bearings))


@pytest.mark.parametrize("stance", BEARINGS)
def test_a_row_that_states_intent_only_is_no_evidence_whatever_its_stance(stance):
    row = ["L04", "BBB-02", stance, "States intent only: meant well"]
    more = pd.concat([EVIDENCE, pd.DataFrame([row], columns=EVIDENCE.columns)])
    changed = graph(more)
    arrow = changed.arrows.set_index("id").loc["L04"]
    assert arrow[["status", "intent_only", "supports", "contests", "refines"]].tolist() == [
        NOTHING,
        1,
        0,
        0,
        0,
    ]


def test_order_of_rows_and_new_names_change_nothing_else():
    plain = graph()
    mixed = graph(EVIDENCE.iloc[::-1], ELEMENTS.iloc[::-1], LINKS, STATEMENTS.iloc[::-1])
    pd.testing.assert_frame_equal(mixed.arrows, plain.arrows)
    names = {key: f"x_{key}" for key in ELEMENTS["id"]}
    other = graph(
        elements=ELEMENTS.replace({"id": names}), arrows=LINKS.replace({"from": names, "to": names})
    )
    assert other.arrows["status"].tolist() == plain.arrows["status"].tolist()


def test_tables_given_are_left_as_they_were():
    before = [frame.copy() for frame in (ELEMENTS, LINKS, EVIDENCE, STATEMENTS)]
    graph()
    for frame, copy in zip((ELEMENTS, LINKS, EVIDENCE, STATEMENTS), before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


def test_counts_of_the_real_theory_add_up(real):
    evidence = data.load("theory_evidence")
    intent = evidence["note"].str.startswith("States intent only")
    columns = ["supports", "contests", "refines", "intent_only"]
    assert real.arrows[columns].to_numpy().sum() == len(evidence)
    assert real.arrows["intent_only"].sum() == intent.sum() == 7
    policy = theory.policy_and_found(real)
    assert policy["arrows"].sum() == len(real.arrows) == 42
    assert policy[list(STATUSES)].sum().to_dict() == real.arrows["status"].value_counts().to_dict()
    assert real.arrows.loc[real.arrows["status"] == NOTHING, "id"].tolist() == ["L40"]
    assert (real.nodes["arrows_in"] + real.nodes["arrows_out"] > 0).all()


def test_what_the_chapter_says_in_words_holds(real):
    rows = real.arrows.set_index("id")
    assert (rows.loc[["L02", "L06"], "status"] == SUPPORTED).all()
    assert (rows.loc[["L09", "L10", "L12", "L29"], "status"] == CONTESTED).all()
    inside = rows[rows["from"].isin(theory_page.PARTS["inside"])]
    assert set(inside.nlargest(2, "supports").index) == {"L22", "L39"}
    assert (inside["contests"] == 0).all()
    assert "L07" in theory.thin(real)
    assert rows.loc["L07", "trusts"] == 0
    lead = rows[(rows["to_layer"] == "unintended") & (rows["sign"] == "+")]
    assert set(lead["from"]) == {"public_label", "scrutiny_pressure"}


def test_every_arrow_is_drawn_in_exactly_one_part(real):
    drawn = [arrow for name in theory_page.PARTS for arrow in theory_page.part(real, name)["id"]]
    assert sorted(drawn) == sorted(real.arrows["id"])
    assert list(theory_steps.TITLES) == list(theory_page.PARTS)
    with pytest.raises(TheoryError, match="elements in exactly one part"):
        theory_page.part(graph(), "help")


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("arrows", "from", "luck", "from 'luck'"),
        ("arrows", "to", "luck", "to 'luck'"),
        ("arrows", "sign", "?", "sign '\\?'"),
        ("arrows", "intended_by_policy", "maybe", "intended_by_policy 'maybe'"),
        ("evidence", "link_id", "L99", "link_id 'L99'"),
        ("evidence", "statement_id", "AAA-99", "statement_id 'AAA-99'"),
        ("evidence", "stance", "likes", "stance 'likes'"),
        ("elements", "id", "skill", "elements: skill is there twice"),
        ("arrows", "id", "L02", "links: L02 is there twice"),
    ],
)
def test_what_does_not_fit_is_refused(table, column, value, message):
    frames = {"elements": ELEMENTS, "arrows": LINKS, "evidence": EVIDENCE, "statements": STATEMENTS}
    frames[table] = frames[table].copy()
    frames[table].loc[0, column] = value
    with pytest.raises(TheoryError, match=message):
        graph(**frames)


def test_questions_that_have_no_answer_are_refused(real):
    with pytest.raises(TheoryError, match="links lack"):
        graph(arrows=LINKS.drop(columns="sign"))
    with pytest.raises(TheoryError, match="not known"):
        theory_page.part(real, "weather")


def test_sentences_name_status_direction_and_numbers(real):
    row = graph().arrows.iloc[3].copy()
    assert theory_page.step_words(row) == "4. Shame lowers care: no evidence found, no statement"
    assert (
        theory_page.step_words(graph().arrows.iloc[1]) == "2. Skill raises care: contested, 1 for, 1 against"
    )
    assert theory_page.grounds(graph().arrows.iloc[0]) == (
        "Meant by policy; supported, 3 for: 3 statements in 2 documents about 1 trust."
    )
    assert theory_page.grounds(row) == (
        "Not clear whether meant; no evidence found: no statement speaks for or against it."
    )
    assert "2 of the 4 arrows" not in graph().sentence()
    assert "1 of the 4 arrows between 4 elements are supported" in graph().sentence()


def test_contested_is_counted_beside_the_number_of_statements():
    found = theory.counting(
        graph(), least=2
    )  # L01: 3 for; L02: 1 for, 1 against; L03 and L04: none either way
    assert (found.many, found.many_contested, found.few, found.few_contested) == (2, 1, 0, 0)
    assert found.against == 1 / 5
    assert found.expected == pytest.approx((1 - 0.8**3) + (1 - 0.8**2))
    few = theory.counting(graph(), least=3)
    assert (few.many, few.many_contested, few.few, few.few_contested) == (1, 0, 1, 1)
    for wrong in ({"least": 1}, {"theory": graph(evidence=EVIDENCE[EVIDENCE["stance"] == "refines"])}):
        with pytest.raises(TheoryError, match="Allowed: 2 or more"):
            theory.counting(**{"theory": graph(), **wrong})


def test_counts_of_contested_arrows_are_those_of_the_table(real):
    evidence = data.load("theory_evidence")
    own = evidence[evidence["stance"].ne("refines") & ~evidence["note"].str.startswith("States intent only")]
    counts = own.groupby("link_id")["stance"].agg(n="size", against=lambda told: told.eq("contests").sum())
    many = counts[counts["n"] >= 6]
    sentence = theory_page.counting_sentence(real)
    assert f"{many['against'].gt(0).sum()} of {len(many)} are contested" in sentence
    few = counts[counts["n"] < 6]
    assert f"with fewer, {few['against'].gt(0).sum()} of {len(few)}." in sentence


def within(point, box, room):
    x, y, width, height = box
    return x - room < point[0] < x + width + room and y - room < point[1] < y + height + room


def test_no_arrow_of_the_map_passes_behind_a_box_that_is_not_its_own(real):
    boxes, ends = theory_map.boxes(real), real.arrows.set_index("id")
    for arrow, way in theory_map.ways(real).items():
        own = set(ends.loc[arrow, ["from", "to"]])
        for name, box in boxes.items():
            room = -2 if name in own else 3
            assert not any(within(point, box, room) for point in way.points), (arrow, name)


def test_boxes_and_numbers_of_the_map_do_not_lie_over_each_other(real):
    boxes = theory_map.boxes(real)
    for name, (x, y, width, height) in boxes.items():
        corners = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)]
        assert all(0 <= a <= theory_map.WIDTH and 0 <= b <= theory_map.HEIGHT for a, b in corners), name
        assert not any(within(c, box, 3) for other, box in boxes.items() if other != name for c in corners)
    page = BeautifulSoup(theory_map.map_of(real).html, "html.parser")
    plates = [
        tuple(float(plate[key]) for key in ("x", "y", "width", "height")) for plate in page.select(".plate")
    ]
    middles = [(x + width / 2, y + height / 2) for x, y, width, height in plates]
    for place, middle in enumerate(middles):
        assert not any(within(middle, box, 8) for box in boxes.values()), place
        assert not any(within(middle, plate, 8) for i, plate in enumerate(plates) if i != place), place


def test_the_map_has_every_arrow_with_its_status_as_line_and_in_words(real):
    page = BeautifulSoup(theory_map.map_of(real).html, "html.parser")
    arrows = page.select("a.arrow")
    assert [arrow["href"] for arrow in arrows] == [f"#{name}" for name in real.arrows["id"]]
    assert len(arrows) == 42
    for arrow, (_, row) in zip(arrows, real.arrows.iterrows(), strict=True):
        assert arrow["class"][1] == theory_map.kind(row)
        assert arrow.title.get_text() == theory_page.step_words(row)
        assert bool(arrow.select_one(".bar")) == (row["sign"] == "-")
        assert arrow["tabindex"] == "-1"
    counted = dict(part.get_text().strip().rpartition(" ")[::2] for part in page.select(".key > span"))
    assert sum(int(counted[word]) for word in theory_map.KINDS.values()) == 42
    assert {g.get_text(" ", strip=True) for g in page.select(".box")} == {
        " ".join(label.split()) for label in real.nodes["label"]
    }


def test_a_theory_whose_elements_have_no_place_is_refused():
    with pytest.raises(TheoryError, match="one place on the map"):
        theory_map.map_of(graph())


def test_contested_without_support_is_another_kind(real):
    arrow = real.arrows.iloc[0].copy()
    told = {
        (SUPPORTED, 1): "supported", (CONTESTED, 2): "contested", (CONTESTED, 0): "only", (NOTHING, 0): "nothing",
    }  # fmt: skip
    for (status, count), kind in told.items():
        arrow["status"], arrow["supports"] = status, count
        assert theory_map.kind(arrow) == kind


def test_bars_and_lists_of_what_policy_meant_hold_the_counts(real):
    page = BeautifulSoup(theory_steps.policy(real).html, "html.parser")
    counts = theory.policy_and_found(real)
    for row, bar in zip(counts.itertuples(), page.select(".policy li"), strict=True):
        widths = [float(part["width"].rstrip("%")) for part in bar.select("rect")]
        assert [round(w * counts["arrows"].max() / 100) for w in widths] == list(row[1:4])
    lists = page.select("details")
    assert [len(one.select("li")) for one in lists] == [
        counts.loc["yes", CONTESTED], counts.loc["yes", SUPPORTED], counts.loc["no", SUPPORTED],
    ]  # fmt: skip
    with pytest.raises(TheoryError, match="Allowed"):
        theory_steps.selection(real, intended="perhaps", status=SUPPORTED)


def test_links_on_the_page_lead_to_a_place_on_the_page(page):
    anchors = [tag["id"] for tag in page.find_all(id=True)]
    assert len(anchors) == len(set(anchors))
    targets = {a["href"][1:] for a in page.find_all("a", href=re.compile("^#"))}
    assert targets
    assert targets - set(anchors) == set()
    assert set(data.load("evidence_statements")["id"]) <= set(anchors)
    assert set(data.load("theory_links")["id"]) <= set(anchors)
    assert set(data.load("theory_configurations")["id"]) <= set(anchors)


def test_arrows_link_to_their_statements_and_these_link_back(page, real):
    forward = {
        (step["id"], a["href"][1:])
        for step in page.select(".step > div[id]")
        for a in step.find_all("a", href=re.compile(r"^#(ENG|[RT]\w\w)-"))
    }
    back = {
        (a["href"][1:], row["id"])
        for row in page.find_all("li", id=re.compile(r"^(ENG|[RT]\w\w)-\d\d$"))
        for a in row.find_all("a", href=re.compile(r"^#L"))
    }
    assert (
        forward == back == set(real.evidence[["link_id", "statement_id"]].itertuples(index=False, name=None))
    )


def test_every_statement_on_the_page_names_its_source(page):
    statements = data.load("evidence_statements").set_index("id")
    for key, row in statements.iterrows():
        shown = page.find("li", id=key)
        assert row["statement"] in shown.get_text()
        assert row["source_publisher"] in shown.get_text()
        assert shown.find("a", href=row["source_url"]).get_text() == row["source_title"]


def test_linked_tables_escape_what_they_show_and_refuse_what_they_cannot_link():
    frame = pd.DataFrame({"Id": ["A-1"], "Cell": [(Link("<b>", "#A-1", after=" & so"),)], "Empty": [()]})
    html = links.linked(frame, caption="A <caption>").html
    assert "<b>" not in html
    assert '<tr><th scope="row">A-1</th><td><a href="#A-1">&lt;b&gt;</a> &amp; so</td>' in html
    assert "<td>none</td>" in html
    for address in ("javascript:alert(1)", "data:text/html,x", "javascript:x.html"):
        with pytest.raises(ValueError, match="address"):
            links.linked(pd.DataFrame({"Id": [Link("x", address)]}), caption="x")
    with pytest.raises(ValueError, match="found float"):
        links.linked(pd.DataFrame({"Id": ["A"], "n": [1.5]}), caption="x")
    part = blocks.Block('<p id="A">x</p>', "x")
    with pytest.raises(ValueError, match="there twice"):
        blocks.together([part, part])


def test_a_missing_cell_is_shown_as_not_available_and_text_equals_page():
    part = links.linked(pd.DataFrame({"Id": ["A"], "n": [None]}), caption="x", folded=True)
    assert repr(part) == "x\nId | n\nA | .."
    assert part.html.startswith('<details class="result fold"><summary>x</summary>')
