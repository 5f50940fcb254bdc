"""Write labels as Python sends them, for vitest to read: run after a change of `label_wire`; look at the diff."""

from __future__ import annotations

import json
from pathlib import Path

from imgclust_jupyter.widget.label_wire import encode_labels
from imgclust_jupyter.workspace.labels import LabelTable

FILE = Path(__file__).parent / "labels.json"
ID_COUNT = 23


def golden() -> dict[str, object]:
    """What the file holds: two columns of labels, of which one has a value that no item has."""
    table = LabelTable().assign("label", "cow", [0, 3, 7, 9]).assign("label", "horse", [4]).assign("label", None, [4])
    table = table.assign("label", "žirafa", [5, 12]).assign("quality", "sharp", [2, 20])
    header, codes = encode_labels(table, 5, ID_COUNT)
    expected = {name: column.values_of(range(ID_COUNT)).tolist() for name, column in table.columns.items()}
    return {"labels": header, "label_codes_hex": codes.hex(), "id_count": ID_COUNT, "expected": expected}


if __name__ == "__main__":
    FILE.write_text(json.dumps(golden(), indent=1) + "\n")
