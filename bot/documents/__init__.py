"""Documents that citizens hand in: fetched or uploaded, checked, kept sealed, submitted to the registry.

``effects.py`` and ``routes.py`` take files in, ``inspection.py`` has them checked in a child process (``checks/``),
``job.py`` does what follows: fetch, check, submit. docs/documents.md says what is promised.
"""
