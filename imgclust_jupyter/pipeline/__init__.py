"""From a source of images to embeddings, tree and map, stage by stage on the process's worker thread."""

from imgclust_jupyter.pipeline.changes import CHANGES_COLUMNS
from imgclust_jupyter.pipeline.features import FeatureChoice
from imgclust_jupyter.pipeline.options import Options
from imgclust_jupyter.pipeline.pipeline import Pipeline
from imgclust_jupyter.pipeline.progress import STAGES, Progress
from imgclust_jupyter.pipeline.requests import Addition, LayOutAnew, MetadataUpdate, Refresh, Request, WorkingSet
from imgclust_jupyter.pipeline.results import Results
from imgclust_jupyter.pipeline.terminal import ProgressLine

__all__ = [
    "CHANGES_COLUMNS",
    "STAGES",
    "Addition",
    "FeatureChoice",
    "LayOutAnew",
    "MetadataUpdate",
    "Options",
    "Pipeline",
    "Progress",
    "ProgressLine",
    "Refresh",
    "Request",
    "Results",
    "WorkingSet",
]
