"""SMS, as a channel."""

from bot.channels.sms.channel import SmsChannel

__all__ = ["SmsChannel"]
