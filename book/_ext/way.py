"""The way through the report: where a page stands, what it answers, how long it takes, what is next, and which edition it is.

Works on the finished HTML, which `plain` and `folds` mend first: breadcrumbs and one line above the text, contents that fold and come after
the text in the order of the keyboard, the question of the page before and after at the foot, and a word on the first mark of each kind.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import folds
import picked
import plain
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from analysis.edition import store
from analysis.present import words

# What a page answers, as a question. Every page of the contents has one.
QUESTIONS = {
    "index": "did special measures make care better?",
    "findings": "what was found, how surely, and what else explains it?",
    "plain-english": "what happened, in plain words?",
    "briefing": "what should a board know and ask?",
    "protocol": "what was planned, and what was changed since?",
    "regime": "which trusts were in special measures, and when?",
    "theory": "how was it meant to work, and where is the evidence?",
    "cases/compared": "what helped and what hindered in eight trusts?",
    "cases/east-lancashire": "what happened at East Lancashire?",
    "cases/medway": "what happened at Medway?",
    "cases/united-lincolnshire": "what happened at United Lincolnshire?",
    "cases/barking-havering-redbridge": "what happened at Barking, Havering and Redbridge?",
    "cases/cambridge": "what happened at Cambridge?",
    "cases/worcestershire": "what happened at Worcestershire?",
    "cases/norfolk-suffolk": "what happened at Norfolk and Suffolk?",
    "cases/south-east-coast-ambulance": "what happened at South East Coast Ambulance?",
    "cases/coding": "how was the record read, and do two readers agree?",
    "metrics/measured": "what was measured, and what could not be?",
    "metrics/trajectories": "how did each trust move?",
    "metrics/entry": "did care change after a trust entered?",
    "metrics/rivals": "would they have recovered anyway?",
    "metrics/steps": "did leadership, money and delays change?",
    "metrics/services": "what of ambulance and mental health trusts?",
    "metrics/after": "did it last after a trust left?",
    "metrics/today": "how have the trusts that left done since, to today?",
    "next": "what came after special measures?",
    "now": "where are these trusts now?",
    "costs": "what did it cost, and who paid?",
    "lookup": "how did my trust do?",
    "about/editions": "what changed since the last edition?",
    "about/quality": "how was this report checked?",
    "about/reporting": "does it report what guidelines ask for?",
    "about/data": "where do the figures come from?",
    "about/who": "who made this, how, and what would make it wrong?",
    "about/take": "what can I take away, and in which form?",
    "about/reading": "how are the charts read?",
    "about/figures": "where is which figure or table?",
    "about/glossary": "what does a word mean?",
    "about/references": "what was read?",
    "about/accessibility": "who can use these pages, and how?",
}
PACE = 230  # words a minute
READ = ["p", "li", "dd", "h2", "h3", "figcaption"]
APART = ["table", "details", *READ]  # what is in a part that is read is counted with it
SAID = re.compile(r'<p class="way">Answers: [^<]*<b>(\d+) minute')
TAKES = re.compile(r"<!-- minutes of ([\w/-]+) -->")
DONE = "has-way"
STATUS = re.compile(r"status-([a-z-]+)")
GLOSSARY, EDITIONS = "about/glossary", "about/editions"
CHAIN = "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("build-finished", finish, priority=550)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def finish(app: Sphinx, error: Exception | None) -> None:
    """Make every page that was written anew plain, fold it and put the way into it: each is read once."""
    if error is not None or app.builder.format != "html":
        return
    out, edition = Path(app.outdir), said_edition()
    files = {name: out / f"{name}.html" for name in (*app.env.found_docs, "search", "genindex")}
    pages = {name: file.read_text(encoding="utf-8") for name, file in files.items() if file.is_file()}
    beside = app.env.collect_relations()  # of each page the one above, before and after
    long: dict[str, int] = {}
    due = [name for name, html in pages.items() if f'name="{DONE}"' not in html]
    for name in due:
        page: Any = BeautifulSoup(pages[name], "html.parser")
        plain.mend(page)
        folds.shut(page)
        long[name] = minutes(page)
        put(page, name, edition)
        pages[name] = str(page)
    for name in {
        other for one in due for other in beside.get(one, ()) if other in pages and other not in long
    }:
        said = SAID.search(pages[name])
        long[name] = int(said.group(1)) if said else 1
    for name in due:
        files[name].write_text(timed(pages[name], long), encoding="utf-8")


def said_edition() -> str:
    """Return the newest edition and its day, 'Edition 2026.1, 23 Nov 2026', one line on a phone; '' before the first."""
    newest = store.latest()
    if not newest:
        return ""
    day, month, year = words.day(newest.about["date"]).split()
    return f"Edition {newest.about['number']}, {day} {month[:3]} {year}"


def minutes(page: Any) -> int:
    """Return how long a folded page takes to read, in whole minutes, without tables, pictures and what is folded."""
    parts = [
        part
        for article in page.find_all("article")
        for part in article.find_all(READ)
        if not part.find_parent(APART) and not part.find_parent(class_="drawn")
    ]
    return max(1, round(sum(len(part.get_text(" ").split()) for part in parts) / PACE))


def timed(html: str, long: Mapping[str, int]) -> str:
    """Return a page with the minutes of pages in place of their marks."""
    return TAKES.sub(lambda mark: words.plural(long.get(mark.group(1), 1), "minute"), html)


def takes(name: str) -> str:
    """Return the mark that stands for the minutes of a page until all are known."""
    return f"<!-- minutes of {name} -->"


def put(page: Any, name: str, edition: str) -> None:
    """Put the way into a folded page; `takes` stands where minutes will."""
    here = posixpath.dirname(name) or "."
    known = picked.named(page)
    _running(page, here, edition)
    trail = _contents(page, known)
    heading = page.select_one("article h1")
    if heading is not None:
        if name != "index":
            heading.insert_before(_crumbs(page, trail, here, heading))
        if name in QUESTIONS:
            heading.insert_after(_line(page, name))
    _neighbours(known, here)
    _marks(page, here, known)
    for code in picked.select(known, "div.cell.tag_hide-input > details.hide"):
        code.parent.append(code.extract())  # the picture comes first, its code after it
    for anchor in picked.select(known, "a.headerlink"):
        anchor.clear()
        anchor.append(_drawn(page, CHAIN))
        anchor.attrs |= {"tabindex": "-1", "aria-hidden": "true"}
    if page.head is not None:
        page.head.append(page.new_tag("meta", attrs={"name": DONE, "content": "1"}))


def _made(html: str) -> Any:
    """Return a piece of HTML as an element."""
    return BeautifulSoup(html, "html.parser").find(True)


def _drawn(page: Any, shape: str) -> Any:
    return _made(
        '<svg class="icon" viewBox="0 0 24 24" width="0.8em" height="0.8em" fill="none" stroke="currentColor" '
        f'stroke-width="2" aria-hidden="true" focusable="false"><path d="{shape}"/></svg>'
    )


def _to(page: str, here: str) -> str:
    return posixpath.relpath(f"{page}.html", here)


def _running(page: Any, here: str, edition: str) -> None:
    """Name the report and its edition in the bar above the text."""
    bar = page.select_one(".header-article-items__start")
    if bar is not None and edition:
        link = f'<a href="{_to(EDITIONS, here)}">{escape(edition)}</a>'
        bar.append(_made(f'<p class="running"><b>Special measures for quality</b> {link}</p>'))


def _contents(page: Any, known: picked.Named) -> list[str]:
    """Fold the parts of the contents, all but the one of this page, and put them after the text; return the trail.

    The trail is HTML: the part, and the page above this one where there is one.
    """
    trail = []
    for caption in picked.select(known, ".bd-links p.caption"):
        listed = caption.find_next_sibling("ul")
        text, current = caption.get_text(strip=True), listed.select_one("li.current")
        if current is not None:
            trail.append(escape(text))
            above = current.find("a")
            if "toctree-l1" in current["class"] and current.select_one("ul li.current"):
                said = escape(above.get_text(strip=True))
                trail.append(str(_made(f'<a href="{above["href"]}">{said}</a>')))
        if len(listed.find_all("li")) > 1:
            fold = _made(f'<details class="part"><summary>{escape(text)}</summary></details>')
            if current is not None:
                fold["open"] = ""
            caption.replace_with(fold)
            fold.append(listed.extract())
        else:
            caption.decompose()
    sidebar, main = page.select_one("#pst-primary-sidebar"), page.select_one("main")
    if sidebar is not None and main is not None:
        main.insert_after(sidebar.extract())
    return trail


def _crumbs(page: Any, trail: list[str], here: str, heading: Any) -> Any:
    title = "".join(heading.find_all(string=True, recursive=False)).strip()
    first, last = (
        f'<a href="{_to("index", here)}">Findings</a>',
        f'<span aria-current="page">{escape(title)}</span>',
    )
    items = "".join(f"<li>{step}</li>" for step in (first, *trail, last))
    return _made(f'<nav class="crumbs" aria-label="Where this page stands"><ol>{items}</ol></nav>')


def _line(page: Any, name: str) -> Any:
    following = page.select_one(".prev-next-area a.right-next")
    line = f'<p class="way">Answers: {escape(QUESTIONS[name])} <b>{takes(name)}.</b>'
    if following is not None:
        title = following.select_one(".prev-next-title").get_text(strip=True)
        line += f' Next: <a href="{following["href"]}">{escape(title)}</a>'
    return _made(f"{line}</p>")


def _neighbours(known: picked.Named, here: str) -> None:
    """Say at the foot what the pages before and after answer, and how long each takes."""
    for link in picked.select(known, ".prev-next-area a"):
        target = posixpath.normpath(posixpath.join(here, link["href"])).removesuffix(".html")
        title = link.select_one(".prev-next-title")
        if target in QUESTIONS and title is not None:
            answers = f"{escape(QUESTIONS[target])} {takes(target)}"
            title.insert_after(_made(f'<p class="prev-next-answers">{answers}</p>'))


def _marks(page: Any, here: str, known: picked.Named) -> None:
    """Let the first mark of each kind on a page lead to its meaning, which its tooltip shows too."""
    seen = set()
    marks = picked.select(known, "article .status")
    for pill in sorted(
        marks, key=lambda mark: mark.find_parent("summary") is not None
    ):  # one that is shown, if any
        found = STATUS.search(" ".join(pill["class"]))
        if found and found.group(1) not in seen:
            seen.add(found.group(1))
            term = pill.get_text(strip=True).replace(" ", "-").capitalize()
            link = page.new_tag("a", href=f"{_to(GLOSSARY, here)}#term-{term}")
            folds = pill.find_parents("details") if pill.find_parent("summary") else []
            box = folds[-1] if folds else pill.find_parent(class_="table-box")
            # A table set as cards may hold no link in its caption, nor may the title of a fold.
            if box is not None:
                link.string = f"What the mark “{pill.get_text(strip=True)}” means"
                said = page.new_tag("p", attrs={"class": "mark-said"})
                said.append(link)
                box.insert_before(said)
                continue
            link.extend(list(pill.contents))
            pill.clear()
            pill.append(link)
