"""Certificates: asked for in the chat, sealed, delivered, verifiable by anyone."""
