"""What to label next: images that are probably of a label, and branches without one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from imgclust_jupyter.clustering import METRICS, Tree

__all__ = ["LabelModel", "next_branch"]

Codes = npt.NDArray[np.integer]
Rows = npt.NDArray[np.int64]

_TEMPERATURE = 0.08
_NO_LABEL = 0.3  # how similar an image without any of the labels is to their means
_BLOCK_ROWS = 8192


@dataclass(frozen=True, eq=False)
class LabelModel:
    """How likely images are of each label, judged by the means of the images that have one.

    An image's likelihood for a label is the softmax of its cosine similarities to the labels' means, divided by 0.08,
    with 0.3 for the case that it is of none of them: a nearest-mean classifier that may abstain. The two constants
    minimise the logarithmic loss on three sets of photographs with SqueezeNet's embeddings. There, with labels on 5 and
    20 % of the images, the mean average precision of its rankings is 0.65; that of label spreading over the neighbours
    (Zhou et al. 2004) 0.66, of the vote of the ten nearest labelled images 0.60, of the distance to the nearest image
    with the label against that to the nearest with another 0.60, and of the vote of the fifteen neighbours 0.50. With
    labels on some clusters only they are 0.53, 0.54, 0.49, 0.45 and 0.47 (``benchmarks/labelling.py``). Label spreading
    needs the graph of neighbours, and says less well of an image which of the labels it is.

    Attributes
    ----------
    directions : ndarray, shape (n, d)
        The images' vectors, of length 1.
    codes : ndarray of int, shape (n,)
        Of each image the number of its label, -1 for none.
    means : ndarray, shape (n_labels, d)
        The labels' means, of length 1, or 0 for labels without an image.

    References
    ----------
    Tibshirani, Hastie, Narasimhan, Chu: Diagnosis of multiple cancer types by shrunken centroids of gene expression.
    PNAS 2002. Snell, Swersky, Zemel: Prototypical networks for few-shot learning. NeurIPS 2017.

    Examples
    --------
    >>> vectors = np.array([[1, 0], [0.8, 0.6], [0, 1], [0.6, 0.8]])
    >>> model = LabelModel.fit(vectors, np.array([0, -1, 1, -1]), 2, "cosine")
    >>> model.suggest(0, 1)[0].tolist(), model.guess([3])
    ([1], (1, 0.92...))
    """

    directions: npt.NDArray[Any]
    codes: Codes
    means: npt.NDArray[Any]

    @classmethod
    def fit(cls, vectors: npt.NDArray[Any], codes: Codes, n_labels: int, metric: str) -> LabelModel:
        """Compute the means.

        Parameters
        ----------
        vectors : ndarray, shape (n, d)
            As `clustering.prepare` returns them for the metric; unless they are of length 1, their directions from the
            mean of all count.
        codes : ndarray of int, shape (n,)
        n_labels : int
        metric : str
        """
        if not METRICS[metric].squared:
            vectors = _unit(vectors - vectors.mean(axis=0))
        labelled = np.flatnonzero(codes >= 0)
        ones = np.ones(len(labelled), dtype=vectors.dtype)
        members = csr_matrix((ones, (codes[labelled], labelled)), shape=(n_labels, len(vectors)))
        return cls(vectors, codes, _unit(members @ vectors))

    def likelihoods(self, rows: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return how likely images are of each label, shape (m, n_labels), 0 … 1; at most 1 over all labels."""
        logits = (self.directions[np.asarray(rows)] @ self.means.T - _NO_LABEL) / _TEMPERATURE
        logits[:, ~self.means.any(axis=1)] = -np.inf
        exponentials = np.exp(logits)
        return np.asarray(exponentials / (1 + exponentials.sum(axis=1, keepdims=True)))

    def suggest(self, code: int, k: int, refused: Iterable[int] = ()) -> tuple[Rows, npt.NDArray[np.float32]]:
        """Return the images without a label that are most likely of one.

        Parameters
        ----------
        code : int
            The label's number.
        k : int
            At most how many.
        refused : iterable of int
            Rows to leave out.

        Returns
        -------
        rows : ndarray of int64, shape (m,)
            The most likely first; none for a label that no image has.
        scores : ndarray of float32, shape (m,)
            How likely they are, 0 … 1.
        """
        open_rows = np.setdiff1d(np.flatnonzero(self.codes < 0), np.fromiter(refused, dtype=np.int64))
        if not len(open_rows) or not self.means[code].any():
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        blocks = np.split(open_rows, range(_BLOCK_ROWS, len(open_rows), _BLOCK_ROWS))
        scores = np.concatenate([self.likelihoods(rows)[:, code] for rows in blocks]).astype(np.float32)
        best = np.argsort(-scores, kind="stable")[:k]
        return open_rows[best], scores[best]

    def guess(self, rows: npt.ArrayLike) -> tuple[int, float]:
        """Return the label that images are most likely of, taken together, and how likely on average."""
        likely = self.likelihoods(rows).mean(axis=0)
        best = int(likely.argmax())
        return best, float(likely[best])


def next_branch(tree: Tree, n_clusters: int, labelled: npt.NDArray[np.bool_], after: Iterable[int] = ()) -> Rows:
    """Return the branch to label next: the largest without any label that lies within one cluster.

    So whole clusters come first, then what is left of those that were labelled in parts.

    Parameters
    ----------
    tree : Tree
    n_clusters : int
        Where the tree is cut.
    labelled : ndarray of bool, shape (n,)
    after : iterable of int
        Rows that are being looked at: when some of them have no label still, they have been passed over, and the branch
        is the one that follows in order of size, and after the last one the first.

    Returns
    -------
    ndarray of int64
        Its rows in leaf order; none when every image has a label.

    Examples
    --------
    >>> Z = np.array([[0, 1, 1, 2], [2, 3, 1, 2], [4, 5, 3, 4]], dtype=float)
    >>> tree = Tree.from_linkage(Z)
    >>> next_branch(tree, 2, np.array([True, False, False, False])).tolist()
    [2, 3]
    >>> next_branch(tree, 2, np.array([True, False, False, False]), after=[2, 3]).tolist()
    [1]
    """
    n, kept = tree.n, tree.n - min(max(n_clusters, 1), tree.n)
    before = np.concatenate([[0], np.cumsum(~labelled[tree.leaf_order])])  # without a label, up to a leaf position
    position = np.empty(n, dtype=np.int64)
    position[tree.leaf_order] = np.arange(n)
    start = np.concatenate([position, tree.left_start[:kept].astype(np.int64)])
    size = np.concatenate([np.ones(n, dtype=np.int64), tree.size[:kept].astype(np.int64)])
    whole = before[start + size] - before[start] == size
    inside = np.zeros(n + kept, dtype=bool)  # another branch without a label
    children = tree.linkage_matrix[:kept, :2].astype(np.int64)
    inside[children[whole[n:]]] = True
    (branches,) = np.nonzero(whole & ~inside)
    if not len(branches):
        return np.zeros(0, dtype=np.int64)
    branches = branches[np.lexsort((start[branches], -size[branches]))]
    seen = np.sort(position[np.fromiter(after, dtype=np.int64)])
    passed = np.searchsorted(seen, start[branches] + size[branches]) > np.searchsorted(seen, start[branches])
    chosen = branches[(np.argmax(passed) + 1) % len(branches) if passed.any() else 0]
    return tree.leaf_order[start[chosen] : start[chosen] + size[chosen]].astype(np.int64)


def _unit(vectors: npt.NDArray[Any]) -> npt.NDArray[Any]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1))
