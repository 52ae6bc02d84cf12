"""What can be run: for each kind of job, the function that does it.

It is given the lease and is a generator: it writes a chunk with its checkpoint, yields, and goes
on. Where it yields it may be closed for good; another worker then begins at the checkpoint.
"""

from collections.abc import Callable, Iterator, Mapping

from service.backbone import Backbone
from service.imports.imports import KIND as IMPORT
from service.jobs.lease import Lease

Kind = Callable[[Lease], Iterator[None]]


def kinds_of(backbone: Backbone) -> Mapping[str, Kind]:
    """The kinds of job that this worker knows."""
    return {IMPORT: backbone.pipeline.run}
