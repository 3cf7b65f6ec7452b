"""Results of finished extractions, by which an app finds an extraction again, wherever its call ran.

No object of the app lives longer for it: results are referenced weakly. A list or a mapping, which cannot be, is known
by its address and by the identity of its insights' texts; those are kept, so that no later value is taken for it.
"""

import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from otel_training.record.known import is_a, unwrap
from otel_training.record.values import BREADTH, fields_of, items_of

if TYPE_CHECKING:
    from otel_training.capture.result import Insight

_DEPTH: Final = 5
_SIZE_LIMIT: Final = 16_384
_NO_REFERENCES: Final = frozenset({list, dict, tuple, type(None)})
_PLAIN: Final = frozenset({str, bool, int, float, type(None)})
_CONTAINERS: Final = (list, dict)
_NODES: Final = 4096

_Entry: TypeAlias = tuple[int, object, Any, Iterable[tuple[object, ...]]]
_recent: Final[deque[_Entry]] = deque(maxlen=1024)
"""Address, handle, weak reference and marks: each mark has a text first, or a list or mapping that is empty."""


def remember(handle: object, value: object, insights: "list[Insight] | None", size: int) -> None:
    """Remember an extraction by its result; of its texts, `size` characters in all, one is kept where that is much."""
    marks: Any = insights if size <= _SIZE_LIMIT else insights and insights[:1]
    reference = None
    if type(value) is str:
        marks = [(value,)] if len(value) <= _SIZE_LIMIT else None
    elif type(value) not in _NO_REFERENCES:
        with suppress(TypeError):
            reference = weakref.ref(value)
    for mark in marks or ():
        if mark[0] is not None and len(mark[0]) > 1:
            break
    else:
        nodes = list(islice(_nodes(value, 3), BREADTH))
        marks = [(node,) for node in nodes if type(node) in _CONTAINERS and not node]
        texts: list[str] = [node for node in nodes if type(node) is str and 1 < len(node) <= _SIZE_LIMIT]
        # What insights are is not known here: the longest text is hardly a constant.
        marks = marks or ([(max(texts, key=len),)] if texts else [])
    if marks or reference is not None:
        _recent.append((id(value), handle, reference, marks))


def find(value: object) -> Any:
    """Return the handle of the extraction that returned a value, or insights in it; None in doubt."""
    # One object stands for None, and one for each text of a letter or none, wherever they occur.
    parts = (node for node in islice(_nodes(value), _NODES) if node is not None)
    nodes = {id(node) for node in parts if type(node) is not str or len(node) > 1}
    holders: dict[int, object] = {}
    shared: dict[int, set[int]] = {}
    here: object = None
    for address, handle, reference, marks in reversed(list(_recent)):
        if reference is not None and value is not None and reference() is value:
            return handle
        if within := nodes & {id(mark[0]) for mark in marks}:
            holders[id(handle)] = handle
            shared[id(handle)] = within
            if address == id(value) and here is None:
                here = handle
    if len(holders) == 1:
        return next(iter(holders.values()))
    # At the address of what one returned may stand a later list with the insights of several.
    return here if here is not None and shared[id(here)].issuperset(set().union(*shared.values())) else None


def _nodes(value: object, depth: int = _DEPTH) -> Iterator[object]:
    """Return a value and what it holds."""
    yield value
    if depth and type(value) not in _PLAIN:
        value = unwrap(value)
        fields = fields_of(value)
        items = items_of(value, BREADTH) if is_a(value, (list, tuple)) else ()
        for part in items if fields is None else list(islice(dict.values(fields), BREADTH)):
            yield from _nodes(part, depth - 1)
