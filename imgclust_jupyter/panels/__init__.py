"""Charts of the table's columns, linked with the views: what is brushed in them is filtered or selected everywhere."""

from imgclust_jupyter.panels.crossfilter import Source
from imgclust_jupyter.panels.panels import Panels

__all__ = ["Panels", "Source"]
