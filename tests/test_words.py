"""One voice: reading age of what everybody reads, and phrases that no page may use; each rule is shown to refuse."""

import ast
import re
from html import unescape
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis import data

BOOK = Path(__file__).resolve().parents[1] / "book"
GLUED = "application/papermill.record/text/plain"
# United States school grades (Flesch-Kincaid); 9 is read at about fourteen years, 12 at about seventeen.
SUMMARY_GRADE = 9
OPENING_GRADE = 12
OPENING_WORDS = 75
GLUE = re.compile(r"\{glue:text\}`([^`]+?)(?::s)?`")
ROLE = re.compile(r"\{[\w:+.-]+\}`([^`<]*?)(?:\s*<[^`]*>)?`")
DIRECTIVE = re.compile(r"^(```+|:::+).*$|^:[\w-]+:.*$|^\([\w-]+\)=\s*$|^\|.*\|\s*$", re.MULTILINE)
CODE_BLOCK = re.compile(r"^```(?:\w+)?\n.*?^```", re.DOTALL | re.MULTILINE)
SENTENCE = re.compile(r"(?<=[.?!:;])[\"”’)]*\s+|\n\s*\n|\n(?=[-#])")

REGIME = r"(special measures|the regime|(their |its )?(first |second )?entry|entering|(their |its )?leaving|the improvement director|buddying)"
DID = r"(caused|causes|led to|leads to|resulted in|brought about|produced|improved|improves|reduced|reduces|worsened|raised|lowered|saved|harmed)"
# A sentence that denies or asks may name a cause: "does not show that special measures worked".
ASKED = re.compile(
    r"\b(not|n't|whether|cannot|no|nor|neither|never|nothing|none|would|without|if|ask|expected|before)\b|\?",
    re.I,
)
CAUSAL = {
    "the regime as agent": rf"\b{REGIME} (has |have |had |clearly |really |also )*{DID}\b",
    "the regime as what works": rf"(?<!how )\b{REGIME} (has |have |had |clearly |really |also )*(works|worked)\b",
    "the regime as cause": rf"\b(caused|produced|driven|explained|brought about) by {REGIME}\b",
    "because of the regime": rf"\b(due to|because of|thanks to|as a result of|owing to|a consequence of) {REGIME}\b",
    "effect as fact": rf"\bthe (effect|impact|benefit|success|harm) of {REGIME} (is|was|were)\b",
    "improved because": r"\b(improved|recovered|rose|fell|worsened) because\b",
}
REFUSED = {
    "'prove'": r"\b(prov(e|es|ed|ing)|proven)\b",
    "p-value": r"\bp[- ]?values?\b|\bp ?[<>=≤≥] ?0?\.\d",
    "trend towards": r"\b(trend(s|ed|ing)?|tend(s|ed|ing)?) towards? significance\b",
    "nearly significant": r"\b(marginally|nearly|almost|borderline|approach(es|ed|ing)|fail(s|ed) to reach|reach(es|ed)?) (statistical )?significan",
    "statistically significant": r"\bstatistical(ly)? significan",
    "star": r"(?<![\w*])\*{1,3}p\b|\bhighly significant\b",
}
# Words for being sure that the glossary gives no meaning, or another one than the sentence.
UNSURE = {
    "a hedge": r"\b((suggests|suggested) that|appears? to|appeared to|seem(ed|s)? to have|probably|presumably|arguably|conceivably)\b",
    "evidence of another strength": r"\b(strong|moderate|some|little|good|clear|slight|hard) evidence\b",
    "alike, where no difference was told": r"\b(much the same|moved (as much|the same)|fell as much|rose as much|near the prediction|similar to comparable)\b",
    "made up, for what was simulated": r"\bmade[- ]up (figures|panels|histories|effects?)\b|\bhistories made up\b|\bmade panels\b|\bsynthetic (panels|figures)\b",
    "borderline": r"\b(borderline|marginal(ly)? (clear|better|worse))\b",
}
NUMBER = r"[−-]?£?\d[\d,]*\.?\d*"
SPAN = re.compile(rf"95% interval ({NUMBER}) to ({NUMBER})")
CLEARLY = re.compile(r"\b(no clear|not clear\w*|neither clear\w*)\b|\bclear(ly)?\b", re.I)
BARE = re.compile(r"(?<![\d.,/#−–-])\b\d{4,}\b(?!-\d)(?![\d,/])")
YEARS = range(1800, 2101)
AMERICAN = {
    "American spelling": (
        r"\b(programs?|colors?|colored|center(s|ed)?|behaviors?|favor\w*|labor|gray|judgment|fiber|meters?|pediatric\w*|"
        r"hospitaliz\w*|analyz\w*|organiz\w*|summariz\w*|standardiz\w*|recogniz\w*|emphasiz\w*|randomiz\w*|prioritiz\w*|"
        r"utiliz\w*|minimiz\w*|maximiz\w*|realiz\w*|enrolled by|toward|whilst)\b"
    ),
}
# Words of the trade that a board member need not know: in the glossary, or not in the text.
JARGON = (
    "estimand", "counterfactual", "heteroscedasticity", "endogeneity", "covariate", "propensity", "difference-in-differences",
    "bootstrap", "autocorrelation", "overdispersion", "confounder", "confounding", "synthetic control", "placebo",
    "sensitivity analysis", "specification curve", "event study", "imputation", "censoring", "competing end", "funnel plot",
    "control chart", "regression to the mean", "cumulative incidence", "target trial", "discounting", "tornado",
    "opportunity cost", "cost-consequence", "Krippendorff", "inter-rater", "programme theory", "framework matrix",
)  # fmt: skip


def named(toc: object) -> list[str]:
    """Return the documents that a table of contents names."""
    if isinstance(toc, list):
        return [name for part in toc for name in named(part)]
    if not isinstance(toc, dict):
        return []
    here = [toc[key] for key in ("root", "file") if key in toc]
    return here + [name for value in toc.values() for name in named(value)]


def glued(notebook) -> dict[str, str]:
    """Return what a notebook put under which name, as texts."""
    out = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if GLUED in output.get("data", {}):
                name = output["metadata"]["scrapbook"]["name"]
                out[name] = output["data"][GLUED].strip("'\"")
    return out


def rendered(markdown: str, values: dict[str, str]) -> str:
    """Return a Markdown text as it is read: glued texts in place, roles by their words, no directives or links."""
    text = CODE_BLOCK.sub("", markdown)
    text = GLUE.sub(lambda match: values.get(match.group(1).rsplit("::", 1)[-1], "this"), text)
    text = ROLE.sub(lambda match: match.group(1), text)
    text = DIRECTIVE.sub("", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[*`]|^#+ |<!--.*?-->", "", text, flags=re.MULTILINE | re.DOTALL)


def prose(notebook) -> list[str]:
    """Return the sentences of the text cells, as they are read."""
    values = glued(notebook)
    texts = [rendered(cell.source, values) for cell in notebook.cells if cell.cell_type == "markdown"]
    return [sentence for text in texts for sentence in sentences(text)]


def shown(notebook) -> list[str]:
    """Return the sentences of the stored outputs: words of figures and cells of tables."""
    out = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if GLUED in data:
                continue
            html = data.get("text/html", "")
            words = (
                BeautifulSoup(html, "html.parser").get_text("\n\n") if html else data.get("text/plain", "")
            )
            out += sentences(unescape(words) + "\n\n" + output.get("text", ""))
    return out


def sentences(text: str) -> list[str]:
    return [one.strip() for one in SENTENCE.split(text) if one and one.strip()]


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of a text.

    As Flesch counted, a colon or semicolon ends a sentence like a full stop.
    What stands in brackets (intervals) is left out, a number counts as one word of one syllable, an
    abbreviation in capitals as a syllable a letter. Syllables are groups of vowels, silent endings aside.
    """
    text = re.sub(r"\([^()]*\)", "", text)
    ends = max(1, len([one for one in re.split(r"[.?!:;]+(?=\s|$)", text) if re.search(r"\w", one)]))
    words = re.findall(r"[A-Za-z][A-Za-z'’]*|\d[\d.,]*", text)
    return 0.39 * len(words) / ends + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """Return the number of syllables of an English word, by its groups of vowels."""
    if word[0].isdigit():
        return 1
    if word.isupper() and len(word) > 1:
        return len(word)
    plain = re.sub(r"['’].*", "", word.lower())
    plain = re.sub(r"(?<=[^aeiouy])e(?=(ly|ments?|ful|less|ness)$)", "", plain)
    count = len(re.findall(r"[aeiouy]+", plain))
    count += len(
        re.findall(r"i[ao](?!u|n\b|ns\b|l\b)|[aeiou]ying\b|(?<!q)ua(?!r)|[aeiou][^aeiou]+ea\b", plain)
    )
    if re.search(r"[^aeiouy]es?$|[^td]ed$", plain) and not re.search(
        r"[scxzg]es$|[sc]hes$|[^aeiouy]les?$", plain
    ):
        count -= 1
    return max(1, count)


def refused(sentence: str, patterns: dict[str, str]) -> list[str]:
    return [f"{what}: {sentence}" for what, rule in patterns.items() if re.search(rule, sentence, re.I)]


def forbidden(sentence: str) -> list[str]:
    """Return what is against the house rules in a sentence."""
    found = refused(sentence, REFUSED) + refused(sentence, AMERICAN)
    if not ASKED.search(sentence):
        found += refused(sentence, CAUSAL)
    if re.search(r"\bsignifican(t|tly|ce)\b", sentence, re.I) and not re.search(r"\d", sentence):
        found.append(f"'significant' without a number: {sentence}")
    return found


def unsure(sentence: str) -> list[str]:
    """Return what a sentence says of being sure in other words than the glossary's, or against its own interval.

    "Clear" belongs to an interval that leaves out zero, "no clear" to one that holds it. Only a sentence with one
    interval and one such word can be judged.
    """
    found = refused(sentence, UNSURE)
    spans, said = SPAN.findall(sentence), CLEARLY.findall(sentence)
    if len(spans) == 1 and len(said) == 1:
        low, high = (float(end.replace("−", "-").replace(",", "").replace("£", "")) for end in spans[0])
        match = CLEARLY.search(sentence)
        assert match is not None
        if (low <= 0 <= high) != match.group().lower().startswith(("no", "neither")):
            found.append(f"'{match.group()}' against its interval: {sentence}")
    return found


def run_together(sentence: str) -> list[str]:
    """Return numbers of a thousand and more that are written without a comma; years are none."""
    plain = re.sub(r"https?://\S+|\b[A-Z]{1,5}[ -]?\d+\b|\d{4}-\d\d(-\d\d)?", "", sentence)
    return [number for number in BARE.findall(plain) if int(number) not in YEARS]


def priced_as_interval(sentence: str) -> bool:
    """Tell whether money has a 95% interval in a sentence: it has a range, which our assumptions allow."""
    return "£" in sentence and re.search(r"(?<!not a )95% interval", sentence) is not None


def ratio_alone(sentence: str) -> bool:
    """Tell whether a difference in mortality is given as a ratio without the deaths it stands for."""
    return bool(re.search(r"(SHMI|mortality)[^.;:]*? −?0\.0\d\d \(95% interval", sentence))


def texts_of(path: Path) -> list[str]:
    """Return the texts of a module that a reader may see: its strings, without those that document it."""
    tree = ast.parse(path.read_text())
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    ]


def recorded() -> str:
    """Return the words of the public record: what sources said, as told in the tables of evidence."""
    names = [name for name in data.tables() if name.startswith(("evidence_", "theory_", "case_"))]
    frames = [data.load(name).select_dtypes(["object", "str"]) for name in names]
    return "\n".join(str(cell) for frame in frames for cell in frame.to_numpy().ravel())


def ours(notebook) -> list[str]:
    """Return what a chapter says itself: its prose, and its outputs less what sources said."""
    record = recorded()
    return prose(notebook) + [one for one in shown(notebook) if one.rstrip(".;: ") not in record]


def terms() -> set[str]:
    """Return the terms of the glossary, in lower case."""
    text = (BOOK / "about" / "glossary.md").read_text()
    body = re.search(r"```\{glossary\}\n(.*?)```", text, re.DOTALL)
    assert body is not None
    return {line.strip().lower() for line in body.group(1).splitlines() if line and not line.startswith(" ")}


def unexplained(sentence: str, known: set[str]) -> list[str]:
    """Return the words of the trade in a sentence that the glossary does not explain."""
    return [
        word
        for word in JARGON
        if re.search(rf"\b{re.escape(word)}(s|es)?\b", sentence, re.I)
        and not any(word.lower() in term for term in known)
    ]


TOC = named(yaml.safe_load((BOOK / "_toc.yml").read_text()))
THERE = [path.relative_to(BOOK).with_suffix("") for path in BOOK.rglob("*.ipynb")]
OURS = [path.as_posix() for path in THERE if not any(part[0] in "._" for part in path.parts)]
ALL = sorted({*TOC, *OURS})
CHAPTERS = [name for name in ALL if (BOOK / f"{name}.ipynb").is_file()]
PAGES = [name for name in ALL if (BOOK / f"{name}.md").is_file()]


ROOMS = Path(__file__).resolve().parents[1] / "analysis"
MODULES = sorted(
    path for room in ("chapters", "study", "present", "edition") for path in (ROOMS / room).rglob("*.py")
)


def read(chapter: str):
    return nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4)


def section(notebook, target: str) -> str:
    """Return the text of the section that a target `(target)=` stands above, without its heading."""
    values = glued(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and f"({target})=" in cell.source:
            part = cell.source.split(f"({target})=", 1)[1].strip().split("\n", 1)[1]
            return rendered(re.split(r"^## |^\([\w-]+\)=", part, flags=re.MULTILINE)[0], values)
    raise AssertionError(f"no section ({target})=")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_chapter_uses_a_forbidden_phrase(chapter):
    assert [wrong for one in ours(read(chapter)) for wrong in forbidden(one)] == []


@pytest.mark.parametrize("page", PAGES)
def test_no_page_uses_a_forbidden_phrase(page):
    text = rendered((BOOK / f"{page}.md").read_text(), {})
    assert [wrong for one in sentences(text) for wrong in forbidden(one)] == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_being_sure_is_said_in_the_words_of_the_glossary_and_as_the_interval_has_it(chapter):
    assert [wrong for one in ours(read(chapter)) for wrong in unsure(one)] == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_numbers_are_parted_money_has_a_range_and_mortality_is_told_in_deaths(chapter):
    told = ours(read(chapter))
    assert [(one, wrong) for one in prose(read(chapter)) if (wrong := run_together(one))] == []
    assert [one for one in told if priced_as_interval(one)] == []
    assert [one for one in told if ratio_alone(one)] == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_figure_or_table_tells_a_difference_in_mortality_as_a_bare_ratio(chapter):
    assert [one for one in shown(read(chapter)) if re.search(r"SHMI ratio|on the ratio", one)] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_module_names_the_ratio_as_the_unit_of_a_difference(path):
    assert [text for text in texts_of(path) if "SHMI ratio" in text] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_module_holds_a_word_for_being_sure_that_has_no_meaning(path):
    assert [wrong for text in texts_of(path) for wrong in refused(text, UNSURE)] == []


def test_the_glossary_gives_each_word_for_being_sure_one_meaning():
    assert {"clear", "improved, worsened", "ruled out", "weak evidence", "certainty", "simulated"} <= terms()


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_as_sure_as_chapters(page):
    text = rendered((BOOK / f"{page}.md").read_text(), {})
    assert [wrong for one in sentences(text) for wrong in unsure(one) + run_together(one)] == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_words_of_the_trade_are_in_the_glossary(chapter):
    known = terms()
    assert [(word, one) for one in prose(read(chapter)) for word in unexplained(one, known)] == []


def test_the_plain_english_summary_is_read_at_fourteen():
    text = section(read("plain-english"), "plain-english")
    assert len(text.split()) > 100
    assert grade(text) <= SUMMARY_GRADE


def test_the_briefing_is_read_at_fourteen():
    notebook = read("briefing")
    values = glued(notebook)
    text = "\n\n".join(
        rendered(cell.source, values) for cell in notebook.cells if cell.cell_type == "markdown"
    )
    assert len(text.split()) > 300
    assert grade(text) <= SUMMARY_GRADE


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_opens_with_words_for_a_board(chapter):
    notebook = read(chapter)
    lines = rendered(notebook.cells[0].source, glued(notebook)).strip().split("\n", 1)[1].strip()
    opening = re.split(r"\n\s*\n", lines)[0]
    assert grade(opening) <= OPENING_GRADE
    assert len(opening.split()) <= OPENING_WORDS, (
        "a short answer; what makes it exact stands below the first picture"
    )


PLANTED = [
    "Waits improved because the trust was put in.",
    "Special measures led to lower mortality.",
    "Entry clearly reduced waits.",
    "The fall was due to the regime.",
    "Special measures clearly worked.",
    "The gain was thanks to special measures.",
    "The effect of special measures was a fall in deaths.",
    "This proves the point.",
    "The result was statistically significant (p = 0.03).",
    "There was a trend towards significance at 12 months.",
    "Mortality fell significantly.",
    "The change was significant.",
    "A p-value of 0.2.",
    "A national program of change.",
    "We analyzed the data toward the end.",
    "It approached significance, 0.06.",
]
ALLOWED = [
    "These figures do not show that special measures worked.",
    "Whether special measures caused it cannot be said.",
    "Mortality was lower after entry, by 0.023.",
    "A significant share, 12 of 40, came back.",
    "Waits were improved on in 2014.",
    "Trusts entered because they were doing badly.",
    "What special measures did is not known.",
    "It describes how the regime worked.",
]


@pytest.mark.parametrize("sentence", PLANTED)
def test_a_planted_sentence_is_refused(sentence):
    assert forbidden(sentence) != []


@pytest.mark.parametrize("sentence", ALLOWED)
def test_a_careful_sentence_passes(sentence):
    assert forbidden(sentence) == []


def test_planted_sentences_are_found_in_text_glue_and_outputs():
    bad = PLANTED[1]
    output = new_output(
        "execute_result", data={"text/html": f"<p>{bad}</p>", "text/plain": "x"}, execution_count=1
    )
    put = new_output("display_data", data={GLUED: f"'{bad}'"}, metadata={"scrapbook": {"name": "x_bad"}})
    in_text = new_notebook(cells=[new_markdown_cell(f"# A\n\nFirst. **{bad}**")])
    in_glue = new_notebook(
        cells=[new_markdown_cell("# A\n\n{glue:text}`x_bad`"), new_code_cell("x", outputs=[put])]
    )
    in_output = new_notebook(cells=[new_code_cell("x", outputs=[output])])
    for notebook in (in_text, in_glue, in_output):
        assert [wrong for one in ours(notebook) for wrong in forbidden(one)] != []


def test_a_word_of_the_trade_that_nobody_explains_is_found():
    assert unexplained("The estimand is the effect.", set()) == ["estimand"]
    assert unexplained("The Estimands differ.", {"estimand"}) == []


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("the", 1), ("measures", 2), ("quality", 3), ("special", 2), ("improvement", 3), ("hospital", 3), ("closely", 2),
        ("watched", 1), ("wanted", 2), ("area", 3), ("period", 3), ("figures", 2), ("places", 2), ("table", 2), ("NHS", 3),
        ("27.9", 1), ("regime", 2), ("mortality", 4), ("people", 2), ("patients", 2), ("changes", 2), ("trust's", 1),
    ],
)  # fmt: skip
def test_syllables_agree_with_a_count_by_hand(word, count):
    assert syllables(word) == count


def test_the_grade_agrees_with_the_formula_worked_by_hand():
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert grade("It fell (95% interval 1 to 2) by 3.4 months. Why?") == pytest.approx(
        0.39 * 3 + 11.8 - 15.59
    )


def test_a_text_for_specialists_is_above_both_thresholds():
    text = (
        "Heterogeneity-robust imputation estimators of staggered difference-in-differences designs accommodate "
        "anticipatory behaviour, notwithstanding considerable idiosyncratic autocorrelation of institutional outcomes."
    )
    assert grade(text) > OPENING_GRADE > SUMMARY_GRADE


@pytest.mark.parametrize(
    "sentence",
    [
        "The fall suggests that leaders matter.",
        "There is some evidence of a gain.",
        "Waits moved the same at both.",
        "On made-up panels it errs.",
        "Staff by −3.3 points (95% interval −6.4 to −0.2): no clear difference.",
        "Waits were clearly lower, by −0.8 points (95% interval −2.7 to 1.1).",
    ],
)
def test_a_word_that_is_surer_or_less_sure_than_its_interval_is_refused(sentence):
    assert unsure(sentence) != []


def test_careful_words_numbers_money_and_deaths_pass_and_careless_ones_do_not():
    assert unsure("Staff by −3.3 points (95% interval −6.4 to −0.2): clearly worse.") == []
    assert unsure("There is weak evidence that it could not be told from the others.") == []
    assert run_together("In 2014 there were 74,684 rows, of RPA-10 and 10000 draws.") == ["10000"]
    assert priced_as_interval("It cost £2 million (95% interval £1 to £3 million).")
    assert not priced_as_interval("It cost £2 million, a range and not a 95% interval.")
    assert ratio_alone("hospital mortality (SHMI) by −0.023 (95% interval −0.043 to −0.003)")
    assert not ratio_alone(
        "mortality by −2.3 deaths per hundred expected (95% interval −4.3 to −0.3; as a ratio −0.023)"
    )
