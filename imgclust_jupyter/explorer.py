"""ClusterExplorer: the object in the user's hands; it ties the rooms together and has no logic of its own."""

from __future__ import annotations

import base64
import io
import logging
import weakref
from collections.abc import Hashable
from dataclasses import replace
from numbers import Integral
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.clustering import Tree, condensed_distances
from imgclust_jupyter.copying import Copying
from imgclust_jupyter.exporting import Exporting
from imgclust_jupyter.growing import Growing
from imgclust_jupyter.imaging import DEFAULT_LIMITS, Limits
from imgclust_jupyter.insight import CLOSENESS, similar
from imgclust_jupyter.labelling import Labelling
from imgclust_jupyter.listening import Listening
from imgclust_jupyter.meaning import Meaning
from imgclust_jupyter.panels import Panels
from imgclust_jupyter.pipeline import FeatureChoice, Options, ProgressLine, Results
from imgclust_jupyter.pipeline.findings import duplicates
from imgclust_jupyter.saving import Saving
from imgclust_jupyter.store import open_store
from imgclust_jupyter.widget.models import ExplorerWidget
from imgclust_jupyter.widget.pane import PaneWidget
from imgclust_jupyter.widget.session import Session
from imgclust_jupyter.working_set import WorkingSets
from imgclust_jupyter.workspace.cut import resolve_cut
from imgclust_jupyter.workspace.lookup import row_of
from imgclust_jupyter.workspace.selection import Wanted

__all__ = ["ClusterExplorer"]

_log = logging.getLogger(__name__)


class ClusterExplorer(Copying, Exporting, Growing, Labelling, Listening, Meaning, Saving, WorkingSets):
    """A collection of images as a dendrogram, a gallery and a map, linked, in a notebook cell.

    The constructor returns at once and the views fill as the work is done in the background; whatever asks for a
    result waits for it, so that a notebook runs from top to bottom unattended. Embeddings and thumbnails are kept in a
    store on this machine: a second start on the same images embeds nothing.

    Parameters
    ----------
    source : path, str, list or DataFrame
        A folder (with its subfolders), a glob pattern, a zip or tar archive, a URL of fsspec ("s3://bucket/photos/"), a
        list of paths, URLs, arrays or PIL images, or a DataFrame with a column of paths or URLs.
    metadata : DataFrame, optional
        More columns, joined to the images on relative path, else on file name. Its index becomes that of `data` when
        each image matches one row.
    recursive : bool
        Whether a folder's subfolders belong to it.
    model : str, Path, torch.nn.Module or callable
        The network that turns images into numbers: "resnet50", "squeezenet", "pixels", or "auto": ResNet-50 when its
        weights are on this machine or can be downloaded, else SqueezeNet, which is installed with the package. Also the
        name of any other classification network of torchvision ("convnext_tiny"), the path of a state dict of one
        ("birds.pth", "birds.safetensors", or "mobilenet_v2:birds.pth" to say which), a module that makes one row of
        numbers of each image (pictures are prepared by its attribute ``preprocess``, or as usual for ImageNet), or a
        function that makes rows of numbers of an array of uint8 and shape (b, 224, 224, 3), whose embeddings are not
        kept for the next session.
    metric : {"cosine", "euclidean", "manhattan", "correlation"}, optional
        How the distance of two images is measured. For "cosine", the default, the mean of the collection is subtracted
        first. Columns of the table are compared as "euclidean" (see `features`) unless you say otherwise.
    linkage : {"ward", "average", "complete", "single", "weighted"}
        How the distance of two clusters is measured. Ward on the cosine metric is Ward on the Euclidean distance of
        the normalised vectors, which orders pairs as the cosine does.
    layout : {"umap", "tsne", "pca"}
        How the map is laid out.
    n_clusters : int or "auto"
        Where the tree is cut at first; "auto" is as many clusters as there seem to be
        (`imgclust_jupyter.clustering.auto_clusters`).
    client : dask.distributed.Client, optional
        Embed on the workers of a Dask cluster. Embeddings and thumbnails come into the store on this machine, where
        the rest is computed.
    features : "images", str, list of str, dict, array-like of shape (n, d), or DataFrame
        What images are compared by. Default: the model's numbers. Names of columns: these alone, numbers scaled by
        their quartiles, categories by being the same or not, so that all count about as much
        (`imgclust_jupyter.embedding.columns.ColumnEncoder`); a DataFrame given as source then needs no images. A dict
        of shares, such as ``{"images": 0.7, ("breed", "weight"): 0.3}``: both, each with that share of the squared
        distances. An array in the order of a list or of a DataFrame, else a DataFrame whose index names the images:
        numbers of your own in place of the model's.
    frames : {"first", "all"}
        What becomes of a file with several frames or pages: its first picture, or one image for each.
    storage_options : dict, optional
        What the file system of URLs needs, such as credentials, as in pandas.
    limits : Limits
        What a file may ask for (pixels, frames, bytes, seconds) before it counts as unreadable.
    watch : bool
        Whether images that come into the folder, change or go are taken up by themselves, as by `refresh`; for a
        folder or a glob pattern on this machine.

    Raises
    ------
    FileNotFoundError
        When the folder is not there.
    ValueError
        For an unknown metric, linkage or layout, and for what cannot be watched. What only the work itself can find out
        (a folder without images, weights that cannot be had) is raised by whatever waits for it, and shown in the
        widget.

    Examples
    --------
    >>> explorer = ClusterExplorer("photos/")  # doctest: +SKIP
    >>> explorer  # shows it; click a branch, then                              # doctest: +SKIP
    >>> explorer.selection  # the images of the branch, as a DataFrame  # doctest: +SKIP
    """

    def __init__(
        self,
        source: Any,
        *,
        metadata: pd.DataFrame | None = None,
        recursive: bool = True,
        model: Any = "auto",
        metric: str | None = None,
        linkage: str = "ward",
        layout: str = "umap",
        n_clusters: int | Literal["auto"] = "auto",
        client: Any = None,
        features: Any = None,
        frames: str = "first",
        storage_options: dict[str, Any] | None = None,
        limits: Limits = DEFAULT_LIMITS,
        watch: bool = False,
    ) -> None:
        if n_clusters != "auto" and not (isinstance(n_clusters, Integral) and n_clusters >= 1):
            raise ValueError(f"n_clusters must be a whole number from 1, or 'auto', not {n_clusters!r}")
        metric = FeatureChoice.of(features).metric if metric is None else metric
        computing = (model, metric, linkage, layout, client, features)
        options = Options(source, metadata, recursive, *computing, frames, storage_options, limits, watch)
        options.check()
        self._attach(Session(options, None if n_clusters == "auto" else n_clusters))

    def _attach(self, session: Session) -> None:
        self._session = session
        self._panels = Panels(self._session)
        self._finalizer = weakref.finalize(self, self._session.disown)
        self._finalizer.atexit = False

    @property
    def widget(self) -> ExplorerWidget:
        """The widget itself, to put into other widgets."""
        return self._session.handed_out()

    @property
    def panels(self) -> Panels:
        """Charts of the table's columns, linked with the views."""
        return self._panels

    def wait(self, stage: str = "map", timeout: float | None = None) -> Self:
        """Wait until a stage of the work is done.

        Parameters
        ----------
        stage : {"scan", "embed", "neighbors", "tree", "map"}
            The stages in their order; "map" is the last.
        timeout : float, optional
            Seconds.

        Returns
        -------
        ClusterExplorer
            Itself.

        Raises
        ------
        TimeoutError
            When the stage is not done in time; the work goes on.
        KeyboardInterrupt
            When the cell is interrupted: the work is cancelled, what is finished is kept, and `resume` goes on.
        """
        self._results(stage, timeout)
        return self

    def cancel(self) -> None:
        """Stop the work; what is finished is kept."""
        self._session.pipeline.interrupt()

    def resume(self) -> None:
        """Go on with work that was cancelled, or that failed."""
        self._session.pipeline.start()

    @property
    def data(self) -> pd.DataFrame:
        """The table of the images; waits for all.

        name, path, size, width, height and the metadata; ``new``, once `add` or `refresh` was called, for what the last
        of them brought; ``outlier`` and ``outlier_local`` (ranks, 1 for what stands
        apart most: by distance to the nearest neighbours, and by the local outlier factor); ``duplicate_of`` (the label
        of the image that one repeats); ``predicted`` and ``predicted_share``, where the network has classes; cluster, x
        and y; and the columns of labels.
        """
        self._results()
        return self.data_so_far

    @property
    def data_so_far(self) -> pd.DataFrame:
        """As `data`, with the columns that are there by now; never waits."""
        return self._session.data_so_far

    @property
    def selection(self) -> pd.DataFrame:
        """The rows of `data` that are selected; waits for all."""
        self._results()
        return self._session.selection

    def select(self, wanted: Wanted) -> None:
        """Select images in all views.

        Parameters
        ----------
        wanted : str, boolean mask, index labels, callable or None
            A query as for `pandas.DataFrame.query`, a mask as long as `data`, labels of its index, a function of
            `data` that gives one of these, or None for nothing; ``explorer.data.index`` for all.

        Raises
        ------
        KeyError, ValueError
            For labels that are not there, and queries or masks that do not fit.

        Examples
        --------
        >>> explorer.select("width > 1000 and cluster == 3")  # doctest: +SKIP
        """
        self._results()
        self._session.select(wanted)

    def filter(self, wanted: Wanted) -> None:
        """Narrow all views to some images; `selection` and `data` stay as they are.

        Parameters
        ----------
        wanted : str, boolean mask, index labels, callable or None
            As for `select`; the filter shows as a chip, in the place of the one that Python has set before. None takes
            all filters away, those that were set in the views too.

        Raises
        ------
        KeyError, ValueError
            For labels that are not there, and queries or masks that do not fit.

        Examples
        --------
        >>> explorer.filter("breed == 'pug'")  # doctest: +SKIP
        """
        self._results()
        self._session.filter(wanted)

    def undo(self) -> None:
        """Take back the last change of selection, cut, filters, labels or working set, in the views or by Python."""
        self._session.widget.go(-1)

    def redo(self) -> None:
        """Bring the change again that was taken back last."""
        self._session.widget.go(1)

    def view(self, name: Literal["tree", "gallery", "map"]) -> PaneWidget:
        """Return one of the views, to be shown in another cell or put into other widgets, linked with all others.

        Parameters
        ----------
        name : {"tree", "gallery", "map"}

        Returns
        -------
        PaneWidget
            Its `close` takes it off the page.

        Raises
        ------
        ValueError
            For any other name, and after `close`.
        """
        return self._session.view(name)

    @property
    def errors(self) -> pd.DataFrame:
        """The files that could not be read: path, stage, reason and exception; waits for the embedding.

        Paths are those in the collection, such as "cats/lynx.jpg"; those of `data` are absolute, of files that can be
        opened.
        """
        collection = self._results("embed").collection
        assert collection is not None
        return collection.errors

    @property
    def embeddings(self) -> pd.DataFrame:
        """The numbers of each image, float32, columns n0, n1, …; waits for the embedding."""
        results = self._results("embed")
        values = results.embeddings
        assert values is not None
        if not len(values):
            self._results()  # raises that none of the images can be read, and why
        columns = [f"n{i}" for i in range(values.shape[1])]
        return pd.DataFrame(values, index=self._session.table(results).index, columns=columns, copy=True)

    @property
    def tree(self) -> Tree:
        """The tree: its arrays, cuts, and in `Tree.method` how it was made, exactly or not; waits for the tree."""
        tree = self._results("tree").tree
        assert tree is not None
        return tree

    @property
    def linkage_matrix(self) -> npt.NDArray[np.float64]:
        """The tree as scipy's linkage matrix, shape (n - 1, 4), over the rows of `data`; waits for the tree."""
        return self.tree.linkage_matrix.copy()

    def distances(self) -> npt.NDArray[np.float64]:
        """Return the distances of all pairs of images.

        Returns
        -------
        ndarray, shape (n (n - 1) / 2,)
            A condensed distance matrix over the rows of `data`, as `scipy.spatial.distance.pdist` has it.
        """
        vectors = self._results("tree").vectors
        assert vectors is not None
        return condensed_distances(vectors, self._session.pipeline.options.metric)

    def outliers(self, n: int = 50) -> pd.DataFrame:
        """Return the rows of `data` of the images that stand apart most, the first of them first.

        Parameters
        ----------
        n : int

        Returns
        -------
        DataFrame
        """
        return self.data.sort_values("outlier").head(n)

    def duplicates(self, closeness: float = CLOSENESS) -> pd.DataFrame:
        """Return the rows of `data` of the images that are there more than once, group by group.

        Parameters
        ----------
        closeness : float
            From 0 (only what no number tells apart) to 1: two images are the same up to this share of how far their
            neighbours are away (`imgclust_jupyter.insight.duplicate_groups`). The views and `data` have 0.25.

        Returns
        -------
        DataFrame
            With ``duplicate_of`` for this closeness; the first of each group has none.

        Raises
        ------
        ValueError
            For any other closeness.
        """
        if not 0 <= closeness <= 1:
            raise ValueError(f"closeness must be from 0 to 1, not {closeness!r}")
        results = self._results()
        assert results.findings is not None
        groups = results.findings.duplicates
        if closeness != CLOSENESS:
            groups = duplicates(results, self._session.pipeline.options.metric, open_store(), closeness)
        data = self._session.table(results)
        found = replace(results.findings, duplicates=groups).columns(data.index)["duplicate_of"]
        repeated = np.flatnonzero(groups)
        return data.assign(duplicate_of=found).iloc[repeated[np.argsort(groups[repeated], kind="stable")]]

    def similar(self, image: Hashable, k: int = 20) -> pd.DataFrame:
        """Return the rows of `data` of the images nearest to one, which comes first.

        Parameters
        ----------
        image : hashable
            Its label in the index of `data`, its path in the collection, or its file name.
        k : int
            How many, the image itself included.

        Returns
        -------
        DataFrame
            With a column ``distance``, in the metric of the tree.

        Raises
        ------
        KeyError
            When there is no such image, or more than one.
        """
        results = self._results()
        data = self._session.table(results)
        assert results.vectors is not None
        row = row_of(image, data, results.relative_paths)
        rows, distances = similar(results.vectors, results.vectors[row], k, self._session.pipeline.options.metric)
        return data.iloc[rows].assign(distance=distances)

    def cut(self, n_clusters: int | Literal["auto"] | None = None, *, height: float | None = None) -> None:
        """Cut the tree into clusters, which are numbered from 1 in the order of the leaves.

        Parameters
        ----------
        n_clusters : int or "auto", optional
            How many clusters; "auto" for as many as there seem to be.
        height : float, optional
            At which distance; give either this or the number.

        Raises
        ------
        TypeError
            When the number is not whole.
        ValueError
            When both or none are given, the number is not between 1 and the number of images, or the height is not
            finite.
        """
        results = self._results("tree")
        assert results.tree is not None
        self._session.set_view(cut=resolve_cut(results.tree, results.auto, n_clusters, height))

    def color_by(self, column: str) -> None:
        """Colour the views by a column of `data`, or by "cluster"."""
        self._session.set_view(color_by=self._known(column, "number", "category"))

    def group_by(self, column: str | None) -> None:
        """Group the gallery by a column of categories in `data`, by "cluster", or not at all (None)."""
        self._session.set_view(group_by="" if column is None else self._known(column, "category"))

    def close(self) -> None:
        """Stop the work and take the widget off the page; what is finished can still be read."""
        self._finalizer.detach()
        self._panels.close()
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        progress = self._session.pipeline.progress
        results = self._session.pipeline.results
        if results.collection is None or results.ids is None:
            return f"<ClusterExplorer: {progress.label or progress.state}>"
        state = progress.label or progress.state
        return f"<ClusterExplorer {results.collection.name!r}: {len(results.ids):,} images, {state}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        if self._session.closed:
            return {"text/plain": repr(self)}, {}
        self._session.shown()
        data, metadata = self.widget._repr_mimebundle_(**kwargs)
        data = {**data, "text/plain": repr(self)}
        if self._session.pipeline.finished:
            # What a saved notebook shows where there is no kernel, on GitHub for instance.
            try:
                jpeg = io.BytesIO()
                self.snapshot().save(jpeg, "JPEG", quality=88)
                data["image/jpeg"] = base64.b64encode(jpeg.getvalue()).decode()
            except Exception:  # noqa: BLE001  the views are worth more than their picture
                _log.exception("no still picture of the explorer could be drawn")
        return data, metadata

    def _display_(self) -> ExplorerWidget:
        # marimo's protocol: of the bundle above it would take the still picture.
        self._session.shown()
        return self.widget

    def _known(self, column: str, *kinds: str) -> str:
        self._results("scan")
        columns = ["cluster", *self._session.columns(*kinds)]
        if column not in columns:
            raise KeyError(f"the views have no column {column!r} for this; they have {', '.join(columns)}")
        return column

    def _results(self, stage: str = "map", timeout: float | None = None) -> Results:
        # A widget on a page shows the progress itself, and better.
        with ProgressLine(hidden=self._session.is_shown) as line:
            try:
                results = self._session.pipeline.wait(stage, timeout, line.show)
            except KeyboardInterrupt:
                self.cancel()
                raise
        self._session.labels.catch_up()
        return results
