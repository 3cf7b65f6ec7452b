"""Statements that nobody may run, whatever the engine grants: grants guard tables, not what an expression reads.

The engine's own parser has written the text that is looked at, so no comment, quote or encoding hides a word.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from otel_training.serving.clickhouse.errors import QueryError, refusal
from otel_training.serving.clickhouse.statement import Statement

_BEGINNINGS: Final = re.compile(
    r"\(|(?:SELECT|WITH|EXPLAIN|SHOW|DESCRIBE|EXISTS|USE|INSERT INTO|ALTER|DROP|TRUNCATE|RENAME|EXCHANGE|DELETE|UPDATE"
    r"|OPTIMIZE|KILL QUERY|CHECK|SET(?! (?:DEFAULT )?ROLE\b)|(?:CREATE|REPLACE)(?: OR REPLACE)?"
    r" (?:TEMPORARY |MATERIALIZED )?(?:TABLE|VIEW|DATABASE))\b"
)
# Files of this process (a function `file` needs no grant), hosts, another user's rights, a statement beside the first.
_FORBIDDEN: Final = re.compile(r"\b(?:file|ai[A-Z]\w*|DEFINER|SQL SECURITY|PARALLEL WITH)\b")
_ENGINE: Final = re.compile(r"\bENGINE = (?!(?:\w*MergeTree|Null|Memory|Atomic)\b)\w+")
_KEYWORDS: Final = frozenset({b"INTO OUTFILE", b"FROM INFILE"})
# The others ask files, hosts, commands or Python, or take their columns from a text, with expressions in it.
_TABLE_FUNCTIONS: Final = "SELECT lower(name) FROM system.table_functions"
_HARMLESS_FUNCTIONS: Final = frozenset(
    {
        "generate_series", "generateseries", "merge", "null", "numbers", "numbers_mt", "primes", "sqlstandardvalues",
        "view", "zeros", "zeros_mt",
    }
)  # fmt: skip
_SETTINGS: Final = re.compile(r"\bSETTINGS |^SET ")
_SETTING: Final = re.compile(r"(\w+) = (?:'_*'|\{[^}]*\}|\[[^]]*\]|[^\s,]+)(, )?")
# A text may name a file or an address, or be SQL.
_TEXTS: Final = "SELECT name FROM system.settings WHERE match(type, 'String|URI|Map')"
# By its mark in there a query is killed; a request's own is put behind it.
_MARK: Final = "log_comment"
_FILTERS: Final = "additional_table_filters"
_ZONE: Final = "session_timezone"
_HARMLESS_TEXTS: Final = frozenset(
    {
        _FILTERS, _ZONE, "bool_false_representation", "bool_true_representation", "count_distinct_implementation",
        "force_data_skipping_indices", "format_csv_null_representation", "format_custom_field_delimiter",
        "format_custom_result_after_delimiter", "format_custom_result_before_delimiter",
        "format_custom_row_after_delimiter", "format_custom_row_before_delimiter",
        "format_custom_row_between_delimiter", "format_json_object_each_row_column_for_object_name", "format_regexp",
        "format_tsv_null_representation", "ignore_data_skipping_indices", "insert_deduplication_token",
        "output_format_sql_insert_table_name",
    }
)  # fmt: skip
_ZONE_TEXT: Final = re.compile(rf"(?<={_ZONE} = ')_*(?=')")
# The engine looks for a zone that it does not have among files.
_ZONE_NAME: Final = re.compile(r"\w*(?:/\w+){0,2}(?:[+-]\d{1,2})?")
_FILTER: Final = re.compile(rf"(?<={_FILTERS} = )\{{[^}}]*\}}")
# Of a filter, which is SQL in a text: it may compare columns.
_NOT_COMPARING: Final = re.compile(r"file|select|\bai[A-Z]|\b(?!(?:and|in|not|or)\b)\w+\s*\(|\\(?!')", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fence:
    """The functions and settings of an engine that no client may use."""

    functions: re.Pattern[str]
    settings: frozenset[str]

    def check(self, statement: Statement, settings: Mapping[str, str]) -> None:
        """Raise `QueryError` where a statement, or a setting of its request, is not allowed."""
        bare = statement.bare
        if not _BEGINNINGS.match(bare):
            raise _denied(" ".join(bare.split()[:2]))
        for keyword in _KEYWORDS & statement.keywords:
            raise _denied(keyword.decode())
        for pattern in (_FORBIDDEN, _ENGINE, self.functions):
            if match := pattern.search(bare):
                raise _denied(match[0])
        named = [*(name for name in settings if name != _MARK), *_setting_names(bare)]
        for name in self.settings.intersection(named):
            raise refusal(452, "SETTING_CONSTRAINT_VIOLATION", f"Setting {name} should not be changed.")
        zones = (statement.text[match.start() : match.end()] for match in _ZONE_TEXT.finditer(bare))
        for zone in (settings.get(_ZONE, ""), *zones):
            if not _ZONE_NAME.fullmatch(zone):
                raise refusal(36, "BAD_ARGUMENTS", "There is no such time zone.")
        texts = (statement.text[match.start() : match.end()] for match in _FILTER.finditer(bare))
        for text in (settings.get(_FILTERS, ""), *texts):
            if match := _NOT_COMPARING.search(text):
                raise _denied(f"'{match[0]}' in {_FILTERS}")


def read_fence(names: Callable[[str], Iterable[str]]) -> Fence:
    """Read from an engine, by a query for names, which functions and settings are not for clients."""
    functions = {*names(_TABLE_FUNCTIONS), "disk"} - _HARMLESS_FUNCTIONS
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(functions))}) ?\(", re.IGNORECASE)
    return Fence(pattern, frozenset({*names(_TEXTS), "profile"}) - _HARMLESS_TEXTS)


def _setting_names(bare: str) -> Iterator[str]:
    for clause in _SETTINGS.finditer(bare):
        at = clause.end()
        while match := _SETTING.match(bare, at):
            yield match[1]
            if not match[2]:
                break
            at = match.end()


def _denied(what: str) -> QueryError:
    return refusal(497, "ACCESS_DENIED", f"Not enough privileges: {what} is not for clients.")
