"""What several analyses say of a table: arms, comparisons, decisions, verdicts. Pure."""
