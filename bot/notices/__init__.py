"""The State speaks first: what changed in a case is told to its citizen, once, where and when they want it."""
