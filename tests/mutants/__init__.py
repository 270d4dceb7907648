"""Do the tests notice when the code is wrong? Small mistakes are made in it on purpose, one at a time, and a room's own
quick tests are run against each: ``make mutants``.

A tool of this project's own, for three reasons. The code is changed in the memory of a forked process, so nothing is
copied and the tree is never touched. Each mistake meets the tests of its own room first, on SQLite in memory, not the
whole suite with its PostgreSQL. And what is measured is a sample under a time limit, with a seed that repeats it.
"""
