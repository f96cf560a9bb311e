"""Disclosure control: the attacks first, then what the defence must do."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings, strategies as st

from analysis.methods.disclosure import words
from analysis.methods.disclosure.attack import HIDDEN, TOTAL, DisclosureError, attack
from analysis.methods.disclosure.sites import identifiable
from analysis.methods.disclosure.tables import check_table, suppress
from analysis.study.evidence.shared import check, scan


def solved(published):
    """Attack of our own: which hidden cells the sums alone fix, by rank; independent of the module."""
    spots = [
        (i, j)
        for i in range(published.shape[0])
        for j in range(published.shape[1])
        if published.iat[i, j] == HIDDEN
    ]
    rows = []
    for i in range(published.shape[0]):
        rows.append([1.0 * (a == i) * (-1 if published.columns[b] == TOTAL else 1) for a, b in spots])
    for j in range(published.shape[1]):
        rows.append([1.0 * (b == j) * (-1 if published.index[a] == TOTAL else 1) for a, b in spots])
    system = np.array(rows)
    rank = np.linalg.matrix_rank(system)
    fixed = []
    for number, spot in enumerate(spots):
        unit = np.zeros(len(spots))
        unit[number] = 1
        if np.linalg.matrix_rank(np.vstack([system, unit])) == rank:
            fixed.append(spot)
    return fixed


def possible(published, most):
    """Attack by trying all whole numbers from 1 to `most` in the hidden inner cells."""
    inner = published.iloc[:-1, :-1]
    spots = [spot for spot in itertools.product(*map(range, inner.shape)) if inner.iat[spot] == HIDDEN]
    shown = (published != HIDDEN).to_numpy()
    target = published.where(published != HIDDEN, 0).to_numpy(dtype=int)
    values = {spot: set() for spot in spots}
    full = np.zeros(published.shape, dtype=int)
    for guess in itertools.product(range(1, most + 1), repeat=len(spots)):
        full[:-1, :-1] = target[:-1, :-1]
        for spot, value in zip(spots, guess, strict=True):
            full[spot] = value
        full[:-1, -1] = full[:-1, :-1].sum(axis=1)
        full[-1] = full[:-1].sum(axis=0)
        if (full == target)[shown].all():
            for spot, value in zip(spots, guess, strict=True):
                values[spot].add(value)
    return values


TABLE = pd.DataFrame([[2, 9, 11], [8, 7, 6], [12, 13, 14]], index=["a", "b", "c"], columns=["x", "y", "z"])


def test_hiding_the_small_count_alone_is_undone_by_the_totals():
    whole = TABLE.copy().astype(object)
    whole[TOTAL] = TABLE.sum(axis=1)
    whole.loc[TOTAL] = whole.sum(axis=0)
    whole.loc["a", "x"] = HIDDEN
    assert solved(whole) == [(0, 0)]
    assert attack(whole).iloc[0][["lower", "upper"]].tolist() == [2, 2]
    with pytest.raises(DisclosureError, match=r"'made', row 'a', column 'x'.*worked out"):
        check_table("made", whole)


def test_the_defence_withstands_the_same_attacks():
    found = suppress(TABLE)
    assert found.primary == (("a", "x"),)
    assert len(found.secondary) == 3
    assert solved(found.frame) == []
    tried = possible(found.frame, int(found.bounds["upper"].max()) + 1)
    assert all(len(values) >= 5 for values in tried.values())
    for row in found.bounds.itertuples():
        spot = (TABLE.index.get_loc(row.row), TABLE.columns.get_loc(row.column))
        assert (min(tried[spot]), max(tried[spot])) == (row.lower, row.upper)
    shown = found.frame.iloc[:-1, :-1]
    assert (shown.where(shown != HIDDEN, TABLE) == TABLE).all(axis=None)
    check_table("made", found.frame)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda rows: st.integers(1, 4).flatmap(
            lambda columns: st.lists(
                st.lists(
                    st.one_of(st.integers(0, 8), st.integers(0, 60)), min_size=columns, max_size=columns
                ),
                min_size=rows,
                max_size=rows,
            )
        )
    ),
    st.sampled_from(["both", "rows", "columns", "none"]),
    st.booleans(),
)
@example([[0, 0, 5], [5, 5, 5]], "both", True)  # a column that only looks like the sum of the others
def test_no_hidden_cell_of_any_table_can_be_recovered(cells, totals, hide_zeros):
    table = pd.DataFrame(
        cells, index=[f"r{i}" for i in range(len(cells))], columns=[f"c{j}" for j in range(len(cells[0]))]
    )
    found = suppress(table, totals=totals, hide_zeros=hide_zeros)
    numbers = [value for value in found.frame.to_numpy().ravel() if value != HIDDEN]
    assert all(value >= 5 or (value == 0 and not hide_zeros) for value in numbers)
    assert (found.bounds["upper"] - found.bounds["lower"] >= 4).all()
    check_table("made", found.frame, hide_zeros=hide_zeros)
    if totals == "both":
        assert solved(found.frame) == []


def test_order_of_rows_does_not_open_a_table_and_nothing_small_means_nothing_hidden():
    turned = suppress(TABLE.iloc[::-1])
    assert solved(turned.frame) == []
    big = suppress(TABLE + 5)
    assert not (big.frame == HIDDEN).any(axis=None)
    assert big.frame.loc[TOTAL, TOTAL] == (TABLE + 5).to_numpy().sum()
    assert "none is hidden" in big.sentence()


def test_exactly_the_threshold_is_shown_one_less_is_not_and_zero_is_zero():
    found = suppress(pd.Series([5, 4, 0, 30], index=list("abcd")), totals="none").frame["count"]
    assert found.tolist() == [5, HIDDEN, 0, 30]
    assert suppress(pd.Series([0, 9]), totals="none", hide_zeros=True).frame["count"].tolist() == [HIDDEN, 9]


def test_two_small_counts_with_a_small_sum_are_not_each_others_protection():
    found = suppress(
        pd.DataFrame([[1, 2, 40], [20, 20, 20]], index=["a", "b"], columns=list("xyz")), totals="rows"
    )
    assert found.frame.loc["a"].tolist()[:3] == [HIDDEN] * 3  # 1 + 2 = 3 would tell both are small


def test_the_callers_table_stays_and_the_page_does_not_tell_which_are_small():
    before = TABLE.copy()
    found = suppress(TABLE)
    pd.testing.assert_frame_equal(TABLE, before)
    assert "4 of 16 counts are hidden" in found.sentence()


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        (TABLE.astype(float).replace(2.0, np.nan), {}, "row 'a', column 'x'"),
        (TABLE * -1, {}, "row 'a', column 'x'"),
        (TABLE / 2, {}, "column 'y'"),
        (TABLE.rename(index={"c": TOTAL}), {}, "none 'Total'"),
        (TABLE.rename(columns={"y": "x"}), {}, "each once"),
        (TABLE, {"threshold": 1}, "2 or more"),
        (TABLE, {"totals": "all"}, "Allowed"),
    ],
)
def test_tables_that_are_no_counts_are_refused(table, options, words):
    with pytest.raises(DisclosureError, match=words):
        suppress(table, **options)


def test_a_small_count_on_a_page_and_sums_that_do_not_fit_are_refused_by_cell():
    with pytest.raises(DisclosureError, match="'t', row 'a', column 'x': a count below 5"):
        check(tables={"t": TABLE})
    wrong = suppress(TABLE).frame
    wrong.loc["b", TOTAL] = 999
    with pytest.raises(DisclosureError, match="do not add up"):
        check_table("t", wrong)
    with pytest.raises(DisclosureError, match="label of row 1: trust name"):
        check(tables={"t": (TABLE + 9).rename(index={"a": "Medway"})})


FRAME = pd.DataFrame(
    {
        "trust": [f"T{i}" for i in range(10)],
        "type": ["acute"] * 6 + ["mental health"] * 4,
        "region": ["North"] * 3 + ["South"] * 3 + ["North"] * 2 + ["South"] * 2,
        "months": [8, 9, 10, 11, 12, 30, 8, 20, 21, None],
    }
)


def test_a_profile_is_counted_against_the_public_frame():
    assert identifiable({"type": "acute"}, FRAME, k=5).safe
    exact = identifiable({"type": "acute", "months": 30}, FRAME, k=3)
    assert exact.frame["alone"].tolist() == [1]
    assert not exact.safe
    assert identifiable({"type": "acute", "months": (8, 12)}, FRAME, k=5).frame["alone"].tolist() == [5]
    assert identifiable({"region": ["North", "South"], "type": None}, FRAME).frame["alone"].tolist() == [10]
    assert identifiable({"months": (0, 99)}, FRAME).frame["alone"].tolist() == [9]  # missing does not fit
    none = identifiable({"type": "ambulance"}, FRAME)
    assert none.unfit == ("the site",)
    assert not none.safe


def test_profiles_that_are_safe_alone_give_a_site_away_together():
    profiles = {"Site A": {"months": (8, 9), "type": "acute"}, "Site B": {"months": (8, 9), "type": "acute"}}
    profiles["Site C"] = {"months": (8, 10), "type": "acute"}
    found = identifiable(profiles, FRAME, k=2).frame.set_index("site")
    assert found["alone"].tolist() == [2, 2, 3]
    assert found["together"].tolist() == [2, 2, 1]  # the attack: A and B use up two of the three
    assert not found.loc["Site C", "safe"]
    with pytest.raises(DisclosureError, match=r"site 'Site C'.*read together"):
        check(profiles=profiles, frame=FRAME, k=2)


def test_profiles_told_in_two_places_count_as_one_and_certain_members_are_told():
    apart = [identifiable(told, FRAME, k=4).safe for told in ({"type": "mental health"}, {"region": "North"})]
    assert apart == [True, True]
    assert not identifiable({"type": "mental health", "region": "North"}, FRAME, k=4).safe
    three = {f"Site {n}": {"type": "acute", "region": "North"} for n in (1, 2, 3)}
    found = identifiable(three, FRAME, k=3)
    assert found.frame["safe"].all()
    assert found.certain == 3
    assert not found.safe
    with pytest.raises(DisclosureError, match="3 trusts must be among them"):
        check(profiles=three, frame=FRAME, k=3)


def test_a_result_never_says_which_trusts_fit():
    assert "T5" not in repr(identifiable({"months": 30}, FRAME))


def test_profiles_are_checked_for_columns_labels_and_frame():
    with pytest.raises(DisclosureError, match="'beds' is no column"):
        identifiable({"beds": 3}, FRAME)
    with pytest.raises(DisclosureError, match="no pseudonym") as error:
        check(profiles={"Medway": {}}, frame=FRAME)
    assert "Medway" not in str(error.value)
    with pytest.raises(DisclosureError, match="need the public frame"):
        check(profiles={"Site A": {}})
    with pytest.raises(DisclosureError, match="k=1"):
        identifiable({}, FRAME, k=1)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Then Janet told us.", "person"),
        ("Then janet told us.", "person"),
        ("JANET told us.", "person"),
        ("We met Dr Okonkwo-Vale.", "person"),
        ("I asked dr. okonkwo.", "person"),
        ("Smith did not agree.", "person"),
        ("It was J. K. Harbottle again.", "person"),
        ("Then Zo\u0308e left.", "person"),
        ("Then Ja\u200bnet left.", "person"),
        ("Then J\u0430net left.", "unknown letters"),
        ("Then Harbottle left.", "unknown capital"),
        ("Harbottle left.", "unknown capital"),
        ("We all work at medway.", "trust name"),
        ("The trust, East Lancashire, was told.", "trust name"),
        ("They sent people to RXR for it.", "trust code"),
        ("They sent people to RF4 for it.", "trust code"),
        ("They sent people to rf4 for it.", "trust code"),
        ("On site RXR20 it was worse.", "trust code"),
        ("It came from QVXH, you know.", "abbreviation"),
        ("It came from ulht, you know.", "trust name"),
        ("Like addenbrooke\u2019s, you know.", "trust name"),
        ("They sent people to rxr for it.", "trust code"),
        ("They sent people to Rf4 for it.", "trust code"),
        ("They sent people to R X R for it.", "trust code"),
        ("They sent people to r.x.r. for it.", "trust code"),
        ("Then m e d w a y was told.", "unknown letters"),
        ("Then o\u2019brien left.", "person"),
        ("then macdonald-smith left.", "person"),
        ("We asked dr.harbottle then.", "person"),
        ("We asked professor harbottle then.", "person"),
        ("We all work in east lancs.", "place"),
        ("On ward seven it was worse.", "place"),
        ("It was in twenty fourteen.", "date"),
        ("It was in two thousand and fourteen.", "date"),
        ("It was in 2o14.", "date"),
        ("It was in the third quarter of 14/15.", "date"),
        ("They came on the 12th.", "date"),
        ("They came tues the 3rd.", "date"),
        ("Ring (01634) 830000 now.", "contact"),
        ("Ring 01634.830.000 now.", "contact"),
        ("Ring +44 (0)1634 830000 now.", "contact"),
        ("Ring 0044 1634 830000 now.", "contact"),
        ("Ring bleep 2231 now.", "contact"),
        ("Write to a.b [at] trust then.", "contact"),
        ("Write to a.b at nhs dot net then.", "contact"),
        ("Write to a.b @ trust then.", "contact"),
        ("Come to me7 5ny.", "contact"),
        ("Come to the ME7 end.", "contact"),
        ("We drove to Basingstoke.", "place"),
        ("On ward 7B it was worse.", "place"),
        ("It was in March 2015.", "date"),
        ("It was on 12/03/2015.", "date"),
        ("Since 2014 we have had four.", "date"),
        ("It began on the 3rd of may.", "date"),
        ("They came on a Tuesday.", "date"),
        ("Write to a.b@nhs.net please.", "contact"),
        ("Ring 01634 830 000 now.", "contact"),
        ("Come to ME7 5NY.", "contact"),
    ],
)
def test_what_identifies_is_found_with_its_place(text, kind):
    found = scan(text)
    assert kind in [one.kind for one in found]
    assert all(0 <= one.start < one.end <= len(text) for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "We were told to fix everything at once. Nobody asked us what we needed.",
        "I felt the board finally listened; it may help, and we will march on.",
        "The NHS and CQC came. May I say that staff in ED were tired? I'm sure.",
        "The improvement director met 12 of us, 3 or 4 times, at a cost of £2000.",
        "Will they come back? Nobody knows.",
        "Relationships with the regulator",
        "Psychological safety",
        "The buddy trust helped us with data. It's better now; Datix is used.",
        "We ran out of beds 24/7; the 1st time 12 of 15, then 3.5 and 10-15 of us, in twenty to thirty days.",
    ],
)
def test_harmless_talk_is_not_held_up(text):
    assert scan(text) == ()


def test_confidential_names_whole_or_part_whatever_case_and_accent():
    found = scan("then blåckwood, the willow-house lead, said so", names=["Ana Blackwood", "Willow House"])
    assert [one.kind for one in found] == ["confidential name"] * 2
    assert scan("then blackwood said", names=["Ana Blackwood"], allowed=["blackwood"])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("then o brantley said so", "Mary O'Brantley"),
        ("then obrantley said so", "Mary O'Brantley"),
        ("then o`brantley said so", "Mary O'Brantley"),
        ("then vanderwilgen said so", "van der Wilgen, Jo"),
        ("then quorn said so", "Jo Brantley-Quorn"),
        ("then wu said so", "Li Wu"),
        ("this was zo\u00ebs idea", "Zo\u00eb Quorn"),
        ("then m\u00f8rkved said so", "Jo Morkved"),
        ("then morkved said so", "Jo M\u00f8rkved"),
        ("then weissquorn said so", "Jo Wei\u00dfquorn"),
    ],
)
def test_a_confidential_name_is_found_however_it_is_joined_or_spelt(text, name):
    assert "confidential name" in [one.kind for one in scan(text, names=[name])]


def test_cleared_words_clear_themselves_only():
    text = "Then Harbottle saw the Phoenix plan."
    assert [one.kind for one in scan(text)] == ["unknown capital"] * 2
    assert [text[one.start : one.end] for one in scan(text, allowed=["Phoenix"])] == ["Harbottle"]
    assert scan("In March 2015 it began.", allowed=["March"])


def test_the_error_names_the_excerpt_not_the_words():
    with pytest.raises(DisclosureError, match="excerpt 'q7': person at characters 5 to 10") as error:
        check(excerpts={"q1": "We were tired.", "q7": "Then Janet told us."})
    assert "Janet" not in str(error.value)


GIVEN_AWAY = pd.DataFrame({"count": [HIDDEN, 7, 9]}, index=["staffing", "leadership", TOTAL])


@pytest.mark.parametrize(
    "label",
    [
        "All",
        "TOTAL",
        "total",
        "Totals",
        "Total:",
        "Grand total",
        "All themes",
        "Overall",
        "Sum",
        "Theme total",
    ],
)
@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1], [0, 2, 1]])
@pytest.mark.parametrize("turned", [False, True])
def test_a_total_of_any_name_and_place_gives_a_hidden_count_away(label, order, turned):
    table = GIVEN_AWAY.rename(index={TOTAL: label}).iloc[order]
    with pytest.raises(DisclosureError, match="worked out"):
        check(
            tables={"t": table.T if turned else table},
            allowed=["Totals", "TOTAL", "Theme", "Grand", "Sum", "Overall"],
        )


def test_a_margin_without_a_name_for_it_shows_by_adding_up():
    cells = pd.DataFrame(
        [[HIDDEN, 7, 9], [6, 8, 14], [5, 9, 14]], index=["a", "b", "c"], columns=["x", "y", "respondents"]
    )
    for order in (["x", "y", "respondents"], ["respondents", "x", "y"], ["x", "respondents", "y"]):
        with pytest.raises(DisclosureError, match=r"row 'a', column 'x'.*worked out"):
            check_table("t", cells[order])
    check_table("t", cells.assign(respondents=[9, 15, 14]))  # adds up in no shown row: no margin


def test_margins_of_one_level_within_another():
    columns = pd.MultiIndex.from_tuples(
        [("x", "1"), ("x", "2"), ("x", "All"), ("y", "1"), ("y", "2"), ("y", "All")]
    )
    cells = pd.DataFrame(
        [[HIDDEN, 7, 9, 20, 30, 51], [6, 8, 14, 9, 9, 18]], index=["a", "b"], columns=columns
    )
    with pytest.raises(DisclosureError, match=r"do not add up|worked out"):
        check_table("t", cells)
    cells[("x", "All")] = [HIDDEN, 14]
    check_table("t", cells)
    cells[("Total", "")] = [60, 32]  # 60 - 7 - 50 = 3
    with pytest.raises(DisclosureError, match=r"worked out|do not add up"):
        check_table("t", cells)


ANSWERS = pd.DataFrame(
    {"site": list("A" * 9 + "B" * 13), "code": ["x"] * 2 + ["y"] * 7 + ["x"] * 6 + ["y"] * 7}
)


@pytest.mark.parametrize("name", ["All", "Total", "TOTAL", "Sum of all", "Overall"])
def test_suppress_refuses_margins_whatever_they_are_called(name):
    margins = pd.crosstab(ANSWERS["site"], ANSWERS["code"], margins=True, margins_name=name)
    for table in (margins, margins.iloc[::-1], margins.iloc[:, ::-1], margins.T):
        with pytest.raises(DisclosureError, match="pass cells only"):
            suppress(table, totals="none")


def test_suppress_hides_more_where_a_column_is_the_sum_of_the_rest_under_another_name():
    margins = pd.crosstab(ANSWERS["site"], ANSWERS["code"], margins=True, margins_name="respondents")
    found = suppress(margins, totals="none")
    assert (found.frame.loc["A"] == HIDDEN).sum() > 1
    check_table("t", found.frame)


@pytest.mark.parametrize("side", ["columns", "index"])
@pytest.mark.parametrize("totals", ["both", "rows", "columns", "none"])
def test_labels_of_two_levels_are_protected_as_one_level_is(side, totals):
    levels = pd.MultiIndex.from_tuples([("x", "1"), ("y", "1")], names=["theme", "wave"])
    flat = pd.DataFrame([[2, 7], [6, 7]], index=["A", "B"], columns=["x", "y"])
    deep = flat.set_axis(levels, axis=1) if side == "columns" else flat.set_axis(levels, axis=0)
    found = suppress(deep, totals=totals)
    assert (found.frame.to_numpy() == suppress(flat, totals=totals).frame.to_numpy()).all()
    check_table("t", found.frame)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: check_table("t", pd.DataFrame({"c": [np.inf, 7]})), "neither a count"),
        (lambda: check_table("t", [[1, 7]]), "found list"),
        (lambda: attack(pd.Series([1, 7])), "found Series"),
        (lambda: suppress([[1, 7]]), "found list"),
        (lambda: suppress(pd.Series([8, 7]), threshold="5"), "threshold='5'"),
        (lambda: suppress(pd.Series([np.inf, 7])), "no count"),
    ],
)
def test_what_is_no_table_of_counts_is_refused_in_words(call, words):
    with pytest.raises(DisclosureError, match=words):
        call()


@pytest.mark.parametrize(
    "text",
    [
        "then janet_blackwood said so",
        "then __Blackwood__ said so",
        "then blackwood1961 said so",
        "then 3blackwood said so",
        "then blackwoodjanet said so",
        "then Blackwood, Janet said so",
        "then Bl&#97;ckwood said so",
        "then Bl&#x61;ckwood said so",
        "then Blackw&ouml;od said so",
        "then Black**wood** said so",
        "then Black<b>wood</b> said so",
        "then Black\\-wood said so",
        "then JB said so",
        "then J.B. said so",
        "then j. b. said so",
        "then J B said so",
        "then Jan said so",
        "then jannie said so",
        "then blackwod said so",
        "then blackwoood said so",
        "then blcakwood said so",
        "then bl4ckwood said so",
        "then Blackvood said so",
        "then black wo od said so",
        "then Blackw ood said so",
        "then %42lackwood said so",
    ],
)
def test_a_listed_name_is_found_in_every_guise(text):
    assert "confidential name" in [one.kind for one in scan(text, names=["Janet Blackwood"])]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("then stjohn said so", "Ann St John"),
        ("then s o'd said so", "Sue O'Donnell"),
        ("then SOD said so", "Sue O'Donnell"),
        ("then Bill said so", "William Orr"),
        ("then becky said so", "Rebecca Orr"),
        ("then Liz said so", "Elizabeth Orr"),
    ],
)
def test_a_usual_short_form_of_a_listed_name_is_found(text, name):
    assert "confidential name" in [one.kind for one in scan(text, names=[name])]


@pytest.mark.parametrize(
    "text",
    [
        "We will bill them for it. The black wood was there; a value, a male nurse.",
        "It was just a jab. I think we all felt it.",
    ],
)
def test_ordinary_words_near_a_listed_name_are_not_held_up(text):
    assert scan(text, names=["Dr Vale", "William Orr"]) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ring oh one six three four eight three.", "contact"),
        ("My number was zero, seven, double five, two, one.", "contact"),
        ("It was the third of the fifth.", "date"),
        ("It was the twenty-first of march.", "date"),
        ("It was nineteen ninety four.", "date"),
        ("It was in the winter of fourteen.", "date"),
        ("They live in M13 now.", "contact"),
        ("They live in SE1 now.", "contact"),
        ("They live in me7 now.", "contact"),
        ("On willow ward it was worse.", "place"),
        ("On the sunflower unit it was worse.", "place"),
        ("On Rose ward it was worse.", "person"),
        ("At the thornbury hospital it was worse.", "place"),
        ("On unit three it was worse.", "place"),
        ("On a ward called hope it was worse.", "place"),
        ("Then Ja&#110;et left.", "person"),
        ("Then Ja**net** left.", "person"),
        ("Then janet_smith left.", "person"),
        ("We work at med&shy;way.", "trust name"),
        ("Then %4aanet left.", "person"),
        ("Then \\u004aanet left.", "person"),
        ("My pager is four five two one.", "contact"),
        ("Ring three three oh one.", "contact"),
        ("It ends in triple seven.", "contact"),
        ("She came in oh nine.", "contact"),
        ("It was seventeen seven thirteen.", "contact"),
        ("It is www dot something dot nhs.", "contact"),
        ("It was on christmas eve.", "date"),
        ("It was on the ninth.", "date"),
        ("It was in 07/13.", "date"),
        ("She is forty-three, you see.", "date"),
        ("On seven west it was worse.", "place"),
        ("On the third floor it was worse.", "place"),
        ("It was worse up at the general.", "place"),
        ("At the royal we knew.", "place"),
        ("As interviewee seven said.", "unknown letters"),
        ("It is case number 44 then.", "unknown letters"),
    ],
)
def test_words_that_identify_are_found_in_words_and_marks_too(text, kind):
    found = scan(text)
    assert kind in [one.kind for one in found]
    assert all(0 <= one.start < one.end <= len(text) for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "It was the first of many; one or two of us, three at most, four or five at night.",
        "Two of us, five of them: it was one thing after another, on the first day and at the general meeting.",
        "We are forty in all. It took seven to ten days; we were at the county council, and 24/7 on call, 9/10 happy.",
        "Every ward was busy. Our unit was the surgical ward, then the emergency unit and the general hospital.",
        "Costs & benefits &amp; more, a < b, *really* **tired**.",
    ],
)
def test_harmless_talk_of_places_and_numbers_is_not_held_up(text):
    assert scan(text) == ()


TRUSTS_NONE = words.Trusts(frozenset(), frozenset(), frozenset())


@pytest.mark.parametrize(
    "text",
    [
        "see P07 for it", "we asked respondent CEO1", "it is quote q17a", "from transcript T3", "as int_07 says", "at site B it was calm",
        "one from Trust A nurse 3", "she is aged fifty-three", "a 53-year-old told us", "on floor two they wait", "her pin is 12A3456E",
    ],
)  # fmt: skip
def test_codes_of_a_study_ages_floors_and_registrations_are_found(text):
    assert words.search(text, trusts=TRUSTS_NONE)


def test_digits_for_several_letters_of_a_listed_name_are_seen_through():
    found = words.search("later w1sn1ewsk1 came", trusts=TRUSTS_NONE, names=["Piotr Wisniewski"])
    assert [one.kind for one in found] == ["confidential name"]


@pytest.mark.parametrize(
    "text",
    [
        "we met the 4h target in q3",
        "a manager 2 years on",
        "one trust of the two",
        "the site I know",
        "covid 19 came",
    ],
)
def test_ordinary_words_with_figures_are_no_codes_of_a_study(text):
    assert not words.search(text, trusts=TRUSTS_NONE)


@pytest.mark.parametrize("label", ["", None, float("nan"), "Base", "Gesamt", "asked"])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("turned", [True, False])
def test_a_total_without_a_name_or_in_other_words_gives_a_hidden_count_away(label, first, turned):
    table = pd.DataFrame({"count": [HIDDEN, 7, 9]}, index=pd.Index(["a", "b", label], dtype=object))
    table = table.iloc[[2, 0, 1]] if first else table
    with pytest.raises(DisclosureError, match="can be worked out"):
        check_table("t", table.T if turned else table)


@pytest.mark.parametrize(
    "label", ["Respondents", "People", "England", "\u2014", "x+y", "1-2", "Todos", "of whom", "42"]
)
@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1], [0, 2, 1]])
@pytest.mark.parametrize("turned", [True, False])
def test_a_count_that_others_nearly_make_up_is_a_total_whatever_it_is_called(label, order, turned):
    table = pd.DataFrame({"count": [HIDDEN, 7, 9]}, index=["a", "b", label]).iloc[order]
    with pytest.raises(DisclosureError, match="can be worked out"):
        check_table("t", table.T if turned else table)
    cells = pd.Series([2, 7, 9], index=["a", "b", label]).iloc[order]
    check_table("t", suppress(cells, totals="none").frame)


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [2, 0, 1, 5, 3, 4]])
@pytest.mark.parametrize("turned", [True, False])
def test_a_subtotal_without_a_name_beside_what_it_adds_gives_a_hidden_count_away(order, turned):
    table = pd.DataFrame(
        {"a": [HIDDEN, 7, 9, 5, 6, 11], "b": [8, 9, 17, 5, 5, 10]}, index=["x", "y", "xy", "u", "v", "uv"]
    ).iloc[order]
    with pytest.raises(DisclosureError, match="can be worked out"):
        check_table("t", table.T if turned else table)


def test_counts_of_their_own_are_no_total():
    check_table("t", pd.DataFrame({"count": [HIDDEN, 7, 30]}, index=["a", "b", "c"]))
    check_table("t", pd.DataFrame({"count": [HIDDEN, 30, 9]}, index=["a", "b", "c"]))
    check_table("t", pd.DataFrame({"x": [HIDDEN, 7, 9], "y": [6, 8, 20]}, index=["a", "b", "c"]))
