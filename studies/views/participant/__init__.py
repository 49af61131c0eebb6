"""The rater's pages. They know opaque tokens only: no view here reads a condition or a recipe."""
