"""Evidence from public documents: statements, theory, cases, agreement."""
