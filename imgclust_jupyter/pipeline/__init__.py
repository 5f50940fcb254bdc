"""From a source of images to embeddings, tree and map, stage by stage on the process's worker thread."""

from imgclust_jupyter.pipeline.pipeline import Options, Pipeline, Results
from imgclust_jupyter.pipeline.progress import STAGES, Progress
from imgclust_jupyter.pipeline.terminal import ProgressLine

__all__ = ["STAGES", "Options", "Pipeline", "Progress", "ProgressLine", "Results"]
