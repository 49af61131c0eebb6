"""Where stimuli come from: artworks, recipes, jobs, image methods. Knows nothing of raters."""
