"""What runs in the limited child process, and nothing else: it opens what strangers send. Of ours it
imports :mod:`bot.limited` alone."""
