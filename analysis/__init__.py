"""Analysis behind the living report on special measures for quality."""

__version__ = "0.1.0"
