"""The telephone: a caller who proves who they are, what was said, whom to ring up."""
