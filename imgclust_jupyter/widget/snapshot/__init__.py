"""A still picture of an explorer, for where there is no kernel: saved notebooks, READMEs, papers."""

from imgclust_jupyter.widget.snapshot.picture import snapshot

__all__ = ["snapshot"]
