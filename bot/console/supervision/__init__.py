"""The supervisors' part of the console: how things stand, how they went, and what can be set."""
