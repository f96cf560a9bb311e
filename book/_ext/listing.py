"""All the code of a chapter on its page, folded, in the order in which it ran, with the files that it calls.

Cells that the text hides are here too: nothing that made a number is kept from a reader.
"""

from __future__ import annotations

import ast
from html import escape
from pathlib import Path
from typing import Any

import comforts
import nbformat
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx.application import Sphinx

MODULE = "analysis"
FORMAT = HtmlFormatter(cssclass="highlight")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx, after the text and before what says how to cite and run it."""
    app.connect("html-page-context", add, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Add to a chapter all of its code."""
    if not context.get("body") or pagename not in app.env.found_docs:
        return
    path = Path(app.env.doc2path(pagename))
    if path.suffix == ".ipynb":
        at = app.config.report_tag or comforts.BRANCH
        repository = app.config.report_repository.rstrip("/")
        context["body"] += listing(cells(path), f"{repository}/blob/{at}" if repository else "")


def cells(path: Path) -> list[str]:
    """Return the sources of the code cells of a notebook, in their order."""
    notebook = nbformat.read(path, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def listing(sources: list[str], tree: str) -> str:
    """Return the folded block. sources: of the cells; tree: address of the files at the edition, '' without one."""
    if not sources:
        return ""
    parts = [f"<li>{highlight(source, PythonLexer(), FORMAT)}</li>" for source in sources]
    shown = f'<a href="{escape(tree)}/{{0}}">{{0}}</a>' if tree else "<code>{0}</code>"
    named = [shown.format(file) for file in called(sources)]
    files = f"<p>It calls {', '.join(named)}.</p>" if named else ""
    return (
        f'<details class="all-code"><summary>All the code of this chapter: {len(sources)} cells, as they ran</summary>'
        f"{files}<ol>{''.join(parts)}</ol></details>"
    )


def called(sources: list[str]) -> list[str]:
    """Return the files of the module that cells import, by path from the top of the report, in order of first use."""
    found: dict[str, None] = {}
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == MODULE:
                for name in node.names:
                    found |= dict.fromkeys(_files(f"{node.module}.{name.name}") or _files(node.module))
            elif isinstance(node, ast.Import):
                for name in node.names:
                    found |= dict.fromkeys(_files(name.name))
    return list(found)


def _files(module: str) -> list[str]:
    path = f"{module.replace('.', '/')}.py"
    return [path] if module.split(".")[0] == MODULE and (comforts.ROOT / path).is_file() else []
