"""The role `{statement}`: a link from any page to a statement on the page of its trust.

Write {statement}`RXR-07`. An id that is not a statement of one of the cases stops a strict build.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.nodes import Node, system_message
from docutils.parsers.rst.states import Inliner
from sphinx.application import Sphinx

from analysis import data
from analysis.chapters.cases import statements

COVERED = "ENG-"  # statements about the regime as a whole stand on the page of the theory
THEORY = "theory"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_role("statement", role)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def role(
    name: str, rawtext: str, text: str, lineno: int, inliner: Inliner,
    options: dict[str, Any] | None = None, content: list[str] | None = None,
) -> tuple[list[Node], list[system_message]]:  # fmt: skip
    """Return the link, or a message when the id is not known."""
    identifier = text.strip()
    if identifier not in set(data.load("evidence_statements")["id"]):
        said = f"statement {identifier!r} is not in evidence_statements"
        message = inliner.reporter.error(said, line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    here = inliner.document.settings.env.docname
    return [nodes.reference(rawtext, identifier, refuri=address(identifier, here), classes=["statement"])], []


def address(identifier: str, here: str) -> str:
    """Return the address of a statement from page `here`."""
    if not identifier.startswith(COVERED):
        return statements.address(identifier, here=here)
    return f"{'../' * here.count('/')}{THEORY}.html#{identifier}"
