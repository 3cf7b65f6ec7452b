"""The parts of a row: how each is written, and what is read and found wrong in one that anybody wrote."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any, Final, NamedTuple

from otel_training.controls import FORMULA
from otel_training.dataset.draft import Draft
from otel_training.dataset.example import Message
from otel_training.dataset.target import Target


class Problem(NamedTuple):
    """What is wrong, and by which rule of `rules.json`."""

    rule: str
    text: str


@dataclass(slots=True)
class Reading:
    """What a row holds, and what is wrong with it."""

    roles: frozenset[str]
    in_blocks: bool = False
    """Whether the content of a message is a list of texts."""
    prompt: list[tuple[str, str]] = field(default_factory=list)
    """Role and text of each turn."""
    answers: list[str] = field(default_factory=list)
    """Of a pair the better one, then the worse."""
    label: bool | None = None
    problems: list[Problem] = field(default_factory=list)

    def note(self, rule: str, text: str) -> None:
        """Note what is wrong."""
        self.problems.append(Problem(rule, text))


def write_row(draft: Draft, target: Target) -> dict[str, Any]:
    """Write a row; a part that the example lacks, such as a system prompt, has no key, or an empty cell.

    No spreadsheet runs a cell.
    """
    row: dict[str, Any] = {}
    for place, part in target.fields.items():
        value = _value(draft, part)
        if target.container == "csv":
            value = f"'{value}" if value.startswith(FORMULA) else value
        elif value == "":
            continue
        *outer, key = place.split(".")
        inner = row
        for name in outer:
            inner = inner.setdefault(name, {})
        inner[key] = value
    return row


def _value(draft: Draft, part: str) -> Any:
    """Return what stands in a place: a column of the record, a constant, or a part."""
    if part.startswith("="):
        return draft.record[part[1:]]
    return part[1:] if part.startswith("'") else _WRITE[part](draft)


def read_row(row: object, target: Target) -> Reading:
    """Read a row as a target does, but with a strict eye."""
    reading = Reading(target.roles, target.has("turns_blocks"))
    if not isinstance(row, dict):
        reading.note("object", f"the row is {_kind(row)}, not an object")
        return reading
    top = {place.partition(".")[0] for place in target.fields}
    if "system" in row and "messages" in top and "system" not in top:
        reading.note("system", "the system prompt is beside 'messages'")
    if row.keys() - top:
        extra = [key for key in row if key not in top]
        reading.note("keys", f"{_list(extra)} beside {_list(sorted(top))}")
    is_text = target.takes_texts and isinstance(row.get("prompt"), str)
    for place, part in target.fields.items():
        value: Any = row
        for name in place.split("."):
            if isinstance(value, dict) and value is not row and len(value) > 1:
                reading.note("keys", f"{_list([key for key in value if key != name])} beside {place!r}")
            value = value.get(name) if isinstance(value, dict) else None
        if value is None and part not in _OPTIONAL and not (part.startswith("=") and place in row):
            reading.note("missing", f"{place!r} is missing")
        elif value is not None and part.startswith("'") and value != part[1:]:
            reading.note("content", f"{place!r} is not {part[1:]!r}")
        elif value is not None and part in _READ:
            _READ[_AS_TEXT.get(part, part) if is_text else part](value, place, reading)
    return reading


def _assistant(text: str) -> list[Message]:
    return [{"role": "assistant", "content": text}]


def _prompt(draft: Draft) -> list[Message]:
    return [*([{"role": "system", "content": draft.system}] if draft.system else []), *draft.turns]


def _user_text(draft: Draft) -> str:
    return draft.turns[0]["content"]


def _content(message: Message) -> dict[str, Any]:
    role = "model" if message["role"] == "assistant" else message["role"]
    return {"role": role, "parts": [{"text": message["content"]}]}


def _blocks(message: Message) -> dict[str, Any]:
    return {"role": message["role"], "content": [{"text": message["content"]}]}


_OPTIONAL: Final = frozenset({"system", "instruction", "system_blocks"})
_WRITE: Final[Mapping[str, Callable[[Draft], Any]]] = {
    "chat": lambda draft: [*_prompt(draft), *_assistant(draft.answer)],
    "prompt": _prompt,
    "turns": lambda draft: [*draft.turns, *_assistant(draft.answer)],
    "answer": lambda draft: _assistant(draft.answer),
    "rejected": lambda draft: _assistant(draft.rejected),
    "label": lambda draft: draft.label,
    "system": lambda draft: draft.system,
    "user_text": _user_text,
    "prompt_text": lambda draft: "\n\n".join(filter(None, (draft.system, _user_text(draft)))),
    "answer_text": lambda draft: draft.answer,
    "instruction": lambda draft: {"parts": [{"text": draft.system}]} if draft.system else "",
    "contents": lambda draft: [_content(message) for message in (*draft.turns, *_assistant(draft.answer))],
    "system_blocks": lambda draft: [{"text": draft.system}] if draft.system else "",
    "turns_blocks": lambda draft: [_blocks(message) for message in (*draft.turns, *_assistant(draft.answer))],
    "source": lambda draft: draft.record["source_content"],
    "insights": lambda draft: draft.record["extracted_insights"],
}


def _read_chat(value: object, place: str, reading: Reading) -> None:
    turns = _messages(value, place, reading)
    if not turns:
        return
    if turns[-1][0] in {"assistant", "model"}:
        reading.answers.append(turns.pop()[1])
    else:
        reading.note("order", f"{place!r} ends with the {turns[-1][0]}, without an answer")
    _read_turns(turns, place, reading)


def _read_prompt(value: object, place: str, reading: Reading) -> None:
    turns = _messages(value, place, reading)
    if turns:
        _read_turns(turns, place, reading)


def _read_turns(turns: list[tuple[str, str]], place: str, reading: Reading) -> None:
    """Take the turns of a prompt, which alternate from a user's to a user's, after a system's."""
    reading.prompt += turns
    roles = [role for role, _ in turns if role in reading.roles]
    asked = roles[1:] if roles[:1] == ["system"] else roles
    if "system" in asked:
        reading.note("system", f"the system prompt in {place!r} is not the first message alone")
    elif not asked or asked[-1] != "user" or asked[0] != "user":
        reading.note(
            "order",
            f"the prompt in {place!r} neither begins nor ends with the user"
            if asked
            else f"{place!r} has no user's turn",
        )
    elif any(first == second for first, second in pairwise(asked)):
        reading.note("order", f"two turns of one role in a row in {place!r}")


def _read_answer(value: object, place: str, reading: Reading) -> None:
    turns = _messages(value, place, reading)
    if turns is not None and [role for role, _ in turns] != ["assistant"]:
        reading.note("order", f"{place!r} is not one message of the assistant")
    reading.answers += [text for _, text in (turns or ())[:1]]


def _read_text(role: str, value: object, place: str, reading: Reading) -> None:
    # An empty cell of a table is no system prompt.
    if (role == "system" and value == "") or (text := _text(value, place, reading)) is None:
        return
    if role == "assistant":
        reading.answers.append(text)
    else:
        reading.prompt.append((role, text))


def _read_instruction(value: object, place: str, reading: Reading) -> None:
    if not isinstance(value, dict) or set(value) - {"parts", "role"}:
        reading.note("content", f"{place!r} is not an object with `parts`")
    elif (text := _part_text(value.get("parts"), place, reading)) is not None:
        reading.prompt.append(("system", text))


def _read_blocks(value: object, place: str, reading: Reading) -> None:
    if (text := _part_text(value, place, reading)) is not None:
        reading.prompt.append(("system", text))


def _read_label(value: object, place: str, reading: Reading) -> None:
    if isinstance(value, bool):
        reading.label = value
    else:
        reading.note("content", f"{place!r} is {_kind(value)}, not true or false")


def _read_insights(value: object, place: str, reading: Reading) -> None:
    items = value if isinstance(value, list) else [value]
    if not items:
        reading.note("empty", f"{place!r} is empty")
    for item in items:
        if not isinstance(item, dict) or set(item) - {"text", "category"}:
            reading.note("content", f"{place!r} is not a list of `text` and `category`")
            return
        _read_text("assistant", item.get("text"), f"{place}.text", reading)


_READ: Final[Mapping[str, Callable[[Any, str, Reading], None]]] = {
    "chat": _read_chat,
    "prompt": _read_prompt,
    "turns": _read_chat,
    "answer": _read_answer,
    "rejected": _read_answer,
    "label": _read_label,
    "system": partial(_read_text, "system"),
    "user_text": partial(_read_text, "user"),
    "prompt_text": partial(_read_text, "user"),
    "answer_text": partial(_read_text, "assistant"),
    "instruction": _read_instruction,
    "contents": _read_chat,
    "system_blocks": _read_blocks,
    "turns_blocks": _read_chat,
    "source": partial(_read_text, "user"),
    "insights": _read_insights,
}
_AS_TEXT: Final = {"prompt": "prompt_text", "answer": "answer_text", "rejected": "answer_text"}


def _messages(value: object, place: str, reading: Reading) -> list[tuple[str, str]] | None:
    """Return role and text of each message; None where it is no list of messages."""
    if not isinstance(value, list) or {*map(type, value)} - {dict}:
        reading.note("content", f"{place!r} is {_kind(value)}, not a list of messages")
        return None
    if not value:
        reading.note("empty", f"{place!r} is empty")
    body = "parts" if "model" in reading.roles else "content"
    read, keys = _part_text if reading.in_blocks or body == "parts" else _text, {"role", body}
    turns = []
    for number, message in enumerate(value, 1):
        where = f"message {number} of {place!r}"
        role = message.get("role")
        if message.keys() - keys:
            reading.note("keys", f"{_list([key for key in message if key not in keys])} in {where}")
        if not isinstance(role, str) or role not in reading.roles:
            reading.note("role", f"the role {_list([role])} of {where} is not {' or '.join(sorted(reading.roles))}")
        text = read(message.get(body), f"{body} of {where}", reading)
        turns.append((str(role), text or ""))
    return turns


def _part_text(value: object, place: str, reading: Reading) -> str | None:
    if (
        not isinstance(value, list)
        or not value
        or any(not isinstance(part, dict) or set(part) != {"text"} for part in value)
    ):
        reading.note("content", f"{place} is not a list of parts with `text` alone")
        return None
    texts = [_text(part["text"], place, reading) for part in value]
    return "".join(text or "" for text in texts)


def _text(value: object, place: str, reading: Reading) -> str | None:
    if not isinstance(value, str):
        reading.note("content", f"{place} is {_kind(value)}, not a text")
        return None
    if not value.strip():
        reading.note("empty", f"{place} is empty")
    return value


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _list(names: list[Any]) -> str:
    return ", ".join(repr(name)[:40] for name in names[:5])
