"""A list of findings for the page: each with its answer, its numbers, its rival and a link to its figure."""

from dataclasses import dataclass
from html import escape

from analysis.present.blocks import Block
from analysis.present.tables import mark


@dataclass(frozen=True, slots=True)
class Card:
    """One finding for the page, as texts.

    name: anchor. heading, answer: plain sentences. facts: estimate, size and direction in one line.
    certainty: level and reason. rival: the main other explanation. href: address of the figure from the page
    that shows the card. sources: names of tables in `data/`, for the mark of their status. changed: the
    conclusion is not that of the last edition.
    """

    name: str
    heading: str
    answer: str
    facts: str
    certainty: str
    rival: str
    href: str
    sources: tuple[str, ...] = ()
    changed: bool = False


def cards(items: list[Card]) -> Block:
    """Return findings one below the other as a list for the page. Raises ValueError for a name used twice or an empty text."""
    names = [card.name for card in items]
    if len(set(names)) < len(names):
        raise ValueError(f"cards {names}: a name is used twice. Allowed: one card a name.")
    for card in items:
        for part in ("name", "heading", "answer", "facts", "certainty", "rival", "href"):
            if not getattr(card, part).strip():
                raise ValueError(f"card '{card.name}': found an empty {part}. Allowed: a text.")
    lines = [
        f"{number}. {_heading(card)} {card.answer} {card.facts} {card.certainty} {card.rival} [{card.href}]"
        for number, card in enumerate(items, start=1)
    ]
    html = f'<ol class="result findings">{"".join(_html(card) for card in items)}</ol>'
    return Block(html, "\n".join(lines))


def _heading(card: Card) -> str:
    return f"Changed since the last edition: {card.heading}" if card.changed else card.heading


def _html(card: Card) -> str:
    link = f'<a href="{escape(card.href)}">Figure and numbers<span class="visually-hidden">: {escape(card.heading)}</span></a>'
    told = [
        f'<p class="finding"><strong>{escape(_heading(card))}</strong>{mark(card.sources)}</p>',
        f"<p>{escape(card.answer)}</p>",
        f'<p class="facts">{escape(card.facts)} {escape(card.certainty)} {link}</p>',
        f"<p>Another explanation: {escape(card.rival)}</p>",
    ]
    return f'<li id="finding-{escape(card.name)}">{"".join(told)}</li>'
