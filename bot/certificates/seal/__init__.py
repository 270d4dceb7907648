"""The seal: pyHanko's PAdES by a key that one child process alone holds. The service knows
:mod:`bot.certificates.seal.process` only."""
