"""Where stimuli come from: artworks, recipes, jobs and the image methods. Knows nothing of raters."""
