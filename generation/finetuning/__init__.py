"""Fine-tuning a copy of a diffusion network: what all mimicries share. Pure."""
