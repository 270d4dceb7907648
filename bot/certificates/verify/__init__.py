"""Is this certificate genuine? What is found in a file, in a limited child; what follows from it, purely."""
