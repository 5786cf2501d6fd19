"""Many variants of one spec: which numbers, how many, what they earn, and what picking the best of them cost."""
