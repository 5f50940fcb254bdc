"""What holds of any two clusterings."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgclust_jupyter.insight.comparison import Agreement

clusterings = st.integers(1, 40).flatmap(lambda n: st.lists(st.integers(1, 6), min_size=n, max_size=n))
pairs = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=40)


def agreement_of(a, b):
    return Agreement(pd.DataFrame({"cluster_a": a, "cluster_b": b}))


@given(clusterings, st.permutations(range(1, 7)))
def test_the_same_clusters_under_other_numbers_agree_wholly(labels, numbers):
    agreement = agreement_of(labels, [numbers[label - 1] for label in labels])
    assert agreement.rand_index == pytest.approx(1)
    assert agreement.mutual_information == pytest.approx(1)
    assert agreement.moved.empty
    assert agreement.counterparts == {label: numbers[label - 1] for label in set(labels)}


@given(pairs, st.permutations(range(1, 7)), st.permutations(range(1, 7)))
def test_numbers_of_clusters_change_no_figure(labels, numbers_a, numbers_b):
    a, b = np.array(labels).T
    agreement, renumbered = agreement_of(a, b), agreement_of(np.take(numbers_a, a - 1), np.take(numbers_b, b - 1))
    assert renumbered.rand_index == pytest.approx(agreement.rand_index)
    assert renumbered.mutual_information == pytest.approx(agreement.mutual_information, abs=1e-9)
    assert len(renumbered.moved) == len(agreement.moved)
    assert len(agreement_of(b, a).moved) == len(agreement.moved)


@given(pairs)
def test_counterparts_share_images_and_are_one_to_one(labels):
    agreement = agreement_of(*np.array(labels).T)
    assert all(agreement.table.at[pair] > 0 for pair in agreement.counterparts.items())
    assert len(set(agreement.counterparts.values())) == len(agreement.counterparts)
    assert agreement.table.to_numpy().sum() == len(labels)
