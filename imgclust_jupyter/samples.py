"""Sample images for notebooks and tests: crops of the photographs that are part of scikit-image.

Nothing is downloaded. The groups are known, the pixels are real, and the crops of one subject differ in place, size,
angle and light, so that comparing pixels does not find the groups but comparing what a network sees does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from math import cos, radians, sin
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

__all__ = ["make_samples"]


@dataclass(frozen=True)
class _Subject:
    """A photograph, and where in it the subject is: left, top, right, bottom as parts of width and height."""

    file: str
    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0


_SUBJECTS = {
    "astronaut": _Subject("astronaut.png", 0.35, 0.15, 0.55, 0.6),
    "brick": _Subject("brick.png"),
    "cat": _Subject("chelsea.png", 0.35, 0.3, 0.6, 0.6),
    "coffee": _Subject("coffee.png", 0.35, 0.3, 0.6, 0.7),
    "coins": _Subject("coins.png"),
    "galaxies": _Subject("hubble_deep_field.jpg"),
    "grass": _Subject("grass.png"),
    "gravel": _Subject("gravel.png"),
    "motorcycle": _Subject("motorcycle_left.png", 0.3, 0.4, 0.75, 0.7),
    "retina": _Subject("retina.jpg", 0.2, 0.3, 0.7, 0.7),
    "rocket": _Subject("rocket.jpg", 0.4, 0.4, 0.6, 0.7),
    "tissue": _Subject("ihc.png"),
}

_SIDES = (160, 320)  # pixels of the sample images
_SCALES = (0.45, 0.72)  # at 0.72 a crop at the largest angle still fits into the photograph
_ANGLE = 25.0  # degrees to either side
_BRIGHTNESS = (0.5, 1.5)


def make_samples(
    folder: str | Path, per_subject: int = 16, seed: int = 0, subjects: Iterable[str] | None = None
) -> pd.DataFrame:
    """Make a folder of sample images, with a table about them.

    Doing it again changes nothing, unless something is missing or was made otherwise.

    Parameters
    ----------
    folder : str or Path
        Made when needed.
    per_subject : int, default=16
        How many crops to make of each photograph.
    seed : int, default=0
        Other seeds give other crops.
    subjects : iterable of str, optional
        Which of the twelve photographs, by name, such as ``["cat", "coffee"]``. Default: all.

    Returns
    -------
    DataFrame, per_subject rows a photograph
        ``file`` such as ``cat_03.jpg``; ``subject``; ``scale``, the side of the crop in sides of the photograph, of
        which the shorter counts; ``brightness``, the factor by which the light was changed. The same table is in the
        folder as ``metadata.csv``.

    Raises
    ------
    ImportError
        When scikit-image is not installed.
    ValueError
        When `per_subject` is less than 1, and for a subject that there is no photograph of.

    Examples
    --------
    >>> from imgclust_jupyter.samples import make_samples
    >>> table = make_samples("samples")  # doctest: +SKIP
    >>> table.subject.nunique(), len(table)  # doctest: +SKIP
    (12, 192)
    """
    if per_subject < 1:
        raise ValueError(f"per_subject must be 1 or more, not {per_subject}")
    folder = Path(folder)
    wanted = set(_SUBJECTS if subjects is None else subjects)
    unknown = ", ".join(sorted(wanted - _SUBJECTS.keys()))
    if unknown or not wanted:
        raise ValueError(f"subjects must be some of {', '.join(_SUBJECTS)}, not {unknown or 'none'}")
    crops = [
        _plan(subject, number, seed) for subject in _SUBJECTS if subject in wanted for number in range(per_subject)
    ]
    table = pd.DataFrame([(c.file, c.subject, c.scale, c.brightness) for c in crops])
    table.columns = ["file", "subject", "scale", "brightness"]
    listing, listed = folder / "metadata.csv", table.to_csv(index=False)
    if listing.exists() and listing.read_text() == listed and all((folder / file).exists() for file in table["file"]):
        return table
    photographs = _load_photographs()
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        list(pool.map(partial(_write, folder, photographs), crops))
    listing.write_text(listed)
    return table


@dataclass(frozen=True)
class _Crop:
    """What to cut out: angle in degrees, the centre as a part of the room that there is for it."""

    file: str
    subject: str
    scale: float
    brightness: float
    angle: float
    mirrored: bool
    center: tuple[float, float]
    size: tuple[int, int]


def _plan(subject: str, number: int, seed: int) -> _Crop:
    # A generator of its own for each crop, so that crop 3 is the same however many are made.
    rng = np.random.default_rng([seed, list(_SUBJECTS).index(subject), number])
    return _Crop(
        file=f"{subject}_{number:02d}.jpg",
        subject=subject,
        scale=round(rng.uniform(*_SCALES), 3),
        brightness=round(rng.uniform(*_BRIGHTNESS), 3),
        angle=rng.uniform(-_ANGLE, _ANGLE),
        mirrored=bool(rng.random() < 0.5),
        center=(rng.random(), rng.random()),
        size=(int(rng.integers(*_SIDES)), int(rng.integers(*_SIDES))),
    )


def _load_photographs() -> dict[str, Image.Image]:
    # Found without importing scikit-image, which takes its time.
    package = find_spec("skimage")
    if package is None or not package.submodule_search_locations:
        raise ImportError("the sample images need scikit-image: pip install imgclust_jupyter[samples]")
    folder = Path(package.submodule_search_locations[0]) / "data"
    photographs = {}
    for name, subject in _SUBJECTS.items():
        with Image.open(folder / subject.file) as image:
            photographs[name] = image.convert("RGB")
    return photographs


def _write(folder: Path, photographs: Mapping[str, Image.Image], crop: _Crop) -> None:
    photograph, subject = photographs[crop.subject], _SUBJECTS[crop.subject]
    width, height = crop.size
    # Pixels of the photograph per pixel of the crop.
    zoom = crop.scale * min(photograph.size) / max(crop.size)
    c, s = zoom * cos(radians(crop.angle)), zoom * sin(radians(crop.angle))
    # The turned crop must lie within the photograph.
    half_width = (abs(c) * width + abs(s) * height) / 2
    half_height = (abs(s) * width + abs(c) * height) / 2
    x = (subject.left + crop.center[0] * (subject.right - subject.left)) * photograph.width
    y = (subject.top + crop.center[1] * (subject.bottom - subject.top)) * photograph.height
    x = min(max(x, half_width), photograph.width - half_width)
    y = min(max(y, half_height), photograph.height - half_height)
    affine = (c, -s, x - (c * width - s * height) / 2, s, c, y - (s * width + c * height) / 2)
    image = photograph.transform(crop.size, Image.Transform.AFFINE, affine, Image.Resampling.BICUBIC)
    if crop.mirrored:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    image.point(lambda value: value * crop.brightness).save(folder / crop.file, quality=90)
