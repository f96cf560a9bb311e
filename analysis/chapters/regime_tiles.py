"""The trusts of the regime as tiles, one each, in their rough place: regions north to south, and what became of them."""

from html import escape

import pandas as pd

from analysis.chapters.regime_drawn import address, spell_words
from analysis.present import words
from analysis.present.blocks import Block
from analysis.present.drawn import drawn
from analysis.study.evidence import selection

SOURCES = ("regime_spells", "organisations")
SOFT = "\u00ad"  # a soft hyphen: where a long name may break
# Region: row and column of its name on the grid of the desk, then its trusts with row, column and the name on the tile.
TILES: dict[str, tuple[int, int, dict[str, tuple[int, int, str]]]] = {
    "North West": (1, 2, {
        "RTX": (2, 2, "More|cambe Bay"), "RXR": (2, 3, "East Lanca|shire"), "RMP": (3, 3, "Tameside"),
    }),
    "North East and Yorkshire": (1, 4, {
        "RNL": (2, 4, "North Cumbria"), "TAH": (3, 4, "Sheffield Health and Social Care"),
        "RJL": (3, 5, "Northern Lincs, Goole"),
    }),
    "Midlands": (4, 2, {
        "RJF": (5, 2, "Burton"), "RK5": (5, 3, "Sherwood Forest"), "RWD": (5, 4, "United Lincoln|shire"),
        "RXW": (6, 2, "Shrews|bury and Telford"), "RBK": (6, 3, "Walsall"), "RLT": (6, 4, "George Eliot"),
        "RLQ": (7, 2, "Wye Valley"), "RWP": (7, 3, "Worces|ter|shire"), "RNQ": (7, 4, "Kettering"),
    }),
    "East of England": (4, 5, {
        "RCX": (5, 5, "King's Lynn"), "RM1": (5, 6, "Norfolk and Norwich"), "RMY": (5, 7, "Norfolk and Suffolk"),
        "RQQ": (6, 5, "Hinching|brooke"), "RGT": (6, 6, "Cam|bridge"), "RYC": (6, 7, "East of England Ambu|lance"),
        "RWG": (7, 5, "West Hertford|shire"), "RQW": (7, 6, "Princess Alexandra"), "RDE": (7, 7, "Col|chester"),
        "RDD": (9, 7, "Basildon and Thurrock"),
    }),
    "London": (8, 5, {
        "R1H": (9, 5, "Barts"), "RF4": (9, 6, "Barking, Havering, Red|bridge"), "RJ7": (10, 5, "St George's"),
        "RRU": (10, 6, "London Ambu|lance"),
    }),
    "South East": (8, 4, {
        "RXQ": (9, 4, "Bucking|hamshire"), "RPA": (10, 7, "Medway"), "RD7": (10, 4, "Heather|wood, Wexham Park"),
        "R1F": (12, 3, "Isle of Wight"), "RYD": (12, 4, "South East Coast Ambu|lance"), "RXH": (12, 5, "Brighton and Sussex"),
        "RXC": (12, 6, "East Sussex"), "RVV": (12, 7, "East Kent"),
    }),
    "South West": (11, 1, {"REF": (12, 1, "Royal Cornwall")}),
}  # fmt: skip
FATES = {  # kind: mark on the tile, what it says; each trust has one
    "once": ("", "left once and stayed out"),
    "back": ("↩", "left, came back, still in at the end"),
    "still": ("▶", "in for the first time, still in at the end"),
    "taken": ("◇", "taken over during its spell"),
}


def fates(spells: pd.DataFrame) -> pd.Series:
    """Return what became of each trust of the regime, a key of FATES, by code. spells: as of `regime.spells`."""
    last = spells.sort_values("spell", kind="stable").drop_duplicates("trust", keep="last").set_index("trust")
    kinds = last["ended_by"].map({"exit": "once", "acquired": "taken", "administrative end": "still"})
    return kinds.mask(last["spell"] > 1, "back").sort_index()


def checked(regions: pd.Series) -> None:
    """Raise ValueError unless each trust has its tile in its own region, and no place holds two. regions: by code."""
    tiled = {code: region for region, (_, _, tiles) in TILES.items() for code in tiles}
    odd = sorted(code for code in {*tiled, *regions.index} if tiled.get(code) != regions.get(code))
    places = [tile[:2] for _, _, tiles in TILES.values() for tile in tiles.values()]
    if odd or len(set(places)) < len(places):
        allowed = "one tile a trust, in its own region, on a free place"
        raise ValueError(f"trust {odd[:1] or places}: allowed is {allowed}.")


def tile_map(spells: pd.DataFrame) -> Block:
    """Return the trusts as tiles by region, each a link, read out as a list by region. spells: `regime.spells`."""
    regions = selection.everyone().set_index("trust")["region"]
    checked(regions)
    kinds = fates(spells)
    counts = kinds.value_counts().reindex(list(FATES), fill_value=0)
    parts = "".join(
        f'<span><i class="tile {kind}" aria-hidden="true">{mark}</i> <b>{counts[kind]}</b> {escape(word)}</span>'
        for kind, (mark, word) in FATES.items()
    )
    body, lines = [f'<p class="key">{parts}</p><div class="map">'], []
    names = spells.drop_duplicates("trust").set_index("trust")["name"]
    mine = {code: spells[spells["trust"] == code] for code in names.index}
    for shade, (region, (row, column, tiles)) in enumerate(TILES.items()):
        links = "".join(_tile(mine[code], kinds[code], place) for code, place in tiles.items())
        name, label = f'<p class="r{row} c{column}"><b>{escape(region)}</b> {len(tiles)}</p>', escape(region)
        body.append(f'<section class="s{shade % 3}" aria-label="{label}">{name}<ul>{links}</ul></section>')
        told = [f"{names[code]}, {FATES[kinds[code]][1]}" for code in tiles]
        lines.append(f"{region}, {len(tiles)}: {'; '.join(told)}")
    most = max(TILES, key=lambda region: len(TILES[region][2]))
    says = (
        f"Of {len(kinds)} trusts, " + words.join([f"{counts[kind]} {word}" for kind, (_, word) in FATES.items()])
        + f". {len(TILES[most][2])} were in the region {most}, more than in any other."
    )  # fmt: skip
    fate = names.index.map(kinds).map({kind: word for kind, (_, word) in FATES.items()})
    frame = names.reset_index().assign(region=names.index.map(regions), fate=fate)
    title = f"{counts['once']} of {len(kinds)} trusts {FATES['once'][1]} until the regime ended"
    picture = drawn(
        "".join([*body, "</div>"]), name="regime-map", title=title, says=says, frame=frame, sources=SOURCES, kind="tiles",
    )  # fmt: skip
    return Block(picture.html, "\n".join([picture.text, *lines]))


def _tile(mine: pd.DataFrame, kind: str, place: tuple[int, int, str]) -> str:
    row, column, short = place
    code, name = mine["trust"].iloc[0], mine["name"].iloc[0]
    years = []
    for spell in mine.itertuples():
        alone = spell.entered.year == spell.last_day.year
        years.append(f"{spell.entered.year}" if alone else f"{spell.entered.year}–{spell.last_day:%y}")
    told = "; ".join(spell_words(spell) for spell in mine.itertuples())
    return (
        f'<li class="r{row} c{column}"><a class="tile {kind}" href="{address(code)}"><span aria-hidden="true"><b>'
        f"{escape(short).replace('|', SOFT)}</b><small>{'<br>'.join(years)}</small><i>{FATES[kind][0]}</i></span>"
        f'<span class="visually-hidden">{escape(name)}: {escape(told)}</span></a></li>'
    )
