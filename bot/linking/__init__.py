"""Linking a chat to a citizen by the State's login, ending a link, and asking whether it still holds.

``pages.py`` serves the link that a chat was sent, ``effects.py`` sends and ends, ``agreement.py`` asks the contact
registry before a turn. Why the page ends with a code for the chat: docs/adr/0008-login-ends-with-a-code.md.
"""
