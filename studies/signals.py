"""What studies tell the apps above them, which they do not know."""

from django.dispatch import Signal

answers_erased = Signal()
"""Sent with `study`, in the transaction that erased: what was made of the answers must go too."""
