"""What watches that nothing is forgotten: rows that never end, providers and registries that fall silent."""
