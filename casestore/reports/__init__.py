"""What supervisors count: how things stand now, how they went by day and hour, and the rows that each number counts."""
