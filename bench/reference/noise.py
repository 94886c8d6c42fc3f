"""Statistics of per-example gradients: rows of one matrix, an example each, in doubles."""

SPLITS = ([6, 6], [3, 4, 5], [1] * 12)
"""Sizes of the micro-batches, examples in their order."""


def micro_batches(rows, sizes):
    """The mean row of each micro-batch."""
    return [part.mean(0) for part in rows.split(sizes)]


def spread(rows):
    """Norms and products of the examples' gradients g_j with their mean g, and sum b_i |g_i - g|^2 of each split."""
    mean = rows.mean(0)
    return {
        'squaredNormOfMean': mean @ mean,
        'squaredDeviations': ((rows - mean) ** 2).sum(),
        'squaredNorms': (rows**2).sum(1),
        'productsWithMean': rows @ mean,
        'splits': [
            {'microBatchSizes': sizes, 'squaredDeviations': _weighted(rows, sizes, lambda part: part @ part)}
            for sizes in SPLITS
        ],
    }


def step_statistics(rows, p, diagonal, sizes):
    """The fields of GradientStatistics in src/core/types.ts, formulas there."""
    mean = rows.mean(0)
    fresh = diagonal * mean
    return {
        'microBatchSizes': sizes,
        'squaredNormOfMean': mean @ mean,
        'squaredDeviations': _weighted(rows, sizes, lambda deviation: deviation @ deviation),
        'meanProjection': mean @ p,
        'freshProjection': mean @ fresh,
        'freshDeviations': _weighted(rows, sizes, lambda deviation: deviation @ (diagonal * deviation)),
        'projectionDeviations': _weighted(rows, sizes, lambda deviation: (deviation @ fresh) ** 2),
    }


def _weighted(rows, sizes, term):
    mean = rows.mean(0)
    return sum(size * term(part - mean) for size, part in zip(sizes, micro_batches(rows, sizes)))
