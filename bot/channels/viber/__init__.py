"""Viber, as a channel."""

from bot.channels.viber.channel import ViberChannel

__all__ = ["ViberChannel"]
