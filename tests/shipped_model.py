"""The model that ships, in this process, with all that it learns after its start."""

from whisperad import catalogue
from whisperad.model import Model
from whisperad.settings import EMBEDDED_MODEL


def learnt() -> Model:
    """Give it with its adapter and the shipped packs. Takes some seconds."""
    model = Model(EMBEDDED_MODEL)
    model.use(model.load_adapter(EMBEDDED_MODEL / "adapter"))
    model.serve(catalogue.load())
    model.served().learn()
    return model
