"""Compression of a file of rows by zstd, which is known by its first bytes, whatever its name is."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Final, cast

from otel_training.errors import TrainingError

SUFFIX: Final = ".zst"
_FIRST: Final = b"\x28\xb5\x2f\xfd"


@contextmanager
def compressing(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """Write into a file, compressed; the file stays open."""
    with os.fdopen(os.dup(file.fileno()), "wb") as copy, _arrow().CompressedOutputStream(copy, "zstd") as stream:
        yield cast("IO[bytes]", stream)


def decompressed(file: IO[bytes]) -> IO[bytes]:
    """Return a file as it was before it was compressed, from its beginning; one that is not, itself.

    What is read of a broken one raises `OSError`.
    """
    file.seek(0)
    first = file.read(len(_FIRST))
    file.seek(0)
    if first != _FIRST:
        return file
    copy = os.fdopen(os.dup(file.fileno()), "rb")  # which is closed with its reader; the file is not
    copy.seek(0)
    return io.BufferedReader(_arrow().CompressedInputStream(copy, "zstd"))


def _arrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError as error:
        raise TrainingError("zstd needs pyarrow: pip install 'otel_training[local]'.") from error
    return pa
