"""Showing pictures: how bytes travel, whether they arrived, and that they endanger nobody."""
