import threading

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances
from scipy.cluster import hierarchy
from traitlets import TraitError

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.clustering import Tree, linkage
from imgclust_jupyter.insight.cut_table import cut_table
from imgclust_jupyter.panels import Panels
from imgclust_jupyter.panels import silhouettes as silhouettes_module
from imgclust_jupyter.pipeline import Results


class Trees:
    """A source of charts with a tree."""

    metric = "euclidean"

    def __init__(self, points=None, auto=4):
        self.n_clusters = 3
        self.gestures = []
        self.listeners = []
        self.results = Results()
        if points is not None:
            self.grow(points, auto)

    def grow(self, points, auto=4):
        Z = linkage(points, "ward", "euclidean") if len(points) > 1 else np.zeros((0, 4))
        self.results = Results(vectors=points, tree=Tree.from_linkage(Z), auto=auto)
        self.tell()

    def colors_at(self, n_clusters):
        return [f"#{color:06x}" for color in self.results.tree.colors(n_clusters)]

    def cut_into(self, n_clusters, gesture=""):
        self.n_clusters = n_clusters
        self.gestures.append(gesture)
        self.tell()

    def tell(self):
        for callback in list(self.listeners):
            callback()

    def on_new(self, names, callback):
        assert names == ("cut",)
        return self.on_data(callback)

    def on_data(self, callback):
        self.listeners.append(callback)
        return lambda: self.listeners.remove(callback)


def points(n, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 5))


@pytest.fixture
def trees():
    return Trees(points(80))


def said(panel):
    return panel.children[0].value


def rule(panel):
    return panel._rule.x.tolist()


def drag(handle, *path):
    """What the browser sends while the handle is dragged."""
    send = handle._handle_custom_msgs
    send(handle, {"event": "drag_start", "point": {"x": float(handle.x[0])}})
    for x in path:
        handle.x = np.array([x])
    send(handle, {"event": "drag_end", "point": {"x": path[-1]}})


class TestMergeHeights:
    def test_the_curve_is_of_scipy_s_heights(self, trees):
        panel = Panels(trees).merge_heights(most=30)
        heights = hierarchy.linkage(trees.results.vectors, "ward")[:, 2]
        np.testing.assert_array_equal(panel.curve.x, np.arange(2, 31))
        np.testing.assert_allclose(panel.curve.y, heights[::-1][:29], rtol=1e-6)

    def test_all_merges_are_on_a_logarithmic_axis_and_those_left_out_lie_between(self):
        trees = Trees(points(1000))
        panel = Panels(trees).merge_heights(most=None)
        numbers = np.rint(10**panel.curve.x).astype(int)
        assert numbers[0] == 2
        assert numbers[-1] == 1000
        assert len(numbers) < 401
        heights = trees.results.tree.linkage_matrix[::-1, 2]
        np.testing.assert_array_equal(panel.curve.y, heights[numbers - 2])
        np.testing.assert_array_equal(numbers[:20], np.arange(2, 22))

    def test_the_line_stands_where_the_tree_is_cut(self, trees):
        panel = Panels(trees).merge_heights()
        assert rule(panel) == [3, 3]
        trees.cut_into(9)
        assert rule(panel) == [9, 9]
        assert panel.handle.x.tolist() == [9]
        assert panel.n_clusters == 9
        heights = trees.results.tree.linkage_matrix[:, 2]
        assert f"9 clusters · joined up to {heights[70]:.4g} · next merge at {heights[71]:.4g}" in said(panel)

    def test_a_drag_cuts_as_it_goes_in_one_gesture(self, trees):
        panel = Panels(trees).merge_heights()
        cuts = []
        panel.observe(lambda change: cuts.append(change.new), "n_clusters")
        drag(panel.handle, 3.4, 4.2, 4.4, 6.7)
        assert cuts == [4, 7]
        assert len(set(trees.gestures)) == 1
        assert trees.gestures[0]
        assert rule(panel) == [7, 7]
        assert panel.handle.x.tolist() == [7]
        drag(panel.handle, 12.0)
        assert len(set(trees.gestures)) == 2

    def test_the_handle_is_left_to_the_hand_until_it_is_let_go(self, trees):
        panel = Panels(trees).merge_heights()
        panel.handle._handle_custom_msgs(panel.handle, {"event": "drag_start", "point": {"x": 3.0}})
        panel.handle.x = np.array([6.7])
        assert panel.handle.x.tolist() == [6.7]
        assert rule(panel) == [7, 7]
        # A page that is left while the button is down never says that it was let go.
        trees.cut_into(20)
        assert panel.handle.x.tolist() == [20]

    def test_a_position_that_arrives_after_the_end_of_the_drag_comes_to_rest(self, trees):
        panel = Panels(trees).merge_heights()
        drag(panel.handle, 6.7)
        panel.handle.x = np.array([6.7])
        assert panel.handle.x.tolist() == [7]
        assert trees.n_clusters == 7

    def test_a_click_cuts_in_a_step_of_its_own(self, trees):
        panel = Panels(trees).merge_heights()
        strips = panel.children[1].marks[-2]
        for x in (8.2, 11.0):
            strips._handle_custom_msgs(strips, {"event": "element_click", "data": {"x": x}})
        assert trees.n_clusters == 11
        assert trees.gestures == ["", ""]

    def test_a_cut_beyond_the_curve_stands_at_its_end(self, trees):
        panel = Panels(trees).merge_heights(most=10)
        trees.cut_into(40)
        assert rule(panel) == [10, 10]
        assert panel.n_clusters == 40
        assert "40 clusters, more than the 10 drawn" in said(panel)
        panel.most = None
        np.testing.assert_allclose(rule(panel), np.log10([40, 40]))

    def test_the_number_that_is_suggested_is_marked(self, trees):
        labels = [mark for mark in Panels(trees).merge_heights().children[1].marks if hasattr(mark, "text")]
        assert [(label.text.tolist(), label.x.tolist()) for label in labels] == [(["auto"], [4])]

    @pytest.mark.parametrize("n", [1, 2, 3])
    def test_few_images(self, n):
        trees = Trees(points(n), auto=1)
        panel = Panels(trees).merge_heights()
        assert len(panel.curve.y) == n - 1
        assert panel.n_clusters == n
        drag(panel.handle, -3.0, 99.0)
        assert panel.n_clusters == panel.handle.x[0] == n

    def test_equal_images(self):
        panel = Panels(Trees(np.ones((9, 2)), auto=1)).merge_heights()
        assert panel.curve.y.tolist() == [0] * 8
        assert "joined up to 0" in said(panel)


class TestSilhouettes:
    def test_draws_what_the_table_says(self, trees):
        panel = Panels(trees).silhouettes([2, 3, 10]).wait(60)
        expected = cut_table(trees.results.tree, trees.results.vectors, "euclidean", [2, 3, 10])
        assert panel.table.equals(expected)
        np.testing.assert_array_equal(panel.bars.y, expected["silhouette"])
        assert panel.bars.x.tolist() == ["2", "3", "10"]
        assert f"silhouette {expected['silhouette'][3]:.2f} · largest" in said(panel)

    def test_shares_are_in_the_order_of_the_leaves_in_the_colours_of_the_views(self, trees):
        panel = Panels(trees).silhouettes([2, 3, 10])
        tree = trees.results.tree
        for place, number in enumerate([2, 3, 10]):
            upwards = [(y, c) for y, c in zip(panel.shares.y[:, place], panel.shares.colors, strict=True) if y]
            sizes = np.bincount(tree.cut(number))[1:]
            assert upwards == [(s / 80, c) for s, c in zip(sizes, trees.colors_at(number), strict=True)][::-1]

    def test_of_many_clusters_the_latest_share_a_row(self):
        trees = Trees(points(200))
        panel = Panels(trees).silhouettes([2, 150])
        assert panel.shares.y.shape == (61, 2)
        np.testing.assert_allclose(panel.shares.y.sum(axis=0), 1)
        assert panel.shares.y[0, 0] == 0 < panel.shares.y[0, 1]

    def test_the_cut_is_marked_and_a_click_cuts(self, trees):
        panel = Panels(trees).silhouettes([2, 3, 10])
        assert panel.bars.selected.tolist() == panel.shares.selected.tolist() == [1]
        for mark in (panel.shares, panel.children[1].marks[-1]):
            trees.cut_into(3)
            mark._handle_custom_msgs(mark, {"event": "element_click", "data": {"index": 2}})
            assert trees.n_clusters == panel.n_clusters == 10
        assert panel.bars.selected.tolist() == [2]
        trees.cut_into(5)
        assert panel.bars.selected is None

    def test_what_is_being_computed_is_said_and_another_tree_s_is_dropped(self, trees, monkeypatch):
        go, first_tree = threading.Event(), trees.results.tree

        def held(tree, *rest):
            assert tree is not first_tree or go.wait(60)
            return cut_table(tree, *rest)

        monkeypatch.setattr(silhouettes_module, "cut_table", held)
        panel = Panels(trees).silhouettes([2, 3])
        first = panel._computing
        assert "computing silhouettes" in said(panel)
        assert panel.table is None
        trees.grow(points(50, seed=1))
        panel.wait(60)
        go.set()
        first.join(60)
        assert not first.is_alive()
        assert panel.table.equals(cut_table(trees.results.tree, trees.results.vectors, "euclidean", [2, 3]))
        assert "computing" not in said(panel)

    def test_what_fails_is_said(self, trees, monkeypatch):
        monkeypatch.setattr(silhouettes_module, "cut_table", lambda *_: [][0])
        panel = Panels(trees).silhouettes([2, 3]).wait(60)
        assert "no silhouettes: list index out of range" in said(panel)

    def test_waiting_ends_in_time(self, trees, monkeypatch):
        go = threading.Event()
        monkeypatch.setattr(silhouettes_module, "cut_table", lambda *rest: go.wait(60) and cut_table(*rest))
        panel = Panels(trees).silhouettes([2, 3])
        with pytest.raises(TimeoutError, match=r"not there after 0\.01 seconds"):
            panel.wait(0.01)
        go.set()

    @pytest.mark.parametrize("n", [1, 2, 3])
    def test_few_images(self, n):
        trees = Trees(points(n), auto=1)
        panel = Panels(trees).silhouettes().wait(60)
        assert panel.n_clusters == n
        assert len(panel.children) == (1 if n == 1 else 3)

    def test_numbers_are_whole_and_from_one(self, trees):
        with pytest.raises(TypeError):
            Panels(trees).silhouettes([2.5])
        with pytest.raises(ValueError, match="no cut into 0 clusters"):
            Panels(trees).silhouettes([0, 2])


@pytest.mark.parametrize("make", [lambda panels: panels.merge_heights(), lambda panels: panels.silhouettes()])
class TestBoth:
    def test_the_trait_cuts_and_is_kept_in_range(self, trees, make):
        panel = make(Panels(trees))
        panel.n_clusters = 6
        assert trees.n_clusters == 6
        panel.n_clusters = 500
        assert trees.n_clusters == panel.n_clusters == 80
        with pytest.raises(TraitError):
            panel.n_clusters = 0

    def test_wait_for_the_tree(self, make):
        trees = Trees()
        panel = make(Panels(trees))
        assert "the tree is still to come" in said(panel)
        assert panel.n_clusters == 1
        trees.grow(points(30))
        assert panel.n_clusters == 3
        assert len(panel.children) > 1

    def test_closing_leaves_nothing_behind(self, trees, make):
        before = set(_instances)
        panel = make(Panels(trees))
        trees.grow(points(20))
        if hasattr(panel, "wait"):
            panel.wait(60)
        assert set(_instances) - before
        panel.close()
        panel.close()
        trees.cut_into(5)
        assert set(_instances) <= before  # what others have left may go meanwhile
        assert not trees.listeners

    def test_an_explorer_is_cut_and_takes_a_drag_back_in_one_step(self, make):
        rng = np.random.default_rng(0)
        pictures = [rng.integers(0, 256, (8, 8, 3), dtype=np.uint8) for _ in range(20)]
        with ClusterExplorer(pictures, model="pixels", layout="pca", n_clusters=4).wait() as explorer:
            panel = make(explorer.panels)
            assert panel.n_clusters == 4
            panel.n_clusters = 6
            if hasattr(panel, "handle"):
                drag(panel.handle, 7.0, 8.0, 9.0)
                assert explorer.data["cluster"].max() == 9
                explorer.undo()
            assert explorer.data["cluster"].max() == panel.n_clusters == 6
            explorer.cut(2)
            assert panel.n_clusters == 2
        assert panel.comm is None
