"""What holds for all pictures."""

import contextlib
import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image

from imgclust_jupyter.imaging import UnreadableImage, decode, read_shape
from imgclust_jupyter.imaging.pixels import window


def _files():
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 255, (40, 50, 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    files = []
    for format in ("JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP", "PPM", "TGA", "JPEG2000", "ICO"):
        file = io.BytesIO()
        image.save(file, format, **({"exif": exif} if format in ("JPEG", "PNG", "TIFF", "WEBP") else {}))
        files.append(file.getvalue())
    return files


FILES = _files()


@settings(max_examples=150)
@given(
    file=st.sampled_from(FILES),
    end=st.floats(0.01, 1),
    damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
    min_side=st.sampled_from([None, 10]),
)
def test_a_damaged_file_is_shown_or_reported_and_nothing_else(file, end, damage, min_side):
    content = bytearray(file[: max(1, int(end * len(file)))])
    for place, value in damage:
        content[min(len(content) - 1, int(place * len(content)))] = value
    with contextlib.suppress(UnreadableImage):
        decoded = decode(bytes(content), min_side)
        assert decoded.image.mode == "RGB"
        assert min(decoded.width, decoded.height) >= 1
    with contextlib.suppress(UnreadableImage):
        assert min(read_shape(bytes(content))) >= 0


@settings(max_examples=40)
@given(width=st.integers(1, 700), height=st.integers(1, 700), min_side=st.integers(1, 300))
def test_the_shorter_side_never_gets_below_what_is_asked_for(width, height, min_side):
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, "JPEG")
    decoded = decode(file.getvalue(), min_side)
    assert (decoded.width, decoded.height) == (width, height)
    assert min(decoded.image.size) >= min(min_side, width, height)


numbers = st.one_of(
    npst.arrays(np.uint16, npst.array_shapes(min_dims=2, max_dims=2)),
    npst.arrays(np.int64, npst.array_shapes(min_dims=2, max_dims=2)),
    npst.arrays(np.float64, npst.array_shapes(min_dims=2, max_dims=2)),
    npst.arrays(np.float16, npst.array_shapes(min_dims=2, max_dims=2)),
)


@given(numbers)
def test_brighter_values_are_never_shown_darker(values):
    shown = window(values)
    assert shown.shape == values.shape
    finite = np.isfinite(values)
    order = np.argsort(values[finite], kind="stable")
    assert (np.diff(shown[finite][order].astype(int)) >= 0).all()


@given(
    st.sampled_from([np.uint16, np.int16, np.int8, np.int32, np.float32]).flatmap(
        lambda dtype: npst.arrays(
            dtype,
            npst.array_shapes(min_dims=2, max_dims=3, min_side=2),
            elements={"min_value": -128 if np.dtype(dtype).kind != "u" else 0, "max_value": 127},
        )
    )
)
def test_percentiles_are_those_of_numpy(values):
    low, high = np.percentile(values.astype(np.float64), (0.5, 99.5))
    if low < high:
        expected = np.clip((values.astype(np.float64) - low) / (high - low), 0, 1) * 255
        assert np.abs(window(values) - expected).max() <= 0.5 + 1e-6


@given(
    npst.arrays(np.uint16, (8, 8), elements=st.integers(0, 255), unique=True), st.integers(1, 100), st.integers(0, 9000)
)
def test_neither_the_level_nor_the_contrast_matters(values, factor, offset):
    shifted = (values.astype(int) * factor + offset).astype(np.uint16)
    assert np.abs(window(shifted).astype(int) - window(values)).max() <= 1


def test_constants_are_shown_by_the_range_of_their_type():
    assert window(np.full((2, 2), 65535, dtype=np.uint16)).min() == 255
    assert window(np.zeros((2, 2), dtype=np.uint16)).max() == 0
    assert window(np.full((2, 2), 0.5)).max() == 128
    assert window(np.full((2, 2), np.nan)).max() == 0


def test_a_few_bright_spots_on_black_are_seen():
    values = np.zeros((100, 100), dtype=np.uint16)
    values[50, 50] = 700
    assert window(values)[50, 50] == 255
    assert np.count_nonzero(window(values)) == 1
