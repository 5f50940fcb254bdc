"""Pictures of every kind, decoded in one way for networks, thumbnails and everything else."""

from imgclust_jupyter.imaging.decode import Decoded, Source, check_size, decode, read_shape
from imgclust_jupyter.imaging.errors import UnreadableImage, reason_for
from imgclust_jupyter.imaging.files import Frame, Openable, open_regular, open_source
from imgclust_jupyter.imaging.formats import SUFFIXES
from imgclust_jupyter.imaging.guard import count_frames, decode_guarded
from imgclust_jupyter.imaging.limits import DEFAULT_LIMITS, Limits
from imgclust_jupyter.imaging.thumbnails import THUMBNAIL_SIZES, encode_thumbnail, encode_thumbnails
from imgclust_jupyter.store import DECODE_VERSION

__all__ = [
    "DECODE_VERSION",
    "DEFAULT_LIMITS",
    "SUFFIXES",
    "THUMBNAIL_SIZES",
    "Decoded",
    "Frame",
    "Limits",
    "Openable",
    "Source",
    "UnreadableImage",
    "check_size",
    "count_frames",
    "decode",
    "decode_guarded",
    "encode_thumbnail",
    "encode_thumbnails",
    "open_regular",
    "open_source",
    "read_shape",
    "reason_for",
]
