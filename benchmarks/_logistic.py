"""A logistic regression whose weights are not negative: more likeness, never a lower score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special


def fit(
    measures: Sequence[Mapping[str, float]],
    truths: Sequence[bool],
    names: Sequence[str],
    importance: Sequence[float] | None = None,
    ridge: float = 1e-3,
) -> tuple[float, dict[str, float]]:
    """Intercept and weights by name, by maximum likelihood with a small ridge penalty.

    Args:
        measures: of each pair; an absent one counts as 0.
        truths: whether each pair is one of a picture and its work.
        names: of the measures to weigh.
        importance: how much each pair counts; all alike by default.
        ridge: times half the sum of squared weights, beside the mean loss of a pair.
    """
    values = np.array([[each.get(name, 0.0) for name in names] for each in measures])
    signs = np.where(np.asarray(truths, bool), 1.0, -1.0)
    counts = np.ones(len(signs)) if importance is None else np.asarray(importance, float)
    counts = counts / counts.sum()

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = signs * (parameters[0] + values @ parameters[1:])
        slope = -counts * signs * special.expit(-margin)
        gradient = np.concatenate([[slope.sum()], values.T @ slope + ridge * parameters[1:]])
        penalty = ridge / 2 * (parameters[1:] ** 2).sum()
        return float((counts * np.logaddexp(0.0, -margin)).sum() + penalty), gradient

    bounds = [(None, None), *((0.0, None) for _ in names)]
    found = optimize.minimize(loss, np.zeros(1 + len(names)), jac=True, bounds=bounds)
    return float(found.x[0]), dict(zip(names, map(float, found.x[1:]), strict=True))
