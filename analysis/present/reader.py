"""Whether somebody reads a chapter live, or a build makes a page of it."""


def someone_is_there() -> bool:
    """Tell whether a person runs the notebook: their front end can answer questions, a build cannot."""
    try:
        from IPython import get_ipython

        content = get_ipython().kernel.get_parent()["content"]
    except (AttributeError, ImportError, KeyError):
        return False
    return bool(content.get("allow_stdin"))
