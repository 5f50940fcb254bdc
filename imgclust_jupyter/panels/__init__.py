"""Charts of the table's columns, linked with the views: what is brushed in them is selected everywhere."""

from imgclust_jupyter.panels.panels import Panels, Source

__all__ = ["Panels", "Source"]
