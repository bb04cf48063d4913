"""The schemas that editors use are those of the types."""

from training.schema import schemas
from whisperad.catalogue import SHIPPED


def test_schema_files_are_current() -> None:
    for name, content in schemas().items():
        assert (SHIPPED / "schema" / name).read_bytes() == content, "run `make schema`"
