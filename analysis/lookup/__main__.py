"""`python -m analysis.lookup FOLDER` writes the files behind the page "Look up a trust"."""

import sys
from pathlib import Path

from analysis.lookup.files import write

if __name__ == "__main__":
    print(write(Path(sys.argv[1])).sentence())
