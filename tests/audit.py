"""Ask the advisory service about every version of the lock: `python -m tests.audit`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
TOOL = ("uv", "tool", "run", "--from", "pip-audit==2.10.1", "pip-audit")
OPTIONS = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "-f", "json", "-r", str(LOCK))


def said(out: str, err: str) -> tuple[int, str]:
    """Return exit status and sentence for what pip-audit wrote: 0 none known, 1 some known, 2 no answer."""
    try:
        found = json.loads(out)["dependencies"]
    except (ValueError, KeyError, TypeError):
        why = " ".join(err.split())[-300:] or "no word of it"
        return 2, f"The advisory service did not answer, so nothing is known about the lock: {why}"
    skipped = [each["name"] for each in found if "skip_reason" in each]
    if not found or (skipped and not any(each.get("vulns") for each in found)):
        named = (
            f"{len(skipped)} of {len(found)} packages ({', '.join(skipped[:5])})"
            if skipped
            else "any package"
        )
        return 2, f"The advisory service did not answer for {named}."
    known = [
        f"{each['name']} {each['version']}: {', '.join(one['id'] for one in each['vulns'])}"
        for each in found
        if each.get("vulns")
    ]
    if known:
        return 1, "Known faults in the lock:\n" + "\n".join(known)
    return 0, f"No known fault in the {len(found)} versions of the lock."


def main() -> int:
    """Audit the lock, print what came of it and return the exit status."""
    try:
        tool = Path(sys.executable).with_name(TOOL[0])
        made = subprocess.run(
            [str(tool), *TOOL[1:], *OPTIONS], capture_output=True, text=True, timeout=600, check=False
        )
        status, sentence = said(made.stdout, made.stderr)
    except (OSError, subprocess.TimeoutExpired) as error:
        status, sentence = said("", str(error))
    print(sentence)
    return status


if __name__ == "__main__":
    sys.exit(main())
