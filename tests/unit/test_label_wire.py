import json
import sys
from pathlib import Path

from imgclust_jupyter.widget.label_wire import encode_labels
from imgclust_jupyter.workspace.labels import LabelTable

GOLDEN = Path(__file__).parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))
from make_labels import golden  # noqa: E402


def test_python_still_sends_the_golden_labels():
    assert json.loads((GOLDEN / "labels.json").read_text()) == golden()


def test_without_labels_there_is_nothing_to_send():
    assert encode_labels(LabelTable(), 1, 20) == ({"version": 1, "columns": []}, b"")
