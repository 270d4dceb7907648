"""Linking a chat to a citizen by the State's login, ending a link, and asking whether it still holds.

``routes.py`` serves the link that a chat was sent, ``effects.py`` sends and ends, ``verification.py`` asks the contact
registry before a turn. Why the page ends with a code for the chat: docs/adr/0008-login-ends-with-a-code.md.
"""
