"""How far a share that was counted may be from the true one."""

import math

Z_95 = 1.96


def wilson(hits: int, count: int) -> tuple[float, float]:
    """95 % Wilson interval of hits / count; nothing counted says nothing."""
    if count == 0:
        return 0.0, 1.0
    share, spread = hits / count, Z_95 * Z_95 / count
    middle = (share + spread / 2) / (1 + spread)
    half = Z_95 * math.sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    return max(middle - half, 0.0), min(middle + half, 1.0)
