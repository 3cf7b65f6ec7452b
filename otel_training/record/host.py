"""The host of a URL in one form, so that what is stored of it and what a rule names of it are the same text."""

import re
from contextlib import suppress
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_LONGEST: Final = 253  # characters, by RFC 1035
_BARE: Final = re.compile(r"[\w-]+(\.[\w-]+)+\.?(:\d+)?([/?#]|$)")


def host_of(url: str) -> str:
    """Return the host, as DNS has it: lower case, in ASCII, without a dot at its end; '' where there is none.

    A URL may lack its scheme, as in `news.example/1`.
    """
    try:
        host = (urlsplit(f"//{url}" if _BARE.match(url) else url).hostname or "").rstrip(".")
    except ValueError:
        return ""
    if ":" in host or host[-1:].isdigit():
        with suppress(ValueError):
            return str(ip_address(host))
    with suppress(UnicodeError):
        # Others need no table of all letters, and what is longer than a host may be would take its time.
        return host if host.isascii() or len(host) > _LONGEST else host.encode("idna").decode()
    return host
