"""Make the built pages light, self-contained and accessible: what the theme adds beyond our needs goes.

Works on the finished HTML, so that it does not depend on the insides of the theme.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import picked
from bs4 import BeautifulSoup, Tag
from sphinx.application import Sphinx

# Scripts and styles of features that the book does not offer.
UNUSED = re.compile(r"fontawesome|thebe|togglebutton|copybutton|clipboard|design-tabs")
SEARCH = re.compile(r"searchtools\.js|language_data\.js|searchindex\.js")  # needed on the search page alone
# Ours changes how words are read and hits are shown: after the theme's script, before the index that starts the search.
TOOLS, OWN_SEARCH = re.compile(r"searchtools\.js"), re.compile(r"_scripts/search\.js")
UNUSED_INLINE = re.compile(
    r"thebe|togglebutton|toggleHint|toggleOpenOnPrint|kernelName|DOCUMENTATION_OPTIONS\.(?:pagename|search_as_you_type = false)",
    re.IGNORECASE,
)
# Shapes of the theme's icons on a 24 by 24 grid.
ICONS = {
    "magnifying-glass": "M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12zm4.5 10.5L20 20",
    "bars": "M4 6h16M4 12h16M4 18h16",
    "sun": "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2",
    "moon": "M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z",
    "circle-half-stroke": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 3v18M12 7l8 2M12 12h9M12 17l7-1",
    "angle-left": "M15 5l-7 7 7 7",
    "angle-right": "M9 5l7 7-7 7",
    "chevron-down": "M5 9l7 7 7-7",
    "arrow-up": "M12 20V5M5 12l7-7 7 7",
    "list": "M4 6h16M4 12h16M4 18h16",
}
NAMES = {
    ".header-article-items .primary-toggle": "Show or hide the contents",
    ".secondary-toggle": "Show or hide the sections of this page",
    ".theme-switch-button": "Colour mode",
}
DONE = 'name="made-plain"'
DESCRIPTION_LENGTH = 155
# The theme lets go of the focus when a button of the header is pressed, so that closing a menu cannot give it back.
LETS_GO = re.compile(r"\b\w+\.blur\(\)")
# The search shows some words of each page that it finds, which a page opened from disk cannot ask for.
ASKS = re.compile(r"else if \(showSearchSummary\)")
MENDED = {
    "scripts/sphinx-book-theme.js": (LETS_GO, "0"),
    "searchtools.js": (ASKS, 'else if (showSearchSummary && location.protocol !== "file:")'),
}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx; a change in any extension writes every page anew."""
    code = b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
    app.add_config_value("report_extensions", hashlib.sha256(code).hexdigest(), "html")
    app.connect("build-finished", finish, priority=560)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def finish(app: Sphinx, error: Exception | None) -> None:
    """Rewrite every page that still holds what `plain` takes out, as those do that `way` has not read; mend the scripts."""
    if error is not None or app.builder.format != "html":
        return
    for page in sorted(Path(app.outdir).glob("**/*.html")):
        if "_static" not in page.parts:
            before = page.read_text(encoding="utf-8")
            after = plain(before)
            if after != before:
                page.write_text(after, encoding="utf-8")
    for unused in ("fontawesome.js", "fontawesome.js.map", "bootstrap.js.map", "pydata-sphinx-theme.js.map"):
        (Path(app.outdir) / "_static" / "scripts" / unused).unlink(missing_ok=True)
    for name, (was, now) in MENDED.items():
        script = Path(app.outdir) / "_static" / name
        if script.is_file():
            script.write_text(was.sub(now, script.read_text(encoding="utf-8")), encoding="utf-8")


def plain(html: str) -> str:
    """Return a page without unused scripts, with drawn icons and the theme's accessibility faults mended.

    Doing it twice changes nothing more.
    """
    if DONE in html:
        return html
    page = BeautifulSoup(html, "html.parser")
    mend(page)
    return str(page)


def mend(page: BeautifulSoup) -> None:
    """Do in a page what `plain` does."""
    for tag in page.find_all(["script", "link"]):
        where = f"{tag.get('src', '')} {tag.get('href', '')}"
        inline = tag.name == "script" and not tag.get("src") and UNUSED_INLINE.search(tag.get_text())
        if UNUSED.search(where) or tag.get("type") == "text/x-thebe-config" or inline:
            tag.decompose()
    if page.find(id="search-results") is None:
        for tag in page.find_all("script", src=SEARCH):
            tag.decompose()
    tools, own = page.find("script", src=TOOLS), page.find("script", src=OWN_SEARCH)
    if tools is not None and own is not None:
        tools.insert_after(own.extract())
    known = picked.named(page)
    for tag in picked.select(known, "#ethical-ad-placement, #jb-print-docs-body, #searchbox"):
        tag.decompose()
    for caption in picked.select(known, "table.result > caption"):
        held = page.new_tag("span")
        held.extend(list(caption.contents))
        caption.append(held)
    icons = [tag for name, tags in known.items() if name.startswith(".fa-") for tag in tags]
    for icon in {id(tag): tag for tag in icons if not tag.decomposed}.values():
        _draw(page, icon)
    for button in picked.select(known, ".search-button-field, details.hide > summary"):
        button.attrs.pop("aria-label", None)
    for where, name in NAMES.items():
        for button in picked.select(known, where):
            button["aria-label"] = name
            button["data-bs-title" if "data-bs-title" in button.attrs else "title"] = name
    for fold in picked.select(known, "li.has-children > details > summary"):
        parent = fold.find_parent("li")
        link = parent.find("a") if parent is not None else None
        name = link.get_text(strip=True) if link is not None else "this one"
        fold["aria-label"] = f"Show or hide the pages under {name}"
    for text in picked.select(known, "details.hide summary .admonition-title"):
        text.string = "Show the code" if "collapsed" in text["class"] else "Hide the code"
    for reference in picked.select(known, ".citation-list > .citation"):
        reference["role"] = "listitem"
    for sidebar in picked.select(known, "#pst-primary-sidebar"):
        sidebar.attrs.update({"role": "region", "aria-label": "Contents and search"})
    if page.head is not None:
        _describe(page)
        page.head.append(page.new_tag("meta", attrs={"name": "made-plain", "content": "1"}))


def _draw(page: BeautifulSoup, icon: Tag) -> None:
    """Put the shape of an icon inside its element, hidden from screen readers."""
    classes = [str(name) for name in icon.get_attribute_list("class") if name]
    names = [name.removeprefix("fa-") for name in classes if name.startswith("fa-")]
    icon["class"] = " ".join(name for name in classes if not name.startswith("fa-"))
    shape = next((ICONS[name] for name in names if name in ICONS), None)
    if shape is None:
        return
    size = {"viewBox": "0 0 24 24", "width": "1em", "height": "1em"}
    size |= {"aria-hidden": "true", "focusable": "false"}
    line = {"fill": "none", "stroke": "currentColor", "stroke-width": "2", "stroke-linecap": "round"}
    drawing = page.new_tag("svg", attrs={**size, **line, "class": "icon"})
    drawing.append(page.new_tag("path", attrs={"d": shape}))
    icon.append(drawing)


def _describe(page: BeautifulSoup) -> None:
    """Give the page a description: the start of its first paragraph."""
    first = page.select_one("article p")
    if first is None or page.head is None or page.find("meta", attrs={"name": "description"}):
        return
    text = " ".join(first.get_text().split())
    if len(text) > DESCRIPTION_LENGTH:
        text = text[:DESCRIPTION_LENGTH].rsplit(" ", 1)[0] + " …"
    page.head.append(page.new_tag("meta", attrs={"name": "description", "content": text}))
