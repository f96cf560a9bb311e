"""Sources of several coded projects told apart: those of one name in two files are two, unless said or equal."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from analysis.methods.coding.project import Coded


def labelled(name: str, file: str) -> str:
    """Return the label of a source that another file has under the same name. Never shown: both may be confidential."""
    return f"{name} [{file}]"


def apart(projects: Mapping[str, Coded], shared: Collection[str] = ()) -> dict[str, Coded]:
    """Return projects, by file, in which one label is one source.

    A name in several files stays as it is where all these files are among `shared` or all their texts are equal (as
    two coders export one interview); otherwise it carries its file, see `labelled`.
    """
    homes: dict[str, list[str]] = {}
    for file, project in projects.items():
        for label in project.sources["label"]:
            homes.setdefault(label, []).append(file)
    split = {
        label
        for label, files in homes.items()
        if len(files) > 1
        and not set(files) <= set(shared)
        and not _equal([projects[file] for file in files], label)
    }
    return {file: _renamed(project, file, split) for file, project in projects.items()}


def _equal(projects: list[Coded], label: str) -> bool:
    texts = [project.texts.get(label) for project in projects]
    plain = {None if text is None else "\n".join(text.split()) for text in texts}
    return len(plain) == 1 and None not in plain and "" not in plain


def _renamed(project: Coded, file: str, split: set[str]) -> Coded:
    names = {
        label: labelled(label, file) if label in split else label
        for label in (*project.texts, *project.sources["label"])
    }

    def told(frame, column):  # type: ignore[no-untyped-def]
        return frame.assign(**{column: frame[column].map(lambda label: names.get(label, label))})

    return replace(
        project,
        sources=told(project.sources, "label"),
        selections=told(project.selections, "source"),
        codings=told(project.codings, "source"),
        cases=told(project.cases, "source"),
        texts={names[label]: text for label, text in project.texts.items()},
    )
