"""Words for numbers, tables, figures, links and blocks. Knows no trust, no indicator, no chapter."""
