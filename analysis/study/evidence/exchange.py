"""The public statements and their codings for programs of qualitative analysis, and a person's review brought back."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis import data
from analysis.methods.coding import refi_qda, refi_qda_write
from analysis.methods.coding.project import APART, CodedError

MAIN, SECOND, DIRECTION, SETTLED = "Main theme", "Second theme", "Direction", "settled"
WAYS = {"+": "helps", "-": "hinders", "0": "neutral or mixed"}
READERS = {"A": "Automated reader A", "B": "Automated reader B", SETTLED: "Automated, settled"}
NAME = "Special measures: statements from public documents"


@dataclass(frozen=True, slots=True)
class Review:
    """A person's coding beside the settled one. coder: as the project names them; frame: one row a statement and part coded
    by the person; `id`, `part` (theme, direction), `person`, `automated`, `same`.
    """

    coder: str
    frame: pd.DataFrame

    def sentence(self) -> str:
        """Say how many of the readings agree, by part."""
        parts = [
            f"{part} {int(same.sum())} of {len(same)}"
            for part, same in self.frame.groupby("part", sort=False)["same"]
        ]
        return (
            f"{self.coder} agrees with the automated coding on {'; '.join(parts)}."
            if parts
            else f"{self.coder} coded nothing."
        )


def codes() -> pd.DataFrame:
    """Return the tree of codes as `refi_qda_write.codebook` takes it: themes by family, once as main and once as second, directions.

    No name is there twice, wherever it stands: QualCoder keeps names once and loses a second code of the same name.
    """
    book, rows = data.load("evidence_codebook"), []
    for top, more in ((MAIN, ""), (SECOND, " (second)")):
        rows.append([top, top, None, "", False])
        for family, part in book.groupby("family", sort=False):
            rows.append([f"{top}{APART}{family}", f"{str(family).capitalize()}{more}", top, "", False])
            rows += [
                [f"{top}{APART}{one.code}", f"{_named(one)}{more}", f"{top}{APART}{family}", _told(one), True]
                for one in part.itertuples()
            ]
    rows.append([DIRECTION, DIRECTION, None, "", False])
    rows += [[f"{DIRECTION}{APART}{sign}", way, DIRECTION, "", True] for sign, way in WAYS.items()]
    return pd.DataFrame(rows, columns=["code", "name", "parent", "description", "codable"])


def _named(one: object) -> str:
    return f"{one.code} {one.theme}"  # type: ignore[attr-defined]


def _told(one: object) -> str:
    parts = {"": "definition", "Include: ": "include", "Exclude: ": "exclude", "Rule: ": "decision_rule"}
    texts = [(head, getattr(one, part)) for head, part in parts.items()]
    return " ".join(f"{head}{text}" for head, text in texts if pd.notna(text))


def export(day: str, origin: str) -> dict[str, bytes]:
    """Return the codebook (.qdc) and the project (.qdpx) by file name. day: of the edition, YYYY-MM-DD."""
    statements = data.load("evidence_statements").set_index("id")
    both = [data.load("evidence_codings"), data.load("evidence_agreed").assign(coder=SETTLED)]
    given = pd.concat(both)[["id", "coder", "theme", "second_theme", "direction"]]
    long = given.melt(id_vars=["id", "coder"], var_name="part", value_name="value").dropna(subset="value")
    top = long["part"].map({"theme": MAIN, "second_theme": SECOND, "direction": DIRECTION})
    codings = pd.DataFrame(
        {"source": long["id"], "coder": long["coder"].map(READERS), "code": top + APART + long["value"]}
    )
    coded = statements.loc[statements.index.isin(given["id"])]
    made = refi_qda_write.project(
        name=NAME, origin=origin, day=day, codes=codes(), coders=list(READERS.values()), texts=coded["statement"].to_dict(),
        codings=codings, cases={str(trust): list(part.index) for trust, part in coded.groupby("ods_code", sort=True)},
        case="Trust",
    )  # fmt: skip
    tree = codes()
    main = tree[tree["code"].str.startswith(MAIN)]
    return {"codebook.qdc": refi_qda_write.codebook(main, origin=origin), "statements.qdpx": made}


def review(path: str | Path) -> list[Review]:
    """Compare each person's coding in a project made from the export with the settled one; our own readers are left out.

    Raises CodedError for a project that cannot be read or holds sources that are no statements.
    """
    coded = refi_qda.read_qdpx(path)
    settled = data.load("evidence_agreed").set_index("id")
    strange = sorted(set(coded.codings["source"]) - set(settled.index))
    if strange:
        raise CodedError(
            f"{Path(path).name}: source {strange[0]!r} is no statement. Allowed: those of the export."
        )
    labels = dict(zip(coded.codes["label"], coded.codes["path"], strict=True))
    signs, found = {way: sign for sign, way in WAYS.items()}, []
    for coder, rows in coded.codings.groupby("coder", sort=True):
        if coder in READERS.values():
            continue
        lines = []
        for row in rows.itertuples():
            top, _, rest = labels[row.code].partition(APART)
            last = rest.rpartition(APART)[2]
            if top == MAIN:
                lines.append([row.source, "theme", last.split(" ")[0]])
            elif top == DIRECTION:
                lines.append([row.source, "direction", signs.get(last, last)])
        frame = pd.DataFrame(lines, columns=["id", "part", "person"])
        frame["automated"] = [settled.loc[one.id, one.part] for one in frame.itertuples()]
        found.append(Review(str(coder), frame.assign(same=frame["person"] == frame["automated"])))
    return found
