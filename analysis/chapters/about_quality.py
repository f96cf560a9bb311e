"""The quality record for readers: chapters and their sign-offs, levels reached, limits, analyses dropped."""

import json
import re
from pathlib import Path

import pandas as pd

from analysis import data, trace
from analysis.edition.signoffs import (  # fmt: skip
    AUTOMATED,
    CHANGED,
    NEVER,
    PERSON,
    SIGNED,
    chapters,
    read,
    signoffs,
    standing,
)
from analysis.present import words

MARK = "**What this cannot show.**"
SENTENCE = re.compile(r"(?<=[.?!])\s+")
LEVELS = ("baseline", "silver", "gold")


def chapters_for_readers(root: Path = trace.ROOT) -> pd.DataFrame:
    """Return, as texts, how each chapter stands: sign-off by a person, and automated checks."""
    signed = signoffs()
    rows = []
    for name in chapters(root):
        person, checks = (standing(name, kind=kind, root=root, signed=signed) for kind in (PERSON, AUTOMATED))
        rows.append((title(name, root), _cell(person), _cell(checks)))
    return pd.DataFrame(rows, columns=["Chapter", "Signed off by a person", "Automated checks"])


def _cell(found: dict) -> str:
    if found["state"] == NEVER:
        return "not yet"
    text = f"{found['role']}, {words.day(found['date'])}"
    return f"{text}; changed since" if found["state"] == CHANGED else text


def answer(root: Path = trace.ROOT) -> str:
    """Say how many chapters a person has signed off as they stand, and whether a machine has checked them."""
    signed = signoffs()
    states = [standing(name, root=root, signed=signed)["state"] for name in chapters(root)]
    total = words.plural(len(states), "chapter")
    if not set(states) - {NEVER}:
        return f"No person has signed off any of the {total} yet: read this report as unreviewed work."
    changed = states.count(CHANGED)
    tail = f"; {words.number(changed)} changed since" if changed else ""
    return f"{words.number(states.count(SIGNED))} of {total} are signed off by a person as they stand{tail}."


def rap() -> pd.DataFrame:
    """Return, as texts, the self-assessment against the levels of reproducible analytical pipelines."""
    frame = data.load("rap_items")
    order = frame["level"].map({name: place for place, name in enumerate(LEVELS)})
    frame = frame.assign(order=order).sort_values("order", kind="stable")
    names = {
        "item": "What is asked",
        "level": "Level",
        "status": "Our judgement",
        "evidence": "Evidence, or what is missing",
    }
    return frame[list(names)].rename(columns=names).reset_index(drop=True)


def rap_sentence() -> str:
    """Say how many items of each level are met, and that a level with an unmet item is not reached."""
    frame = data.load("rap_items")
    met = frame["status"] == "met"
    counts = {level: met[frame["level"] == level] for level in LEVELS}
    parts = [
        f"{level} {words.number(part.sum())} of {words.number(len(part))}" for level, part in counts.items()
    ]
    reached = [level for level in LEVELS if met[frame["level"].isin(LEVELS[: LEVELS.index(level) + 1])].all()]
    level = f"The report reaches {reached[-1]}" if reached else "No level is reached in full"
    return f"Items met: {words.join(parts)}. {level}, because a level counts only when all its items, and those below, are met."


def dropped() -> pd.DataFrame:
    """Return, as texts, the analyses that were tried and dropped, or not attempted."""
    frame = data.load("negative_log")
    names = {
        "tried": "Tried or considered",
        "outcome": "What became of it",
        "because": "Why",
        "instead": "In its place",
    }
    names["chapter"] = "Chapter"
    return frame.assign(chapter=frame["chapter"].map(title))[list(names)].rename(columns=names)


def limitations(root: Path = trace.ROOT) -> pd.DataFrame:
    """Return what the chapters say that they cannot show: `Chapter`, `Question`, `What it cannot show`.

    Read from their paragraphs that begin with MARK; sentences that hold a computed number are left out here.
    """
    rows = []
    for name in chapters(root):
        notebook = json.loads(read(root / "book" / f"{name}.ipynb", root))
        text = "\n".join("".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown")
        question = ""
        for line in text.splitlines():
            question = line.lstrip("#").strip() if line.startswith("##") else question
            if line.startswith(MARK):
                said = [one for one in SENTENCE.split(line.removeprefix(MARK).strip()) if "{glue" not in one]
                if said:
                    rows.append((title(name, root), question, " ".join(plain(one) for one in said)))
    return pd.DataFrame(rows, columns=["Chapter", "Question", "What it cannot show"])


def plain(text: str) -> str:
    """Return Markdown as plain words: roles and links by their text."""
    text = re.sub(r"\{(?:term|doc)\}`([^`<]+?)(?: <[^`]*>)?`", lambda role: role[1].split("/")[-1], text)
    text = re.sub(r"\{cite:\w+\}`[^`]*`", "", text)
    return re.sub(r"\[([^\]]*)\]\([^)]*\)|[*`]", lambda link: link[1] or "", text).strip()


def title(chapter: str, root: Path = trace.ROOT) -> str:
    """Return the heading of a chapter; its name where the chapter is not there."""
    file = root / "book" / f"{chapter}.ipynb"
    if not file.is_file():
        return chapter
    for cell in json.loads(read(file, root))["cells"]:
        for line in "".join(cell["source"]).splitlines():
            if cell["cell_type"] == "markdown" and line.startswith("# "):
                return plain(line[2:])
    return chapter
