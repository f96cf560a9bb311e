"""What a cell of a chapter ends with: a block of HTML for the page and the same in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

ANCHOR = re.compile(r'<[a-z]+[^<>]*? id="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page. html: as the page shows it; text: the same words, which notebook tests compare."""

    html: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


def sentence(said: object) -> Block:
    """Return a sentence, or what an error says, as a paragraph."""
    return Block(f"<p>{said}</p>", str(said))


def folded(title: str, items: Sequence[str], lines: Sequence[str]) -> Block:
    """Return a list that is shut until its title opens it. items: as HTML, in `<li>`; lines: the same as text."""
    summary = f"<summary>{escape(title)}</summary>"
    html = f'<details class="result fold statements">{summary}<ul>{"".join(items)}</ul></details>'
    return Block(html, "\n".join([title, *lines]))


def together(parts: Sequence[Block]) -> Block:
    """Return blocks as one, one below the other. Raises ValueError when an anchor is in two of them."""
    anchors = [anchor for part in parts for anchor in ANCHOR.findall(part.html)]
    twice = sorted({anchor for anchor in anchors if anchors.count(anchor) > 1})
    if twice:
        raise ValueError(f"anchor {twice[0]!r} is there twice. Allowed: each anchor once.")
    return Block("".join(part.html for part in parts), "\n\n".join(part.text for part in parts))
