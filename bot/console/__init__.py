"""The employees' console: pages and JSON under ``/console/``, and the job that watches that nobody waits for ever."""
