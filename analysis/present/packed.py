"""JSON that stands in a page or in a script of a page: nothing in a text of it can end the script or open a tag."""

import json
from typing import Any

ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def packed(content: Any, **options: Any) -> str:
    """Return content as JSON without <, >, & and the two line ends that are none in JSON; it reads back as it was.

    options: of `json.dumps`. Raises ValueError for nan and infinity, which JSON has not.
    """
    written: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False} | options
    return json.dumps(content, **written).translate(ESCAPED)
