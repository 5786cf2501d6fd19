"""Fee models, one brokerage per file."""
