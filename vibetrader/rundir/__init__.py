"""The run directory: typed, versioned files, written whole."""

from vibetrader.rundir.artifact import Artifact
from vibetrader.rundir.layout import LAYOUT
from vibetrader.rundir.rundir import RunDir

__all__ = ["LAYOUT", "Artifact", "RunDir"]
