"""How good the announced wait is: simulated centres, a bank's two weeks, the formulas of others, and the limit."""
