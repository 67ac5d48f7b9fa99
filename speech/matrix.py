"""The shapes of numbers that the classifier works with."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.floating[Any]]
Places = NDArray[np.int64]
Chosen = NDArray[np.bool_]
