"""Whether the calling thread may wait for a moment: an event loop's must not."""

import asyncio
import sys


def may_wait() -> bool:
    """Whether no event loop runs on this thread: neither asyncio's nor one that sniffio knows, as trio's."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        sniffio = sys.modules.get("sniffio")
        # Set by the loop itself, for its thread alone (https://sniffio.readthedocs.io).
        return sniffio is None or getattr(sniffio.thread_local, "name", None) is None
    return False
