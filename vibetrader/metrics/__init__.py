"""Pure formulas on arrays: returns, annualisation, drawdown, ratios, benchmark, trades and significance.

Inputs are float64 arrays, oldest first; fractions are fractions (0.25 is 25 %). A figure that is not defined for its
input is None, never NaN. `catalog` lists every figure of a run with its formula. numpy only.
"""
