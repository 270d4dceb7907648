"""Talks: whole conversations, held with the real service over signed HTTP, each turn checked by itself."""
