"""An explorer as one HTML file that needs no kernel and no network."""

from imgclust_jupyter.widget.export.export import export_html
from imgclust_jupyter.widget.export.pictures import Choice, check_choice

__all__ = ["Choice", "check_choice", "export_html"]
