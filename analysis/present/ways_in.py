"""Ways into a report: a box that asks for one of its subjects, a few numbers in large type, doors for its readers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from analysis.present.blocks import Block


@dataclass(frozen=True, slots=True)
class Number:
    """A number in large type. value: as written; what: the words that follow it; more: a second line; href: where it
    stands with its interval."""

    value: str
    what: str
    more: str
    href: str


@dataclass(frozen=True, slots=True)
class Door:
    """A way in for one kind of reader. name: the reader; what: what is behind it; href: its page."""

    name: str
    what: str
    href: str


def ask(*, heading: str, hint: str, action: str, key: str, other: tuple[str, str]) -> Block:
    """Return a box whose answer is another page: `action?key=WHAT WAS TYPED`. It needs no script.

    heading: its label; hint: what can be typed; other: words and address of a list to choose from instead.
    """
    words, address = other
    html = (
        f'<form class="result ask" role="search" aria-label="{escape(heading)}" action="{escape(action)}" method="get">'
        f'<label for="ask-{escape(key)}">{escape(heading)}</label><div><input id="ask-{escape(key)}" name="{escape(key)}" '
        f'type="search" placeholder="{escape(hint)}" autocomplete="off" spellcheck="false" required>'
        f'<button type="submit">Find</button></div><p><a href="{escape(address)}">{escape(words)}</a></p></form>'
    )
    return Block(html, f"{heading} {hint} [{action}]\n{words} [{address}]")


def numbers(items: Sequence[Number], *, assumed: Sequence[Number] = ()) -> Block:
    """Return numbers in large type. assumed: those that rest on assumptions, under a dashed rule; they follow."""
    parts = [
        f'<li{" class=assumed" if item in assumed else ""}><a href="{escape(item.href)}"><b>{escape(item.value)}</b> '
        f"{escape(item.what)}</a> <small>{escape(item.more)}</small></li>"
        for item in (*items, *assumed)
    ]
    lines = [f"{one.value} {one.what}; {one.more} [{one.href}]" for one in (*items, *assumed)]
    return Block(f'<ul class="result numbers">{"".join(parts)}</ul>', "\n".join(lines))


def doors(items: Sequence[Door], *, moved: Mapping[str, str]) -> Block:
    """Return doors one below the other. moved: anchors that stood on the page, and where what they named stands now."""
    parts = [
        f'<li><a href="{escape(item.href)}"><b>{escape(item.name)}</b> <span>{escape(item.what)}</span></a></li>'
        for item in items
    ]
    gone = "".join(
        f'<span id="{escape(old)}" data-moved="{escape(new)}"></span>' for old, new in moved.items()
    )
    return Block(
        f'{gone}<ul class="result doors">{"".join(parts)}</ul>',
        "\n".join(f"{item.name}: {item.what} [{item.href}]" for item in items),
    )
