"""Metrics against raters: how well they agree, at which level, and which metric agrees better."""
