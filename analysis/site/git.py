"""What git says of a folder."""

import os
import subprocess
from pathlib import Path

PATIENCE = 20  # seconds


def git(folder: Path, *arguments: str) -> str:
    """Return what git says in a folder, '' without git, without a repository or when it fails.

    A repository that the environment names is not asked: the folder says which one is meant.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-c", "core.quotePath=false", *arguments]
    try:
        done = subprocess.run(
            command, cwd=folder, env=own, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout.decode("utf-8", "surrogateescape").strip()
