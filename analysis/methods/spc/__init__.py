"""Statistical process control: control charts, funnel plots, signals."""
