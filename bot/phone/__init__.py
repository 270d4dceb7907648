"""The demo phone: stands in for Viber's and Twilio's servers over real HTTP, and shows both chats as a phone would.

The same thing is the provider in tests and benchmarks: it checks what the service sends as strictly as the
providers do, records it in order, signs and posts webhooks and receipts, and misbehaves on demand.
"""
