"""What a person does first, with the package as it was installed: ``make smoke`` runs it where there is no Node."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def main() -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ["IMGCLUST_CACHE"], os.environ["IMGCLUST_DATA"] = str(folder / "cache"), str(folder / "data")
        import imgclust_jupyter

        installed = Path(imgclust_jupyter.__file__).parent
        assert installed.is_relative_to(sys.prefix), f"{installed} is not what was installed into {sys.prefix}"
        explore(folder)
        print(f"imgclust_jupyter {imgclust_jupyter.__version__} works in {sys.prefix}")


def explore(folder: Path) -> None:
    from imgclust_jupyter import ClusterExplorer
    from imgclust_jupyter.samples import make_samples

    table = make_samples(folder / "photos", per_subject=4, subjects=["cat", "coffee", "rocket"])
    with ClusterExplorer(folder / "photos", metadata=table, model="squeezenet", layout="pca", n_clusters=3) as explorer:
        data = explorer.data
        assert len(data) == len(table) == 12
        assert data.groupby("cluster")["subject"].nunique().max() == 1, data[["name", "subject", "cluster"]]
        assert explorer.errors.empty
        explorer.select("subject == 'cat'")
        assert len(explorer.selection) == 4
        assert explorer.snapshot().width == 1200
        page = explorer.to_html(folder / "photos.html").read_text()
        assert "cat_00.jpg" in page
        assert "application/vnd.jupyter.widget-view+json" in explorer._repr_mimebundle_()[0]


if __name__ == "__main__":
    main()
