"""Lint of the chapters: no formula in TeX. The site has no MathJax, which would come from another host, so one would stand raw."""

import re

import nbformat
import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from tests.test_chapters import BOOK, CHAPTERS, PAGES, prose

DIRECTIVE = re.compile(r"\{([\w:+.-]+)\}")
CODE = {"code", "code-block", "code-cell", "literalinclude", "mermaid", "bibliography"}
DOLLARS = re.compile(r"(?<![\w$])(US|AU|NZ|CA|HK|SG)\$")  # money of a country, no sign of a formula
MONEY = re.compile(r"[\d.,]+[^\\^_={}]*[^\W\d_]{2}[^\\^_={}]*")  # '5m and about', between two signs of money
BRACKETS = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
SIGNS = re.compile(r"[\\^_={}<>|]")
TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2}")
PARSER = (
    MarkdownIt("commonmark")
    .enable("table")
    .use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    .use(amsmath_plugin)
    .use(myst_role_plugin)
    .use(colon_fence_plugin)
)


def formulas(text: str) -> list[str]:
    """Return what of a Markdown text asks for TeX: dollars, brackets, environments, roles and directives."""
    brackets = [first or second for first, second in BRACKETS.findall(prose(text))]
    found = [inside for inside in brackets if SIGNS.search(inside) or not WORD.search(inside)]
    tokens = PARSER.parse(DOLLARS.sub(r"\1 dollars ", text))
    return found + [formula for token in tokens for formula in asked([token, *(token.children or [])])]


def asked(tokens: list) -> list[str]:
    """Return the formulas of one block; the body of a directive is read as text."""
    found = []
    for token in tokens:
        if token.type in ("fence", "colon_fence"):
            name = DIRECTIVE.match(token.info.strip())
            if name and (name.group(1) in ("math", "glue:math")):
                found.append(token.content or token.info)
            elif name and name.group(1) not in CODE:
                found += formulas(token.content)
        elif token.type == "myst_role":
            found += [token.content] if token.meta["name"] in ("math", "eq", "glue:math") else []
        elif (
            token.type == "amsmath"
            or "math_block" in token.type
            or (token.type.startswith("math_inline") and not MONEY.fullmatch(token.content))
        ):
            found.append(token.content)
    return found


def shown(notebook) -> list[str]:
    """Return what a notebook shows as text: its Markdown cells, and the Markdown and the words of HTML of its code."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    outputs = [one.get("data", {}) for cell in notebook.cells for one in cell.get("outputs", [])]
    html = [" ".join(TAG.sub(" ", data["text/html"]).split()) for data in outputs if "text/html" in data]
    return cells + html + [data["text/markdown"] for data in outputs if "text/markdown" in data]


def tex(notebook) -> list[str]:
    """Return the outputs of a notebook that ask for TeX."""
    outputs = [one.get("data", {}) for cell in notebook.cells for one in cell.get("outputs", [])]
    return [data["text/latex"] for data in outputs if "text/latex" in data]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_no_formula(chapter):
    notebook = nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4)
    assert [formula for text in shown(notebook) for formula in formulas(text)] + tex(notebook) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_code_has_no_formula(page):
    assert formulas((BOOK / f"{page}.md").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "The share $p$ fell.",
        "It is $x_t$.",
        "With $n = 5$ trusts",
        r"We fit $\alpha + \beta x$ to it.",
        "About $0.05$ of them",
        "a $2n$ b",
        "The $ATT$ is",
        "$a + b$",
        "($p < 0.05$)",
        "Paid £5 for $y^2$.",
        "$$x$$",
        "Text\n\n$$\nx = 1\n$$\n\nmore",
        "Inline $$x = 1$$ too",
        r"The mean \(x\) of",
        r"\(a + b\)",
        "\\[\nx^2\n\\]",
        r"In text \[x^2\] too",
        "{math}`x`",
        "See {eq}`one`.",
        "```{math}\nx\n```",
        "```{math} x\n```",
        ":::{math}\nx\n:::",
        "```{glue:math} name\n```",
        "\\begin{equation}\nx\n\\end{equation}",
        "```{note} A note\nIt is $x$.\n```",
        ":::{admonition} Title\n```{note}\nIt is $x$.\n```\n:::",
        "- one\n- the $x$\n",
        "> a quote of $x$",
        "| a | b |\n|---|---|\n| $x$ | y |",
        "## A title of $x$",
        "*Trusts with $x$*",
    ],
)
def test_a_formula_is_refused(text):
    assert formulas(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "It cost £5m and £7m.",
        "It cost $5m.",
        "From $5m to $7m.",
        "Between $5 and $7 a day.",
        "It cost $5, or in US$ more.",
        "US$5/C$7 and A$9",
        "US$5 (C$7)",
        "US$ 5 and NZ$ 7",
        "$5 (US$)",
        "$1=£0.80, so US$1,000 is £800",
        "$5-$7",
        "5$ to 7$",
        r"\$x\$",
        "`$x$` and ``$$`` are code",
        "```bash\necho $HOME $PATH\n```",
        "```{code-block} bash\necho $A$B\n```",
        "    echo $A$",
        "See [a page](https://example.org/$a$/b).",
        r"\(see below\)",
        r"\[sic\]",
        "<!-- $x$ -->",
        "The costs {glue:text}`costs_low` to {glue:text}`costs_high`",
        "```{note} Costs\nFrom $5m to $7m.\n```",
    ],
)
def test_money_code_and_brackets_are_not_refused(text):
    assert formulas(text) == []


def test_a_notebook_that_shows_tex_is_seen():
    made = nbformat.v4.new_output(
        "display_data", data={"text/latex": "$x$", "text/markdown": "$y$", "text/html": "<b>$z$</b>"}
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[made])])
    assert tex(notebook) == ["$x$"]
    assert [formulas(text) for text in shown(notebook)] == [["z"], ["y"]]
