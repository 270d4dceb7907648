"""The seal: pyHanko's PAdES by a key that one child process alone holds. The service knows :mod:`.process` only."""
