"""The first screens of the findings: the box to find a trust, four numbers, four doors."""

from collections.abc import Mapping

from analysis.edition import headlines
from analysis.edition.headlines import Headline
from analysis.present import ways_in, words
from analysis.present.blocks import Block

READERS = (
    ("Board", "What to know and to ask. Two pages to print", "briefing.html"),
    ("Policy", "What was found, how sure, and what else explains it", "findings.html"),
    ("Public", "In plain English", "plain-english.html"),
    ("Methods", "The plan, the measures, the data, the code", "protocol.html"),
)
# Sections that stood on the first page: their anchors, and the page on which each is now.
MOVED = {
    "what-are-the-numbers": "findings.html",
    "what-stands-behind-each-number": "findings.html",
    "what-do-public-documents-say": "findings.html",
    "what-did-the-support-cost": "findings.html",
    "what-did-the-original-study-find": "findings.html",
    "what-do-we-not-know": "findings.html",
    "how-do-you-cite-this": "findings.html",
    "plain-english": "plain-english.html",
    "in-plain-english": "plain-english.html",
    "where-should-you-start": "index.html#where-do-you-want-to-start",
}


def find() -> Block:
    """Return the box that leads to the look-up with what was typed."""
    return ways_in.ask(
        heading="Find your trust", hint="Hospital, trust or code", action="lookup.html", key="find",
        other=("Map and list of the trusts that were put in", "regime.html#regime-map"),
    )  # fmt: skip


def four(known: Mapping[str, Headline]) -> Block:
    """Return four numbers of the regime; `known` as `findings.numbers` returns it, and what a stay cost."""
    entered, stay, back = (known[key] for key in ("trusts_entered", "median_time_in_regime", "returns"))
    share = known[f"share_returned_{headlines.BACK_BY}"]
    (spent,) = [
        number for number in headlines.headlines(("costs",)) if number.key == "cost_spending_per_spell"
    ]
    shown = [
        ways_in.Number(words.number(entered.value), "trusts put in", "2013 to 2021", _place(entered)),
        ways_in.Number(
            words.number(stay.value, "months", digits=0), "for half to end a first stay",
            f"95% interval {words.interval(stay.low, stay.high, 'months', digits=0)}", _place(stay),
        ),
        ways_in.Number(
            f"{words.number(back.value)} of {words.number(back.n)}", "that left came back",
            f"{words.estimate(share.value, share.low, share.high, 'percent', digits=0)} within four years", _place(share),
        ),
    ]  # fmt: skip
    cost = ways_in.Number(
        _millions(spent.value), "to support one stay",
        f"assumed: {_millions(spent.low)} to {_millions(spent.high)}", _place(spent),
    )  # fmt: skip
    return ways_in.numbers(shown, assumed=[cost])


def doors() -> Block:
    """Return a door for each kind of reader, with the anchors of what lies behind them now."""
    moved = {old: new if "#" in new or "english" in old else f"{new}#{old}" for old, new in MOVED.items()}
    return ways_in.doors([ways_in.Door(*reader) for reader in READERS], moved=moved)


def _place(number: Headline) -> str:
    return f"{number.page}.html#{number.anchor}"


def _millions(pounds: float) -> str:
    return f"£{words.number(pounds / 1e6, digits=1)} million"
