"""Participants' rights: what is stored, withdrawing, erasing, identities, names in texts."""
