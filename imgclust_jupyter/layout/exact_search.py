"""The nearest rows by comparing all with all, in matrix products."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch

__all__ = ["OnProgress", "has_fast_bfloat16", "nearest_rows"]

OnProgress = Callable[[int, int], None]
"""Called with how many rows are done, of how many; what it raises ends the search."""

_BLOCK_SCORES = 2**26  # scores at a time; fewer, and torch spends longer on rearranging the rows than on multiplying
_BLOCK_VALUES = 2**22  # values of candidates at a time
_GROUP = 16
_ALIGNED = 32  # columns; a product of any other number of them takes up to twice as long


def has_fast_bfloat16() -> bool:
    """Tell whether the processor multiplies matrices in bfloat16, at twice the speed of float32 or more."""
    import torch

    capabilities: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()  # not in older torch
    return bool(capabilities.get("avx512_bf16"))


def nearest_rows(
    queries: npt.NDArray[Any],
    base: npt.NDArray[Any],
    k: int,
    *,
    themselves: npt.NDArray[np.int64] | None = None,
    on_progress: OnProgress | None = None,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Find the k rows of `base` that are nearest to each query, in the Euclidean distance.

    Matrix products give candidates, whose distances are then computed from the differences, so that those of
    near-duplicates keep their digits. The products are in bfloat16 where the processor is quick in that, else in
    float32. What each row loses by rounding bounds the error of a product (inequality of Cauchy and Schwarz), and the
    queries that may have a neighbour beyond the candidates, few if any, are searched once more in the next finer type.
    O(q n d) time, one more copy of `base` in memory.

    Parameters
    ----------
    queries : ndarray of float32 or float64, shape (q, d)
    base : ndarray of float32 or float64, shape (n, d)
    k : int
        At least 1, and at most n, or n - 1 with `themselves`.
    themselves : ndarray of int64, shape (q,), optional
        The row of `base` that each query is, which is left out.
    on_progress : callable, optional
        See `OnProgress`.

    Returns
    -------
    indices : ndarray of int32, shape (q, k)
        By distance, and by row where that is equal.
    squared : ndarray of float32, shape (q, k)
        The squared distances.

    Examples
    --------
    >>> indices, squared = nearest_rows(np.array([[4.0]]), np.array([[0.0], [1.0], [5.0]]), 2)
    >>> indices.tolist(), squared.tolist()
    ([[2, 1]], [[1.0, 9.0]])
    """
    import torch

    indices = np.empty((len(queries), k), dtype=np.int32)
    squared = np.empty((len(queries), k), dtype=np.float32)
    rivals = len(base) - (themselves is not None)
    missing = np.arange(len(queries))
    for dtype in (torch.bfloat16, torch.float32, torch.float64)[not has_fast_bfloat16() :]:
        if not len(missing):
            break
        scores = _Scores(base, dtype, candidates=min(rivals, 3 * k if dtype == torch.bfloat16 else k + 8))
        block = max(1, _BLOCK_SCORES // len(base))
        unproven = []
        for start in range(0, len(missing), block):
            rows = missing[start : start + block]
            if on_progress is not None:
                on_progress(len(queries) - len(missing) + start, len(queries))
            left_out = None if themselves is None else themselves[rows]
            candidates, hidden = scores.highest(queries[rows], left_out)
            indices[rows], squared[rows] = _nearest_of(candidates, queries[rows], base, k)
            unproven.append(rows[hidden < squared[rows, -1]])
        missing = np.concatenate(unproven)
    return indices, squared


class _Scores:
    """Products that rank the rows y of `base` for a query x: x·y - |y|²/2, the higher the nearer y is to x.

    In the products |y|²/2 is two more columns, the second of which has what the first one lost by rounding. All is
    relative to the mean of `base`, since a common offset would only cost digits.
    """

    def __init__(self, base: npt.NDArray[Any], dtype: torch.dtype, candidates: int) -> None:
        import torch

        n, d = base.shape
        self._mean = base.mean(axis=0, dtype=np.float64)
        self._candidates = candidates
        # The best candidates are in the groups with the best members, so most scores need no sorting.
        self._groups = -(-n // _GROUP) if n > 4 * _GROUP * candidates else n
        filled = self._groups * -(-n // self._groups)
        self._rows = torch.zeros((filled, -(-(d + 2) // _ALIGNED) * _ALIGNED), dtype=dtype)
        self._rows[n:, d] = torch.finfo(dtype).min
        self._length = self._loss = self._offset_loss = 0.0
        block = max(1, _BLOCK_VALUES // max(1, d))
        for start in range(0, n, block):
            centred, rows = self._rounded(base[start : start + block])
            offset = centred.square().sum(1) / -2
            rows[:, d] = offset
            rows[:, d + 1] = offset - rows[:, d]
            self._rows[start : start + len(rows)] = rows
            self._length = max(self._length, float(centred.norm(dim=1).max()))
            self._loss = max(self._loss, float((centred - rows[:, :d]).norm(dim=1).max()))
            self._offset_loss = max(
                self._offset_loss, float((offset - rows[:, d].to(offset.dtype) - rows[:, d + 1]).abs().max())
            )

    def highest(
        self, queries: npt.NDArray[Any], left_out: npt.NDArray[np.int64] | None
    ) -> tuple[torch.Tensor, npt.NDArray[np.float32]]:
        """Return the rows with the highest scores, and how near any other row can be at most, squared."""
        import torch

        d = queries.shape[1]
        centred, rows = self._rounded(queries)
        rows[:, d : d + 2] = 1
        scores = rows @ self._rows.T
        if left_out is not None:
            scores[torch.arange(len(rows)), torch.from_numpy(left_out)] = -torch.inf
        by_group = scores.view(len(rows), -1, self._groups)
        best = by_group.amax(1).topk(self._candidates, sorted=False).indices
        if by_group.shape[1] > 1:
            best = (best[:, :, None] + self._groups * torch.arange(by_group.shape[1])).flatten(1)
            best = best.gather(1, scores.gather(1, best).topk(self._candidates, sorted=False).indices)
        lowest = scores.gather(1, best).amin(1).to(centred.dtype)
        length = centred.norm(dim=1)
        loss = (centred - rows[:, :d]).norm(dim=1)
        rounding = (
            torch.finfo(rows.dtype).eps * lowest.abs()
            + (d + 2) * torch.finfo(centred.dtype).eps * length * self._length
        )
        error = loss * (self._length + self._loss) + length * self._loss + self._offset_loss + rounding
        return best, (length.square() - 2 * (lowest + error)).clamp(min=0).numpy()

    def _rounded(self, vectors: npt.NDArray[Any]) -> tuple[torch.Tensor, torch.Tensor]:
        import torch

        precision = torch.promote_types(self._rows.dtype, torch.float32)
        centred = torch.from_numpy(vectors - self._mean).to(precision)
        rows = torch.zeros((len(vectors), self._rows.shape[1]), dtype=self._rows.dtype)
        rows[:, : vectors.shape[1]] = centred
        return centred, rows


def _nearest_of(
    candidates: torch.Tensor, queries: npt.NDArray[Any], base: npt.NDArray[Any], k: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    import torch

    candidates = candidates.sort(dim=1).values  # so that the stable sort below leaves equal distances by row
    squared = torch.empty(candidates.shape, dtype=torch.float32)
    rows, points = torch.from_numpy(base), torch.from_numpy(queries)
    block = max(1, _BLOCK_VALUES // max(1, candidates.shape[1] * base.shape[1]))
    for start in range(0, len(queries), block):
        some = candidates[start : start + block]
        squared[start : start + block] = torch.cdist(
            rows[some.flatten()].view(*some.shape, -1),
            points[start : start + block, None],
            compute_mode="donot_use_mm_for_euclid_dist",
        )[:, :, 0].square()
    squared, order = squared.sort(dim=1, stable=True)
    return candidates.gather(1, order)[:, :k].to(torch.int32).numpy(), squared[:, :k].numpy()
