"""`jupyter-book` as it stands, without the optional check of addresses that jsonschema would take a second to import."""

import sys

sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

from jupyter_book.cli.main import main  # noqa: E402

if __name__ == "__main__":
    main()
