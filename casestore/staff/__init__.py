"""Employees: accounts, sessions, and how a conversation goes from the bot to a person and back."""
