"""Calls of employees with citizens, call-backs, and who looked at what is held of whom."""
