"""Fakes: small, real code that stands in for a neighbour, one a port. Each is scripted by data."""
