"""What a peer must do. Everything else (texts, batches, rounds) is the same for all."""

import abc
import contextlib


class Unsupported(Exception):
    """The peer cannot run this model in this precision here; its text says why."""


@contextlib.contextmanager
def unsupported_if(error, reason):
    """Takes this kind of error as a lack of the library, not a mistake of ours."""
    try:
        yield
    except error as found:
        raise Unsupported(f"{reason}: {str(found).strip().splitlines()[0]}") from found


class Peer(abc.ABC):
    """One library, with one model loaded in one precision."""

    # The distributions whose versions are stated.
    packages = ()

    @classmethod
    def prepare(cls, model, precision, folder):
        """Writes to `folder`, once, what is loaded in place of the model's own files, if anything.

        Raises Unsupported where there is no such model or precision.
        """

    @abc.abstractmethod
    def __init__(self, model, precision, folder, threads, streams):
        """Loads the model.

        `streams` calls of `scores` come at once, from as many threads of Python; together they
        may use `threads` threads. Raises Unsupported.
        """

    @abc.abstractmethod
    def scores(self, batch):
        """The score of each text of a `Batch`: T5's logit of its positive label less that of its
        negative one at the first decoder step, BERT's only logit.
        """
