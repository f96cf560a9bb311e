"""A table that takes screens of a phone is shut until its title opens it, so that what a page says can be seen.

Works on the finished HTML. A section that begins "A check of the method." is shut by its heading. The table that a page opens with is its answer and stays open up to three screens; on paper all are open
(`report.css`, `paper.js`); an address or a search that leads into a fold opens it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import picked
from bs4 import BeautifulSoup

from analysis.present import words

LONG, FIRST = 60, 90  # lines of a phone: two screens, three
LETTERS, NAMED, LINE = 26, 40, 38  # letters of a line of a card, of its heading, of a list
FOLD = '<details class="result fold"><summary></summary></details>'
MANY = 3  # pictures of a section: measures or dates of one question
NOTE = "Baseline:"
CHECK = "A check of the method."  # how a section begins that most readers may pass by
ACROSS = 44  # letters of a row that stays a row


def shut(page: Any) -> None:
    """Fold the long tables and lists and the further pictures of a page, and say on each folded table how many rows it has.

    Doing it twice changes nothing more.
    """
    known = picked.named(page)
    first = page.select_one("article :is(figure.result, .drawn, table.result)")
    for table in picked.select(known, "article .table-box > table.result"):
        box, most = table.parent, FIRST if table is first else LONG
        if table.find_parent("details") is None and (lines(table) > most or _pictured(table)):
            _fold(table)
        fold = box.parent
        if fold.name == "details" and not fold.select("summary > .size") and len(fold.find_all("table")) == 1:
            size = page.new_tag("span", attrs={"class": "size"})
            size.string = words.plural(len(table.select("tbody > tr")), "row")
            fold.summary.extend([" ", size])
            note = _cell(fold).find_next_sibling()  # on how the table was made
            if note is not None and note.name == "p" and note.get_text().startswith(NOTE):
                fold.append(note.extract())
    for told in picked.select(known, "article section.statements"):
        if told.find_parent("details") is None and len(told.get_text()) / LINE > LONG:
            title = told.find("p", class_="finding")  # it says how many statements there are
            title.name, told.name, told["class"] = "summary", "details", ["result", "fold", "statements"]
            del title["class"], told["aria-label"]
    pictures: dict[int, list[Any]] = defaultdict(list)
    for figure in picked.select(known, "figure.result"):
        pictures[id(figure.find_parent("section"))].append(figure)
    for section in picked.select(known, "article section"):
        first = section.find("p", recursive=False)
        if first is not None and first.get_text().startswith(CHECK):
            _fold_section(section)
        drawn = [one for one in pictures[id(section)] if one.find_parent("details") is None]
        for figure in drawn[1:] if len(drawn) >= MANY else []:
            _fold_picture(figure)


def _pictured(table: Any) -> bool:
    """Say whether a table stands right under a picture: it then has the numbers that were just seen."""
    before = _cell(table).find_previous_sibling()
    return before is not None and before.select_one("figure.result") is not None


def _cell(part: Any) -> Any:
    """Return the cell of a chapter that a part stands in, or the part alone."""
    return part.find_parent(class_="cell") or part


def _fold(table: Any) -> None:
    """Put a table into a fold with its title, which a reader of the table alone still hears."""
    caption = table.find("caption")
    fold: Any = BeautifulSoup(FOLD, "html.parser").find("details")
    marks = {id(text) for mark in caption.select(".status") for text in mark.find_all(string=True)}
    title = " ".join(text.strip() for text in caption.find_all(string=True) if id(text) not in marks).strip()
    fold.summary.extend([part.extract() for part in list(caption.contents)])
    caption.string = title
    caption["class"] = "visually-hidden"
    table.parent.wrap(fold)


def _fold_picture(figure: Any) -> None:
    """Shut a picture by its finding, which can be read without it."""
    fold: Any = BeautifulSoup(FOLD, "html.parser").find("details")
    title = figure.find("figcaption", class_="finding")
    fold.summary.extend([part.extract() for part in list(title.contents)])
    title.string, title["class"] = fold.summary.get_text(" ", strip=True), ["finding", "visually-hidden"]
    figure.wrap(fold)


def _fold_section(section: Any) -> None:
    """Shut a section by its heading, which can still be led to."""
    fold: Any = BeautifulSoup(FOLD.replace("result fold", "check fold"), "html.parser").find("details")
    heading = section.find(["h2", "h3"], recursive=False)
    rest = [part.extract() for part in list(heading.next_siblings)]
    heading.replace_with(fold)
    fold.summary.append(heading)
    fold.extend(rest)


def lines(table: Any) -> float:
    """Return about how many lines a table takes on a phone, where all but the narrowest are set as cards."""
    rows = [
        [len(cell.get_text()) for cell in row.find_all(["th", "td"])] for row in table.select("tbody > tr")
    ]
    if any(name.startswith("cards-") for name in table["class"]):
        heads = sum(0.7 + math.ceil(row[0] / NAMED) for row in rows)
        return heads + sum(_lines(letters, LETTERS) for row in rows for letters in row[1:])
    return sum(0.4 + max(_lines(letters, ACROSS / len(row)) for letters in row) for row in rows)


def _lines(letters: int, width: float) -> int:
    return max(1, math.ceil(letters / width))
