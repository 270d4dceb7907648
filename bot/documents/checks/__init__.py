"""What runs in the limited child process, and nothing else: it opens what strangers send. Imports nothing of ours."""
