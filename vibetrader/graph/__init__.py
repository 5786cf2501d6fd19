"""Routes, and the runner that follows them."""
