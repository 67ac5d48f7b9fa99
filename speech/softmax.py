"""Softmax regression (multinomial logistic regression) for a few hundred examples: exact and repeatable."""

import numpy as np

from speech.matrix import Matrix, Places

STEPS, STILL = 100, 1e-3


def softmax(scores: Matrix) -> Matrix:
    """Each row as probabilities."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def fit_softmax(rows: Matrix, labels: Places, classes: int, *, penalty: float) -> Matrix:
    """Weights, one column a class, that make `labels` likely; every class counts the same, however many rows it has.

    Steps along Böhning's bound of the curvature, with Nesterov's momentum: no step size to choose.
    """
    counts = np.bincount(labels, minlength=classes)
    importance = (len(labels) / (np.count_nonzero(counts) * counts[labels])).astype(np.float32)[:, None]
    wanted = np.eye(classes, dtype=np.float32)[labels]
    curvature = (rows * importance).T @ rows / 2 + penalty * np.eye(rows.shape[1], dtype=np.float32)
    step = np.linalg.inv(curvature)
    weights: Matrix = np.zeros((rows.shape[1], classes), dtype=np.float32)
    ahead = weights
    momentum = 1.0
    for _ in range(STEPS):
        slope = rows.T @ (importance * (softmax(rows @ ahead) - wanted)) + penalty * ahead
        moved, grown = ahead - step @ slope, (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        change = moved - weights
        ahead = moved + np.float32((momentum - 1) / grown) * change
        weights, momentum = moved, grown
        if np.abs(change).max() <= STILL * np.abs(weights).max():
            break
    return weights


def basis(rows: Matrix) -> Matrix:
    """Orthonormal directions that the rows lie in. What is fitted to `rows @ basis` is fitted to `rows`, and faster."""
    values, vectors = np.linalg.eigh(rows @ rows.T)
    kept = values > 1e-5 * values.max()
    return np.asarray(rows.T @ (vectors[:, kept] / np.sqrt(values[kept])))
