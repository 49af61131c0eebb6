"""Words and figures for researchers’ templates."""
