"""Let the pages work where a host allows files of its own alone (`Content-Security-Policy: default-src 'self'`).

What is written into a page and would be refused becomes a file beside it: scripts, styles, styles of single elements.
Works on the finished HTML, after everything that adds to it.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path

from sphinx.application import Sphinx

FOLDER = "_static/inline"
STYLED = f"{FOLDER}/elements.css"
WRITTEN = re.compile(r"<(script|style)\b([^>]*)>(.*?)</\1>", re.DOTALL | re.IGNORECASE)
DATA = re.compile(r"""\btype=["']?(?!module|(?:text|application)/javascript)[\w/+.-]+""", re.IGNORECASE)
STYLE = re.compile(r"\sstyle=[\"']", re.IGNORECASE)  # found at once, where ATTRIBUTE looks through every tag
FILE = re.compile(r"\bsrc\s*=", re.IGNORECASE)
KIND = re.compile(r"""\s(?:type|media)=(?:"[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""(<[a-z][^<>]*?\s)style=("[^"]*"|'[^']*')""", re.IGNORECASE)
KEPT = re.compile(r"""<[a-z][^<>]*?\sdata-style="([^"]*)\"""", re.IGNORECASE)
LINKED = re.compile(rf'<link data-own="" href="[^"]*{re.escape(STYLED)}[^"]*" rel="stylesheet"/>')
# A script that settles how the page looks runs before it is drawn; the others wait for the text, in their order.
SETTLES = re.compile(r"documentElement\.dataset")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("build-finished", finish, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def finish(app: Sphinx, error: Exception | None) -> None:
    """Take out of every page what a strict host refuses, and write it into files."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    before = {path: path.read_text(encoding="utf-8") for path in sorted(out.rglob("*.html"))}
    before = {path: html for path, html in before.items() if "_static" not in path.relative_to(out).parts}
    after = {path: apart(html, path.relative_to(out), out) for path, html in before.items()}
    sheet = elements(html for html in after.values())
    if sheet:
        (out / FOLDER).mkdir(parents=True, exist_ok=True)
        (out / STYLED).write_text(sheet, encoding="utf-8")
    for path, html in after.items():
        after[path] = linked(html, path.relative_to(out), sheet)
        if after[path] != before[path]:
            path.write_text(after[path], encoding="utf-8")
    forget(out, after.values())


def apart(html: str, page: Path, out: Path) -> str:
    """Return a page whose scripts and styles are files. page: from `out`. Doing it twice changes nothing more."""
    parts, end = [], 0
    for found in WRITTEN.finditer(html):
        parts += [_looks_held(html[end : found.start()]), _filed(found, page, out)]
        end = found.end()
    return "".join([*parts, _looks_held(html[end:])])


def _looks_held(html: str) -> str:
    return ATTRIBUTE.sub(_held, html) if STYLE.search(html) else html


def _held(match: re.Match[str]) -> str:
    """Return a tag with its style as data; the sheet of the elements has a rule for it."""
    return f'{match.group(1)}data-style="{match.group(2)[1:-1].strip().replace(chr(34), "&quot;")}"'


def _filed(match: re.Match[str], page: Path, out: Path) -> str:
    """Return the tag that loads what was written between two tags of a script or style."""
    tag, attributes, content = match.group(1).lower(), match.group(2), match.group(3)
    if tag == "script" and (FILE.search(attributes) or DATA.search(attributes)):
        return match.group()
    if not content.strip():
        return ""
    ending = "js" if tag == "script" else "css"
    name = f"{FOLDER}/{hashlib.sha256(content.encode()).hexdigest()[:10]}.{ending}"
    (out / FOLDER).mkdir(parents=True, exist_ok=True)
    (out / name).write_text(content, encoding="utf-8")
    where = posixpath.relpath(name, page.parent.as_posix())
    kept = "".join(KIND.findall(attributes))
    if tag == "style":
        return f'<link data-own=""{kept} href="{where}" rel="stylesheet"/>'
    wait = "" if SETTLES.search(content) else ' defer=""'
    return f'<script data-own=""{kept}{wait} src="{where}"></script>'


def elements(pages: Iterable[str]) -> str:
    """Return the sheet of the styles of single elements, as strong as they were beside rules for classes."""
    styles = sorted({unescape(style) for html in pages for style in _kept(html) if style})
    rules = []
    for style in styles:
        quoted = style.replace("\\", "\\\\").replace('"', '\\"')
        rules.append(f'{3 * f"""[data-style="{quoted}"]"""}{{{style}}}')
    return "\n".join(rules)


def _kept(html: str) -> list[str]:
    return KEPT.findall(html) if "data-style=" in html else []


def linked(html: str, page: Path, sheet: str) -> str:
    """Return a page that loads the sheet of the elements when it has such an element, and no other sheet of them."""
    html = LINKED.sub("", html)
    if not _kept(html):
        return html
    digest = hashlib.sha256(sheet.encode()).hexdigest()[:10]
    where = posixpath.relpath(STYLED, page.parent.as_posix())
    link = f'<link data-own="" href="{where}?v={digest}" rel="stylesheet"/>'
    return html.replace("</head>", f"{link}</head>", 1)


def forget(out: Path, pages: Iterable[str]) -> None:
    """Remove the files that no page loads any more."""
    used = set(re.findall(rf"{re.escape(FOLDER)}/([\w.-]+)", "\n".join(pages)))
    for file in (out / FOLDER).glob("*"):
        if file.name not in used and file.suffix in (".js", ".css"):
            file.unlink()
