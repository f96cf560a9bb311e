"""List the names in `analysis/` and `book/_ext/` that nothing but tests reaches, with vulture.

The code cells of the chapters count as callers. What is listed is looked at by a person: decorators, and names that
Sphinx, Jupyter or pandas call, are no dead code.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
CALLED = "setup,log_message,doctree,template,templatename,removed,include,exclude"  # by Sphinx and Jupyter


def cells(chapter: Path) -> str:
    """Return the Python of a chapter: its code cells without magics."""
    notebook = nbformat.read(chapter, as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return "\n".join(
        line for text in code for line in text.splitlines() if not line.lstrip().startswith(("%", "!"))
    )


def main() -> int:
    """Print what vulture finds; return 0 whatever it is."""
    with tempfile.TemporaryDirectory() as folder:
        for number, chapter in enumerate(sorted((ROOT / "book").glob("**/*.ipynb"))):
            if "_build" not in chapter.parts:
                Path(folder, f"chapter_{number}.py").write_text(cells(chapter), encoding="utf-8")
        places = [str(ROOT / "analysis"), str(ROOT / "book/_ext"), folder]
        command = [
            sys.executable,
            "-m",
            "vulture",
            *places,
            "--min-confidence",
            "60",
            "--ignore-names",
            CALLED,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    found = done.stdout.splitlines()
    print("\n".join(line.replace(f"{ROOT}/", "") for line in found))
    print(f"{len(found)} names that no chapter, command or page reaches")
    return 0 if done.returncode in (0, 3) else done.returncode


if __name__ == "__main__":
    sys.exit(main())
