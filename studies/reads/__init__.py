"""Reads behind researchers' pages: pictures, people, coverage, where a study stands."""
