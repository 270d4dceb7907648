"""Is it genuine, asked in a chat: of a code that was typed, of a file that was sent."""
