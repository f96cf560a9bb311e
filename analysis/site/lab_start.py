"""What a kernel of `make lab` does first: the prose is shown with its numbers, a missing name says what to run.

JupyterLab shows the marks of glued texts as they are written. So below a cell that glues them, the paragraphs that
hold them are shown with the numbers in place, again after each change.
"""

import json
import os
import re
import sys
from ast import literal_eval
from pathlib import Path
from typing import Any

RECORD = "application/papermill.record/text/plain"
MARK = re.compile(r"\{glue:text\}`+([\w.-]+)`+")
ROLE = re.compile(r"\{[\w:+-]+\}`([^`<]*?)\s*(?:<[^`>]*>)?`")
FENCED = re.compile(r"^(```|:::).*?^\1\s*$", re.DOTALL | re.MULTILINE)
FIRST = "is not there yet: run the cells above first (menu Run, Run All Above Selected Cell), then this one again."
KNOWN: dict[str, str] = {}
NEW: set[str] = set()


def noted(message: dict[str, Any]) -> dict[str, Any]:
    """Note a glued text on its way to the page; every message goes on as it came."""
    content = message.get("content", {})
    name = content.get("metadata", {}).get("scrapbook", {}).get("name")
    if name and RECORD in content.get("data", {}):
        KNOWN[name] = str(literal_eval(content["data"][RECORD]))
        NEW.add(name)
    return message


def filled(sources: list[str], known: dict[str, str], names: set[str]) -> str:
    """Return the paragraphs that hold one of these names, with every known number in place, as Markdown."""
    paragraphs = [part for source in sources for part in re.split(r"\n\s*\n", FENCED.sub("", source))]
    shown = [part for part in paragraphs if names & set(MARK.findall(part))]
    texts = [MARK.sub(lambda found: f"**{known.get(found.group(1), '…')}**", part) for part in shown]
    return "\n\n".join(ROLE.sub(r"\1", text) for text in texts)


def tell(result: object = None) -> None:
    """Show below a cell the prose whose numbers it has just made."""
    if not NEW:
        return
    from IPython.display import Markdown, display

    names = set(NEW)
    NEW.clear()
    try:
        notebook = json.loads(Path(os.environ["JPY_SESSION_NAME"]).read_text(encoding="utf-8"))
    except (KeyError, OSError, ValueError):
        return
    prose = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    text = filled(prose, KNOWN, names)
    if text:
        display(Markdown(f"*In the text, with these numbers:*\n\n{text}"))


def say_what_first(
    shell: Any, kind: type, error: NameError, trace: Any, tb_offset: int | None = None
) -> None:
    """Show the error as usual, then what to run first."""
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    print(f"{error.name} {FIRST}", file=sys.stderr)


def begin(shell: Any) -> None:
    """Listen in a kernel."""
    shell.display_pub.register_hook(noted)
    shell.events.register("post_run_cell", tell)
    shell.set_custom_exc((NameError,), say_what_first)


if "get_ipython" in globals():
    begin(globals()["get_ipython"]())
