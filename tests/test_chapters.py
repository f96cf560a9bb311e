"""Lint of the chapters: each rule returns what is against it, and is shown to refuse a made-up bad notebook."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

BOOK = Path(__file__).resolve().parents[1] / "book"
LONGEST_CELL = 12
GLUED = "application/papermill.record/"
PUTS = {"words.put", "put", "glue", "lab.controls", "lab.show"}  # those of the lab show nothing on a page
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
# Numbers that are part of a term, a name or a definition, and are therefore not results.
TERMS = ("COVID-19", "CC BY 4.0", "Open Government Licence v3.0", "SHA-256", "UTF-8")
TERMS += ("within 30 days of leaving", "in 95 of 100 repetitions")
NOT_RESULTS = re.compile(
    "|".join([re.escape(term) for term in TERMS])
    + rf"|\b(\d{{1,2}} )?({MONTHS})( (19|20)\d\d)?\b"
    + r"|\b(19|20)\d\d([/–-]\d\d)?\b(?![%\d])"
    + r"|\b95%(?= (confidence )?(interval|band|limit)s?\b)"
)
NOT_PROSE = re.compile(
    r"<!--.*?-->"
    r"|^%.*?$"  # MyST comment
    r"|^(```+|~~~+)(?:\{(?:math|code|code-block|code-cell|mermaid|bibliography)\}|(?!\{)).*?^\1[ ]*$"
    r"|^(?:```+|~~~+|:::+)(?:\{[^}\n]*\})?"  # fence of a directive; its title and body are prose
    r"|^:[\w-]+:.*?$"  # option of a directive
    r"|^\([\w-]+\)=[ ]*$"
    r"|\{[\w:+.-]+\}`[^`]*`"
    r"|`+[^`]*`+"
    r"|(?<=\])\([^)\s]*\)"
    r"|<?https?://[^\s>)]+>?",
    re.DOTALL | re.MULTILINE,
)
CODE_REFUSED = {
    r"\bsys\.path\b|PYTHONPATH": "path edit",
    r"\bfilterwarnings\b|\bsimplefilter\b|\bcatch_warnings\b|\bnp\.seterr\b": "warnings filter",
    r"^\s*[%!]": "magic or shell command",
    r"\bpip\b|\bos\.system\b|\bsubprocess\b": "installation or shell command",
    r"\burllib\b|\burlopen\b|\brequests\b|\bhttpx\b|\bwget\b|\bcurl\b|https?://": "download",
    r"\bimport \*": "star import",
    r";\s*$": "semicolon at the end of a line",
    r"\bopen\(|\bread_(csv|excel|json|html)\b": "file read past analysis.data",
}
WORDS_REFUSED = {
    r"\bprove[sdn]?\b": "'proves'",
    r"\b(caused|produced|driven) by (special measures|entry|the regime)\b": "cause claimed",
    r"\b(programs?|colou?r(?<!colour)s?|center(s|ed)?|behaviors?|favor\w*|labor|analyz\w+|gray|judgment)\b": "spelling",
    r"\b(organiz|summariz|standardiz|recogniz|emphasiz|hospitaliz|randomiz)\w+": "American spelling",
    r"\b(TODO|FIXME|XXX|TBC|lorem)\b": "unfinished",
}


def markdown(notebook) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def code(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def removed(cell) -> bool:
    return "remove-cell" in cell.metadata.get("tags", [])


def prose(text: str) -> str:
    """Return the words of a Markdown text as they stand in it: no roles, code, link targets or directives."""
    return NOT_PROSE.sub("", text)


def headings(text: str) -> list[str]:
    return re.findall(
        r"^#{1,6} .*$", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE
    )


def one_top_heading(notebook) -> list[str]:
    found = [line for text in markdown(notebook) for line in headings(text)]
    top = [line for line in found if line.startswith("# ")]
    first = notebook.cells[0]
    starts = first.cell_type == "markdown" and re.match(r"(\([\w-]+\)=\n+)?# ", first.source)
    wrong = [] if starts else ["the first cell does not start with the top heading"]
    levels = [len(line.split(" ")[0]) for line in found]
    wrong += [
        f"level skipped: {line}"
        for line, a, b in zip(found[1:], levels, levels[1:], strict=False)
        if b > a + 1
    ]
    return wrong + ([] if len(top) == 1 else [f"top headings: {top}"])


def opening_paragraph(notebook) -> list[str]:
    lines = [line for line in notebook.cells[0].source.splitlines() if line.strip()]
    after = next((i + 1 for i, line in enumerate(lines) if line.startswith("# ")), 0)
    opening = lines[after] if after < len(lines) else ""
    answers = "{glue" in opening or len(opening.split()) >= 5
    return [] if answers and re.match(r"[\w*_{\"“]", opening) else [f"after the top heading: {opening!r}"]


def short_cells(notebook) -> list[str]:
    lengths = [(len(cell.source.splitlines()), cell.source.splitlines()[:1]) for cell in code(notebook)]
    return [f"{length} lines: {first}" for length, first in lengths if not 0 < length <= LONGEST_CELL]


def no_typed_results(notebook) -> list[str]:
    return [number for text in markdown(notebook) for number in typed(text)]


def typed(text: str) -> list[str]:
    return re.findall(r"\S*\d\S*", NOT_RESULTS.sub("", prose(text)))


def plain_code(notebook) -> list[str]:
    return [
        f"{what}: {line.strip()}"
        for cell in code(notebook)
        for line in cell.source.splitlines()
        for pattern, what in CODE_REFUSED.items()
        if re.search(pattern, line)
    ]


def careful_words(notebook) -> list[str]:
    unfinished = [
        line for cell in code(notebook) for line in re.findall(r".*\b(?:TODO|FIXME)\b.*", cell.source)
    ]
    return unfinished + [wrong for text in markdown(notebook) for wrong in careless(text)]


def careless(text: str) -> list[str]:
    words = prose(text)
    found = [
        f"{what}: {match.group()}"
        for pattern, what in WORDS_REFUSED.items()
        for match in re.finditer(pattern, words, re.IGNORECASE)
    ]
    sentences = re.split(r"(?<=[.?!])\s+|\n\n", text)
    bare = [s for s in sentences if re.search(r"\bsignifican", s) and not re.search(r"\d|\{glue", s)]
    return found + [f"'significant' without a number: {sentence}" for sentence in bare]


def complete_outputs(notebook) -> list[str]:
    cells = code(notebook)
    counts = [cell.execution_count for cell in cells]
    wrong = [] if counts == list(range(1, len(cells) + 1)) else [f"not run once from top to bottom: {counts}"]
    return wrong + [f"no output: {c.source[:60]!r}" for c in cells if not removed(c) and not c.outputs]


def sound_outputs(notebook) -> list[str]:
    wrong = []
    for output in (output for cell in code(notebook) for output in cell.outputs):
        data = output.get("data", {})
        wrong += [f"{kind} is stored" for kind in data if kind.startswith("image/")]
        if output.output_type == "error" or output.get("name") == "stderr":
            wrong.append(f"{output.output_type}: {output.get('ename') or output.get('text')}")
        elif output.output_type != "stream" and not any(kind.startswith(GLUED) for kind in data):
            words = data.get("text/plain", "").strip()
            if not words or re.match(r"<\w", words):
                wrong.append(f"no words for what is shown: {words!r}")
    return wrong


def removed_cells_only_set_up(notebook) -> list[str]:
    wrong = []
    for cell in filter(removed, code(notebook)):
        shown = [o for o in cell.outputs if not any(kind.startswith(GLUED) for kind in o.get("data", {}))]
        wrong += [f"shows something: {cell.source[:60]!r}"] if shown else []
        for line in ast.parse(cell.source).body:
            call = isinstance(line, ast.Expr) and isinstance(line.value, ast.Call)
            name = ast.unparse(line.value.func) if call else ""
            if isinstance(line, ast.Expr) and name not in PUTS:
                wrong.append(f"neither set-up nor glue: {ast.unparse(line)[:60]}")
    return wrong


LAYOUT = (one_top_heading, opening_paragraph, short_cells, removed_cells_only_set_up)
RULES = (*LAYOUT, no_typed_results, plain_code, careful_words, complete_outputs, sound_outputs)


def named(toc: object) -> list[str]:
    """Return the documents that a table of contents names."""
    if isinstance(toc, list):
        return [name for part in toc for name in named(part)]
    if not isinstance(toc, dict):
        return []
    here = [toc[key] for key in ("root", "file") if key in toc]
    return here + [name for value in toc.values() for name in named(value)]


TOC = named(yaml.safe_load((BOOK / "_toc.yml").read_text()))
CHAPTERS = [name for name in TOC if (BOOK / f"{name}.ipynb").is_file()]
PAGES = [name for name in TOC if (BOOK / f"{name}.md").is_file()]


def test_the_contents_name_each_chapter_once_and_no_file_that_is_missing():
    assert sorted(CHAPTERS + PAGES) == sorted(set(TOC)) == sorted(TOC)
    there = {path.relative_to(BOOK) for path in BOOK.rglob("*.ipynb")}
    ours = {path for path in there if not {"_build", ".ipynb_checkpoints"} & set(path.parts)}
    assert {path.with_suffix("").as_posix() for path in ours} == set(CHAPTERS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter(chapter, rule):
    assert rule(nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4)) == []


@pytest.mark.parametrize("page", PAGES)
def test_page_without_code(page):
    text = (BOOK / f"{page}.md").read_text()
    assert typed(text) == []
    assert careless(text) == []
    assert [line for line in headings(text) if line.startswith("# ")] == [text.splitlines()[0]]


OPENING = "# Title\n\nTrusts that entered were at a low point."
WORDS = [new_output("execute_result", data={"text/plain": "Waits fell."}, execution_count=1)]
GLUE = [new_output("display_data", data={f"{GLUED}text/plain": "'3'"})]
REMOVE = {"tags": ["remove-cell"]}


def cell(source="value", outputs=WORDS, count=1, metadata=None):
    return new_code_cell(source, outputs=outputs, execution_count=count, metadata=metadata or {})


def notebook(*cells, opening=OPENING):
    return new_notebook(cells=[new_markdown_cell(opening), *cells])


GOOD = notebook(
    cell("from analysis.present import words\nx = 3\nwords.put({'x': '3'})", GLUE, 1, REMOVE),
    new_markdown_cell(
        "(target)=\n## How long?\n\nIn July 2013, on 16 July 2013 and in 2013/14, before COVID-19: {glue:text}`x_95` trusts, "
        "`code_3`, [a page](page3.md), 95% intervals, see {cite:t}`ann2020`. <!-- 12 -->\n\n"
        "```{note} A note\n:class: c3\nThe programme.\n```\n\n```python\nx = 12\n```"
    ),
    cell("x", WORDS, 2),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_good_chapter_passes(rule):
    assert rule(GOOD) == []


BAD = [
    (one_top_heading, notebook(new_markdown_cell("# Another"))),
    (one_top_heading, notebook(opening="## Only a second")),
    (one_top_heading, notebook(new_markdown_cell("### Third after first"))),
    (one_top_heading, new_notebook(cells=[cell(), new_markdown_cell(OPENING)])),
    (opening_paragraph, notebook(opening="# Title")),
    (opening_paragraph, notebook(opening="# Title\n\n## Question\n\nText that is long enough.")),
    (opening_paragraph, notebook(opening="# Title\n\n```{note}\nText that is long enough.\n```")),
    (short_cells, notebook(cell("\n".join(["x"] * (LONGEST_CELL + 1))))),
    (short_cells, notebook(cell(""))),
    (removed_cells_only_set_up, notebook(cell(metadata=REMOVE))),
    (removed_cells_only_set_up, notebook(cell("figures.figure(f)", [], metadata=REMOVE))),
    (complete_outputs, notebook(cell(outputs=[]))),
    (complete_outputs, notebook(cell(count=None))),
    (complete_outputs, notebook(cell(count=2), cell(count=1))),
    (sound_outputs, notebook(cell(outputs=[new_output("error", ename="E", evalue="", traceback=[])]))),
    (sound_outputs, notebook(cell(outputs=[new_output("stream", name="stderr", text="w")]))),
    (sound_outputs, notebook(cell(outputs=[new_output("display_data", data={"text/plain": " "})]))),
    (sound_outputs, notebook(cell(outputs=[new_output("display_data", data={"text/html": "<b>"})]))),
    (
        sound_outputs,
        notebook(cell(outputs=[new_output("display_data", data={"text/plain": "<Figure size>"})])),
    ),
    (
        sound_outputs,
        notebook(cell(outputs=[new_output("display_data", data={"image/png": "", "text/plain": "w"})])),
    ),
    *(
        (plain_code, notebook(cell(source)))
        for source in (
            "import sys\nsys.path.append('..')",
            "warnings.filterwarnings('ignore')",
            "%matplotlib inline",
            "!ls",
            "%pip install x",
            "pd.read_csv('https://example.org/x.csv')",
            "pd.read_csv('../data/x.csv')",
            "urlopen(address)",
            "from analysis import *",
            "ax.plot(x);",
        )
    ),
    *(
        (no_typed_results, notebook(new_markdown_cell(text)))
        for text in (
            "Waits fell by 3.4 points.",
            "In 38 trusts.",
            "A rise of 12%.",
            "About 95% of trusts.",
            "Median 2013.5 days.",
            "```{note}\nIt was 17.\n```",
            "It was £2m.",
            "| a | 4 |",
            "On 1,999 days.",
        )
    ),
    *(
        (careful_words, notebook(new_markdown_cell(text)))
        for text in (
            "The change was significant.",
            "This proves it.",
            "It was caused by special measures.",
            "A national program of change.",
            "The color of the center.",
            "We analyzed it.",
            "TODO: more.",
        )
    ),
    (careful_words, notebook(cell("x = 1  # TODO"))),
]


@pytest.mark.parametrize(("rule", "bad"), BAD, ids=lambda part: getattr(part, "__name__", ""))
def test_a_rule_refuses(rule, bad):
    assert rule(bad) != []
