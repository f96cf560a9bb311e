"""How the report is found and cited by machines: citation tags, schema.org, share card, sitemap, robots.

What needs an address is absent until `report_address` is set; the build then says in a line how to set it.
"""

from __future__ import annotations

import datetime as dt
import re
from html import escape, unescape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from analysis import data
from analysis.edition.crate import LICENCES
from analysis.present.packed import packed
from analysis.site import take_data

MARK = "<!-- found -->"
TAG = re.compile(r"<[^>]+>")
DESCRIPTION = re.compile(r'<meta content="([^"]*)" name="description"')
FIGURE = re.compile(r'<figure[^>]*\sid="([\w-]+)"')
DATASET = "about/take"
HOW = (
    "[found] no address is set: canonical links, share cards, sitemap and robots.txt are left out. "
    "Set `report_address` in book/_config.yml to where the site is published."
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx: after the figures are files and the pages have their descriptions."""
    app.connect("build-finished", finish, priority=620)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write the tags of every page, the sitemap and robots.txt."""
    if error is not None or app.builder.format != "html":
        return
    out, address = Path(app.outdir), app.config.report_address
    names = sorted(app.env.found_docs)
    drawn = FIGURE.findall((out / "index.html").read_text(encoding="utf-8"))  # the first is the forest plot
    cards = [f"figures/index/{name}.png" for name in drawn if (out / f"figures/index/{name}.png").is_file()]
    for name in names:
        page = out / f"{name}.html"
        html = page.read_text(encoding="utf-8")
        title = app.env.titles[name].astext()
        after = tagged(html, tags(name, title, described(html), address, *cards[:1]))
        if after != html:
            page.write_text(after, encoding="utf-8")
    for file, text in (("sitemap.xml", sitemap(names, address)), ("robots.txt", robots(address))):
        (out / file).unlink(missing_ok=True)
        if address:
            (out / file).write_text(text, encoding="utf-8")
    if not address:
        print(HOW, flush=True)


def described(html: str) -> str:
    """Return the description that a page has."""
    found = DESCRIPTION.search(html)
    return unescape(found.group(1)) if found else ""


def tagged(html: str, made: str) -> str:
    """Return a page with these tags in its head, in place of those it had."""
    html = re.sub(rf"{MARK}.*?{MARK}\n?", "", html, flags=re.DOTALL)
    return html.replace("</head>", f"{MARK}{made}{MARK}\n</head>", 1)


def tags(page: str, title: str, description: str, address: str, card: str = "") -> str:
    """Return the tags of a page. address: of the site, '' without one; card: path of the picture that is shared."""
    cited = take_data.cited()
    day = dt.date.isoformat(cited["date-released"])
    named = {
        "citation_title": title,
        "citation_publication_date": day.replace("-", "/"),
        "citation_technical_report_institution": cited["authors"][0]["name"],
        "citation_technical_report_number": str(cited["version"]),
        "citation_language": "en",
    }
    lines = [f'<meta name="{name}" content="{escape(text)}"/>' for name, text in named.items()]
    lines += [f'<meta name="citation_author" content="{escape(one["name"])}"/>' for one in cited["authors"]]
    if address:
        where = f"{address}/{page}.html"
        lines.append(f'<meta name="citation_public_url" content="{escape(where)}"/>')
        shared = {"og:type": "article", "og:title": title, "og:url": where, "og:description": description,
                  "og:site_name": cited["title"], "og:locale": "en_GB"}  # fmt: skip
        if card:
            shared |= {"og:image": f"{address}/{card}", "og:image:alt": f"Figure of {cited['title']}"}
        lines += [f'<meta property="{name}" content="{escape(text)}"/>' for name, text in shared.items()]
        lines.append(f'<meta name="twitter:card" content="{"summary_large_image" if card else "summary"}"/>')
    if page in ("index", DATASET):
        about = report(description, address) if page == "index" else dataset(address)
        lines.append(f'<script type="application/ld+json">{packed(about)}</script>')
    return "\n".join(lines)


def _common(address: str, page: str) -> dict[str, Any]:
    cited = take_data.cited()
    who = [{"@type": "Organization", "name": one["name"]} for one in cited["authors"]]
    return {
        "@context": "https://schema.org",
        "version": str(cited["version"]),
        "datePublished": dt.date.isoformat(cited["date-released"]),
        "inLanguage": "en-GB",
        "isAccessibleForFree": True,
        "creator": who,
        "publisher": who[0],
        "keywords": cited["keywords"],
        **({"url": f"{address}/{page}.html"} if address else {}),
    }


def report(description: str, address: str) -> dict[str, Any]:
    """Return the report as schema.org knows it."""
    cited, common = take_data.cited(), _common(address, "index")
    return {
        **common,
        "@type": "Report",
        "name": cited["title"],
        "description": description or cited["abstract"],
        "author": common["creator"],
        "reportNumber": str(cited["version"]),
        "license": list(LICENCES),
        "isBasedOn": [f"https://doi.org/{work['doi']}" for work in cited["references"]],
    }


def dataset(address: str) -> dict[str, Any]:
    """Return the data as schema.org knows them; their files only where there is an address."""
    about = data.package()
    kinds = {take_data.PACKAGE: "application/zip", take_data.INDEX: "application/json",
             take_data.WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip
    files = [
        {"@type": "DataDownload", "contentUrl": f"{address}/data/{name}", "encodingFormat": kind}
        for name, kind in kinds.items()
    ]
    spans = [one["coverage"] for one in about["resources"] if one["status"] == "official" and one["coverage"]]
    first, last = min(one["from"] for one in spans), max(one["to"] for one in spans)
    return {
        **_common(address, DATASET),
        "@type": "Dataset",
        "name": about["title"],
        "description": f"{about['description']} {len(about['resources'])} tables on trusts of the English NHS.",
        "license": about["licenses"][0]["path"],
        "temporalCoverage": f"{str(first)[:4]}/{str(last)[:4]}",
        "spatialCoverage": {"@type": "Place", "name": "England"},
        **({"distribution": files} if address else {}),
    }


def sitemap(names: list[str], address: str) -> str:
    """Return the sitemap of the pages."""
    places = [f"<url><loc>{escape(f'{address}/{name}.html')}</loc></url>" for name in names]
    head = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *places, "</urlset>\n"])


def robots(address: str) -> str:
    """Return what robots are told: everything may be read, and where the sitemap is."""
    return f"User-agent: *\nAllow: /\nSitemap: {address}/sitemap.xml\n"
