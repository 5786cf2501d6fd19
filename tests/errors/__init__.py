"""Broken programs: LEAN's recordings and our own mutations of sound programs, and how well `compile` deals with them."""
