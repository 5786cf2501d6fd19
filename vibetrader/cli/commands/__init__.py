"""One file per command (the nodes share one); each imports what it needs when it is called."""
