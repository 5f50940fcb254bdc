"""Importing torchvision where its compiled operators do not fit the installed torch.

torchvision from PyPI is built against CUDA torch on Linux. Beside a CPU torch its operators do not load, and the import
fails although models, weight tables and transforms need none of them.
"""

from __future__ import annotations

import importlib
import sys
import threading
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch.library import Library

__all__ = ["WithTorchvision", "load_torchvision"]

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"

_lock = threading.Lock()
_declared: list[Library] = []  # a Library takes its schemas with it when it is collected


def load_torchvision() -> ModuleType:
    """Import torchvision, declaring the operators whose absence stops the import.

    They are declared only after an import has failed for want of them: beside a torchvision that fits, a second
    declaration would be an error.

    Returns
    -------
    module
        ``torchvision``, with ``torchvision.models`` loaded.

    Raises
    ------
    ImportError, RuntimeError
        Where torchvision is missing or broken in another way.

    Examples
    --------
    >>> load_torchvision().models.squeezenet1_1.__name__
    'squeezenet1_1'
    """
    with _lock:
        try:
            return importlib.import_module("torchvision")
        except RuntimeError as error:
            if "operator torchvision::nms does not exist" not in str(error):
                raise
            from torch.library import Library

            library = Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
            for operator in ("nms", "qnms"):
                library.define(operator + _SCHEMA)  # type: ignore[no-untyped-call]
            _declared.append(library)
            return importlib.import_module("torchvision")


class WithTorchvision:
    """Put into a pickle before modules: where torchvision is loaded now, it is loaded first when they are unpickled.

    The unpickler would import torchvision for classes of its modules as anybody does, without `load_torchvision`.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return load_torchvision if "torchvision" in sys.modules else type(None), ()
