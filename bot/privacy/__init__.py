"""What a citizen may ask about themselves: preferences and erasure as effects of a turn, a copy as a page."""
