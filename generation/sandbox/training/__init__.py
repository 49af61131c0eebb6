"""How the sandbox's networks are trained: on the historical painters' paintings alone.

One file a network (`trunk`, `autoencoder`, `denoiser`, `pair`), each a `Lesson` that
`course.follow` carries out: seeded, resumable, with a record of its losses.
`manage.py train_sandbox` runs them all and writes the shipped folder. Nothing here is needed to
use them.
"""
