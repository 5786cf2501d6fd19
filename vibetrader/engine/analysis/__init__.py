"""What LEAN says about a finished run: names, samples and counts are LEAN's, the words are ours.

LEAN: Engine/Results/Analysis/**. Left out: the speed of the run and the Monte Carlo percentile, which two runs of one
program give differently.
"""

from vibetrader.engine.analysis.finding import Inputs
from vibetrader.engine.analysis.run import analyze

__all__ = ["Inputs", "analyze"]
