"""The public record: statements, theory, cases, readers, and a team's own confidential material."""
