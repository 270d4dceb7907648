"""Mass notices: one message to many, by two people, made and sent in batches (docs/broadcast.md)."""
