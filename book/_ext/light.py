"""Make the built pages load fast: text first, pictures when they come near, one style sheet for the site.

Works on the finished HTML. A picture written into a page becomes a file, so that the text does not wait for it. The
style sheet has the rules that some page can use: every class and id that a rule names occurs in a page or a script.
"""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import tinycss2
from sphinx.application import Sphinx

SITE = "_static/site.css"
FIGURES = "_figures"
DRAWN = re.compile(r'(<img\b[^>]*?\bsrc=")data:image/([a-z]+)[a-z+.-]*;base64,([A-Za-z0-9+/=\s]+)"')
# `strict` makes files of what a page had for itself and marks them `data-own`: they stay as they are.
LINK = re.compile(r'<link\b(?! data-own)(?=[^>]*rel="(?:stylesheet|preload)")[^>]*>\s*')
HREF = re.compile(r'href="([^"?]+)[^"]*"')
SCRIPT = re.compile(r'<script src="([^"?]+)(\?[^"]*)?">\s*</script>')
# The theme's script settles light or dark only after the text is drawn, and the page is then styled a second time.
LATE_THEME = 'localStorage.getItem("theme") || "auto"'
THEME = 'localStorage.getItem("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")'  # fmt: skip
SEEN = {"lookup-data", "choices-data"}  # scripts that hold figures and name no class
# How an SVG says its looks, so that it shows alike where styles within a file are refused: by attributes.
STYLED = re.compile(r'(<[a-z][^<>]*?)\sstyle="([^"]*)"([^<>]*>)', re.IGNORECASE)
LOOKS = {
    *("clip-path", "clip-rule", "color", "display", "fill", "fill-opacity", "fill-rule", "opacity", "visibility"),
    *("stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit"),
    *("stroke-opacity", "stroke-width", "font-family", "font-size", "font-style", "font-weight", "text-anchor"),
}  # fmt: skip
FOR_ALL = re.compile(r'<style type="text/css">\s*\*\{([^{}]*)\}\s*</style>')
WORD = re.compile(r"[A-Za-z_][\w-]*")
URL = re.compile(r"url\(\s*(['\"]?)(?!data:|#|[a-z]+:)([^)'\"]+)\1\s*\)")
DRAWINGS = "_static/drawings"
WRITTEN = re.compile(
    r"url\(\s*(?P<mark>['\"]?)data:image/(?P<kind>[a-z]+)[^,;)]*(?:;charset=[\w-]+|;utf-?8)?(?P<coding>;base64)?,"
    r"(?P<content>(?:(?!(?P=mark)\s*\)).)*)(?P=mark)\s*\)",
    re.IGNORECASE | re.DOTALL,
)
NAMED = re.compile(r"[.#]((?:[\w-]|\\.)+)")
NEGATED = re.compile(r":not\([^()]*(?:\([^()]*\)[^()]*)*\)")
DEAD_FONT = "Font Awesome"  # the icons are drawn; see `plain`


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("build-finished", finish, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write the pictures and the style sheet of the site and let every page use these alone."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(out.rglob("*.html"))}
    pages = {path: html for path, html in pages.items() if "_static" not in path.relative_to(out).parts}
    for path, html in pages.items():
        pages[path] = apart(html, path, out)
        if pages[path] != html:
            path.write_text(pages[path], encoding="utf-8")
    forget(out / FIGURES, pages.values())
    sheets = unique(sheet for path, html in pages.items() for sheet in sheets_of(html, path, out))
    if sheets == [SITE] and (out / SITE).is_file():
        return  # no page was written anew, with the theme's sheets and perhaps other words
    kept = out.parent / ".fresh" / "sheets.txt"
    known = kept.read_text(encoding="utf-8").split("\n") if kept.is_file() else []
    sheets = [sheet for sheet in unique([*known, *sheets]) if sheet != SITE and (out / sheet).is_file()]
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("\n".join(sheets), encoding="utf-8")
    scripts = [path.read_text(encoding="utf-8", errors="replace") for path in code(out)]
    words = set(WORD.findall("\n".join(pages.values()) + "\n".join(scripts)))
    css = filed("\n".join(pruned(joined(out, sheet), words) for sheet in sheets), out)
    (out / SITE).write_text(css, encoding="utf-8")
    digest = hashlib.sha256(css.encode()).hexdigest()[:12]
    for path, html in pages.items():
        after = lighter(html, posixpath.relpath(SITE, path.parent.relative_to(out).as_posix()), digest)
        if after != html:
            path.write_text(after, encoding="utf-8")


def apart(html: str, path: Path, out: Path) -> str:
    """Return a page whose drawn pictures are files of the site. Doing it twice changes nothing more."""
    page = path.relative_to(out)

    def drawn(match: re.Match[str]) -> str:
        kind, drawing = match.group(2), base64.b64decode(match.group(3))
        if kind == "svg":
            drawing = unstyled(drawing.decode("utf-8")).encode()
        start = f"{FIGURES}/{'-'.join(page.with_suffix('').parts)}"
        name = f"{start}-{hashlib.sha256(drawing).hexdigest()[:10]}.{kind}"
        (out / FIGURES).mkdir(exist_ok=True)
        (out / name).write_bytes(drawing)
        return f'{match.group(1)}{posixpath.relpath(name, page.parent.as_posix())}"'

    return DRAWN.sub(drawn, html)


def unstyled(svg: str) -> str:
    """Return a drawing whose looks are attributes: those of single elements, and a rule for all on the outermost."""
    every = "; ".join(FOR_ALL.findall(svg))
    svg = re.sub(r"<svg\b", f'<svg style="{every}"', FOR_ALL.sub("", svg), count=1) if every else svg
    return STYLED.sub(_by_attributes, svg)


def _by_attributes(match: re.Match[str]) -> str:
    """Return a tag with its style as attributes, which give way to a style; what has no attribute stays."""
    before, style, after = match.groups()
    pairs = [part.partition(":")[::2] for part in style.split(";") if part.strip()]
    looks = {name.strip(): value.strip() for name, value in pairs}
    for name in looks.keys() & LOOKS:
        before, after = (re.sub(rf'\s{name}="[^"]*"', "", part) for part in (before, after))
    told = "".join(f' {name}="{value}"' for name, value in looks.items() if name in LOOKS)
    rest = "; ".join(f"{name}: {value}" for name, value in looks.items() if name not in LOOKS)
    return f"{before}{told}{f' style={chr(34)}{rest}{chr(34)}' if rest else ''}{after}"


def code(out: Path) -> list[Path]:
    """Return the scripts of the site that may name a class or an id."""
    return [path for path in sorted(out.rglob("*.js")) if not SEEN & set(path.parts)]


def forget(folder: Path, pages: Iterable[str]) -> None:
    """Remove the pictures that no page shows any more."""
    shown = set(re.findall(rf"{FIGURES}/([\w.-]+)", "\n".join(pages)))
    for drawing in folder.glob("*"):
        if drawing.name not in shown:
            drawing.unlink()


def unique(items: Iterable[str]) -> list[str]:
    """Return items once each, in the order of first sight."""
    return list(dict.fromkeys(items))


def sheets_of(html: str, path: Path, out: Path) -> list[str]:
    """Return the style sheets of a page, as paths from the site's root, in order of the cascade."""
    here = path.parent.relative_to(out).as_posix()
    links = [HREF.search(link) for link in LINK.findall(html) if 'rel="stylesheet"' in link]
    return [posixpath.normpath(posixpath.join(here, where.group(1))) for where in links if where]


def joined(out: Path, sheet: str) -> str:
    """Return a style sheet with what it imports put in place and its addresses turned to those of the site's."""
    css = (out / sheet).read_text(encoding="utf-8")
    here = posixpath.dirname(sheet)

    def turned(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(here, match.group(2)))
        return f'url("{posixpath.relpath(target, posixpath.dirname(SITE))}")'

    def imported(match: re.Match[str]) -> str:
        return joined(out, posixpath.normpath(posixpath.join(here, match.group(1))))

    css = re.sub(r'@import\s+(?:url\()?["\']([^"\']+)["\']\)?\s*;', imported, css)
    return URL.sub(turned, css)


def filed(css: str, out: Path) -> str:
    """Return a style sheet whose pictures are files beside it, not written into it."""

    def apart(match: re.Match[str]) -> str:
        kind, coding, content = match.group("kind", "coding", "content")
        raw = base64.b64decode(unquote(content)) if coding else unquote(content).encode()
        ending = "svg" if kind.startswith("svg") else kind
        name = f"{DRAWINGS}/{hashlib.sha256(raw).hexdigest()[:10]}.{ending}"
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(raw)
        return f'url("{posixpath.relpath(name, posixpath.dirname(SITE))}")'

    return WRITTEN.sub(apart, css)


def pruned(css: str, words: set[str]) -> str:
    """Return the rules that something can match. words: every word of the pages and scripts."""
    return "".join(_kept(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), words))


def _kept(rules: Iterable[Any], words: set[str]) -> list[str]:
    out = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [part for part in _selectors(rule.prelude) if _matches(part, words)]
            if selectors:
                out.append(f"{','.join(selectors)}{{{tinycss2.serialize(rule.content).strip()}}}\n")
        elif rule.type != "at-rule":
            continue
        elif rule.lower_at_keyword in ("media", "supports", "layer") and rule.content:
            parsed = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
            if inside := _kept(parsed, words):
                out.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{''.join(inside)}}}\n")
        elif rule.lower_at_keyword != "charset" and DEAD_FONT not in (text := rule.serialize()):
            out.append(text + "\n")
    return out


def _selectors(prelude: Iterable[Any]) -> list[str]:
    parts: list[list] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [text for part in parts if (text := tinycss2.serialize(part).strip())]


def _matches(selector: str, words: set[str]) -> bool:
    """Tell whether all that a selector asks for can be there; what it excludes or offers as a choice is not asked for."""
    asked = re.sub(r":(?:is|where|has)\([^()]*(?:\([^()]*\)[^()]*)*\)", "", NEGATED.sub("", selector))
    return all(name.replace("\\", "") in words for name in NAMED.findall(asked))


def lighter(html: str, site: str, digest: str) -> str:
    """Return a page with the site's style sheet alone and its scripts deferred. Doing it twice changes nothing more."""
    here = f'<link href="{site}?v={digest}" rel="stylesheet"/>'
    links = [link for link in LINK.findall(html) if 'rel="stylesheet"' in link or 'as="script"' in link]
    if links:
        html = html.replace(links[0], f"{here}\n", 1)
        for link in links[1:]:
            html = html.replace(link, "", 1)

    def deferred(match: re.Match[str]) -> str:
        return f'<script defer="" src="{match.group(1)}{match.group(2) or ""}"></script>'

    return SCRIPT.sub(deferred, html).replace(LATE_THEME, THEME)
