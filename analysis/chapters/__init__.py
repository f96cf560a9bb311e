"""One file or folder a chapter: its words, tables, pictures and page blocks."""
