"""What is left of a time, given how much of it has passed; for numba."""

import math

import numpy as np
from numba import njit


@njit(cache=True)
def upper_tail(z: float) -> float:
    """P(Z > z) of a standard normal."""
    return 0.5 * math.erfc(z / math.sqrt(2.0))


@njit(cache=True)
def upper_quantile(p: float) -> float:
    """z with P(Z > z) = p. Acklam's rational approximation, relative error below 1.2e-9."""
    if p > 0.5:
        return -upper_quantile(1.0 - p)
    if p < 1e-300:
        return 37.0
    if p < 0.02425:
        q = math.sqrt(-2.0 * math.log(p))
        top = -7.784894002430293e-03 * q - 3.223964580411365e-01
        top = ((top * q - 2.400758277161838e00) * q - 2.549732539343734e00) * q + 4.374664141464968e00
        bottom = (7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e00
        return -(top * q + 2.938163982698783e00) / ((bottom * q + 3.754408661907416e00) * q + 1.0)
    q = p - 0.5
    r = q * q
    top = (-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02
    top = ((top * r + 1.383577518672690e02) * r - 3.066479806614716e01) * r + 2.506628277459239e00
    bottom = (-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02
    bottom = ((bottom * r + 6.680131188771972e01) * r - 1.328068155288572e01) * r + 1.0
    return -top * q / bottom


@njit(cache=True)
def lognormal_rest(mu: float, sd: float, elapsed: float) -> float:
    """What is left of a log-normal time of which `elapsed` has passed."""
    if elapsed <= 0:
        return math.exp(mu + sd * np.random.standard_normal())
    tail = upper_tail((math.log(elapsed) - mu) / sd)
    z = upper_quantile(tail * (1.0 - np.random.random()))
    return max(math.exp(mu + sd * z) - elapsed, 0.0)


@njit(cache=True)
def talk_rest(mu: float, sd: float, speed: float, elapsed: float, shortest: float) -> float:
    if elapsed < shortest:
        return max(shortest, speed * math.exp(mu + sd * np.random.standard_normal())) - elapsed
    return speed * lognormal_rest(mu, sd, elapsed / speed)
