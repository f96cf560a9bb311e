"""The programme theory as a graph: elements, arrows, and what public statements say about each arrow."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from analysis import data
from analysis.present import words
from analysis.study.evidence.vocabulary import BEARINGS, WHOLE

SUPPORTED, CONTESTED, NOTHING = "supported", "contested", "no evidence found"
STATUSES = (SUPPORTED, CONTESTED, NOTHING)
INTENT = "intent only"
INTENT_NOTE = "States intent only"  # how the note of such a row begins
INTENDED = ("yes", "unclear", "no")
NEEDED = {
    "elements": ["id", "label", "layer", "definition", "source"],
    "links": ["id", "from", "to", "sign", "proposition", "intended_by_policy"],
    "evidence": ["link_id", "statement_id", "stance", "note"],
    "statements": ["id", "ods_code", "source_url"],
}


class TheoryError(ValueError):
    """A theory or a question to it that does not fit; says what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class Theory:
    """A programme theory with its evidence.

    nodes: one row an element: `id`, `label`, `layer`, `definition`, `source`, `arrows_in`, `arrows_out`.
    arrows: one row an arrow, in the order of the links: `id`, `from`, `to`, `from_label`, `to_label`,
        `from_layer`, `to_layer`, `sign` ("+" raises, "-" lowers), `proposition`, `intended_by_policy` ("yes",
        "unclear", "no"), `status` (one of STATUSES), the numbers of statements `supports`, `contests`,
        `refines` and `intent_only`, and, over the statements that support or contest, `documents` (different
        addresses) and `trusts` (different trusts; the regime as a whole is none).
    evidence: one row an arrow and statement: `link_id`, `statement_id`, `bearing` ("supports", "contests",
        "refines" or "intent only"), `note`.
    """

    nodes: pd.DataFrame
    arrows: pd.DataFrame
    evidence: pd.DataFrame

    def sentence(self) -> str:
        """Say in one breath how many arrows stand how; the numbers weigh nothing."""
        counts = self.arrows["status"].value_counts().reindex(list(STATUSES), fill_value=0)
        used = self.evidence.loc[self.evidence["bearing"] != INTENT, "statement_id"].nunique()
        none = "none" if counts[NOTHING] == 0 else words.number(counts[NOTHING])
        return (
            f"Set against {words.plural(used, 'public statement')}, {words.number(counts[SUPPORTED])} of the "
            f"{words.plural(len(self.arrows), 'arrow')} between {words.plural(len(self.nodes), 'element')} "
            f"are supported and not contested, {words.number(counts[CONTESTED])} are contested by at least one "
            f"statement, and for {none} no evidence was found."
        )


def status_of(bearings: Iterable[str]) -> str:
    """Return the status of an arrow from how its statements bear on it; order and repeats do not matter.

    "contested": at least one statement contests it, whatever supports it; "supported": at least one supports
    it and none contests it; "no evidence found": neither. Statements that refine, or state intent only, change
    nothing. Raises TheoryError for a bearing that is not known.
    """
    seen = set(bearings)
    odd = sorted(seen - {*BEARINGS, INTENT})
    if odd:
        raise TheoryError(f"bearing {odd[0]!r} is not known. Allowed: {[*BEARINGS, INTENT]}.")
    return CONTESTED if "contests" in seen else SUPPORTED if "supports" in seen else NOTHING


def theory_graph() -> Theory:
    """Return the report's programme theory from `data/`, with its evidence; see `build`."""
    names = ("theory_elements", "theory_links", "theory_evidence", "evidence_statements")
    elements, links, evidence, statements = (data.load(name) for name in names)
    return build(elements, links=links, evidence=evidence, statements=statements)


def build(
    elements: pd.DataFrame, *, links: pd.DataFrame, evidence: pd.DataFrame, statements: pd.DataFrame
) -> Theory:
    """Return the graph of these tables; columns as NEEDED, further columns are ignored, nothing is changed.

    evidence: `stance` is one of "supports", "contests", "refines" and concerns the arrow's proposition. A row
        whose `note` begins "States intent only" says what policy meant to do: it is shown as "intent only" and
        is no evidence, whatever its stance. An arrow without a row stays, as "no evidence found".
    Raises TheoryError for a missing column, an id that is there twice, an arrow that starts or ends at an
    unknown element, an unknown sign or intention, evidence on an unknown arrow, from an unknown statement, of
    unknown stance, or given twice for an arrow.
    """
    given = {"elements": elements, "links": links, "evidence": evidence, "statements": statements}
    _check(given)
    rows = evidence[["link_id", "statement_id", "note"]].reset_index(drop=True)
    intent = rows["note"].fillna("").str.startswith(INTENT_NOTE)
    rows.insert(2, "bearing", evidence["stance"].reset_index(drop=True).mask(intent, INTENT))
    nodes = elements[NEEDED["elements"]].reset_index(drop=True)
    nodes["arrows_in"] = nodes["id"].map(links["to"].value_counts()).fillna(0).astype("int64")
    nodes["arrows_out"] = nodes["id"].map(links["from"].value_counts()).fillna(0).astype("int64")
    return Theory(nodes, _arrows(nodes, links, rows, statements), rows)


def _check(given: dict[str, pd.DataFrame]) -> None:
    for name, frame in given.items():
        absent = [column for column in NEEDED[name] if column not in frame]
        if absent:
            raise TheoryError(f"{name} lack {absent}. Allowed: the columns {NEEDED[name]}.")
        keys = ["link_id", "statement_id"] if name == "evidence" else ["id"]
        twice = frame.duplicated(keys)
        if twice.any():
            found = " ".join(frame.loc[twice.idxmax(), keys]) if frame.index.is_unique else keys
            raise TheoryError(f"{name}: {found} is there twice. Allowed: one row a key.")
    links, evidence = given["links"], given["evidence"]
    known = set(given["elements"]["id"])
    for frame, column, allowed in (
        (links, "from", known),
        (links, "to", known),
        (links, "sign", {"+", "-"}),
        (links, "intended_by_policy", set(INTENDED)),
        (evidence, "link_id", set(links["id"])),
        (evidence, "statement_id", set(given["statements"]["id"])),
        (evidence, "stance", set(BEARINGS)),
    ):
        wrong = frame.loc[~frame[column].isin(allowed), column]
        if len(wrong):
            some = sorted(allowed)[:8]
            raise TheoryError(f"{column} {wrong.iloc[0]!r} is not known. Allowed: {some} and the like.")


def _arrows(
    nodes: pd.DataFrame, links: pd.DataFrame, rows: pd.DataFrame, statements: pd.DataFrame
) -> pd.DataFrame:
    out = links[NEEDED["links"]].reset_index(drop=True)
    about = nodes.set_index("id")
    for end in ("from", "to"):
        out[f"{end}_label"] = out[end].map(about["label"])
        out[f"{end}_layer"] = out[end].map(about["layer"])
    bearings = rows.groupby("link_id")["bearing"].agg(list)
    out["status"] = [status_of(bearings.get(link, [])) for link in out["id"]]
    for bearing in (*BEARINGS, INTENT):
        counts = rows.loc[rows["bearing"] == bearing, "link_id"].value_counts()
        out[bearing.replace(" ", "_")] = out["id"].map(counts).fillna(0).astype("int64")
    telling = rows[rows["bearing"].isin(["supports", "contests"])]
    told = telling.merge(statements, left_on="statement_id", right_on="id", suffixes=("", "_statement"))
    trusts = told["ods_code"].mask(told["ods_code"] == WHOLE)
    for column, values in (("documents", told["source_url"]), ("trusts", trusts)):
        different = values.groupby(told["link_id"]).nunique()
        out[column] = out["id"].map(different).fillna(0).astype("int64")
    return out


def policy_and_found(theory: Theory) -> pd.DataFrame:
    """Count arrows by what policy meant and what was found: rows INTENDED, columns STATUSES and `arrows`."""
    table = pd.crosstab(theory.arrows["intended_by_policy"], theory.arrows["status"])
    table = table.reindex(index=list(INTENDED), columns=list(STATUSES), fill_value=0)
    table.columns.name = table.index.name = None
    return table.assign(arrows=table.sum(axis=1))


def thin(theory: Theory) -> list[str]:
    """Return the ids of arrows called supported that rest on one document only."""
    one = (theory.arrows["status"] == SUPPORTED) & (theory.arrows["documents"] == 1)
    return theory.arrows.loc[one, "id"].tolist()


@dataclass(frozen=True, slots=True)
class Counting:
    """How far "contested" follows from the number of statements that speak of an arrow, for or against it.

    least: statements from which an arrow has many. many, few: arrows with so many, and with fewer (one at least);
        `many_contested`, `few_contested` of them are contested. against: share of all statements that contest.
    expected: arrows that would be contested if each statement did so with that chance, on its own.
    """

    least: int
    many: int
    many_contested: int
    few: int
    few_contested: int
    against: float
    expected: float


def counting(theory: Theory, *, least: int = 6) -> Counting:
    """Return how many arrows with `least` statements or more, and with fewer, are contested; see `Counting`.

    Raises TheoryError when `least` is below 2 or no statement speaks for or against any arrow.
    """
    arrows = theory.arrows.assign(told=theory.arrows["supports"] + theory.arrows["contests"])
    arrows = arrows[arrows["told"] > 0]
    if least < 2 or arrows.empty:
        raise TheoryError(
            f"found least {least}, {len(arrows)} arrows told of. Allowed: 2 or more, and an arrow."
        )
    many, contested = arrows["told"] >= least, arrows["contests"] > 0
    against = arrows["contests"].sum() / arrows["told"].sum()
    return Counting(
        least, int(many.sum()), int((many & contested).sum()), int((~many).sum()), int((~many & contested).sum()),
        float(against), float((1 - (1 - against) ** arrows["told"]).sum()),
    )  # fmt: skip


def configurations() -> pd.DataFrame:
    """Return context, mechanism and outcome, one row a configuration.

    Columns: `id`, `context`, `mechanism_resource`, `mechanism_reasoning`, `outcome`, `confidence`, `note`,
    `statements` (tuple of ids) and `trusts` (tuple of the codes they are about).
    """
    frame = data.load("theory_configurations")
    statements = [tuple(listed(cell)) for cell in frame["statement_ids"]]
    frame = frame.drop(columns="statement_ids").assign(statements=statements)
    frame["trusts"] = [tuple(dict.fromkeys(item[:3] for item in items)) for items in statements]
    return frame


def listed(cell: object) -> list[str]:
    """Return the items of a cell that holds a list parted by ';'; none for a blank or missing cell."""
    return [] if not isinstance(cell, str) or cell == "" else cell.split(";")
