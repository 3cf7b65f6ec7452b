"""The site of a source: whose page it is, so that one publisher's pages stand in one split."""

from contextlib import suppress
from functools import cache, lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from otel_training.record.host import host_of

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

# Each of their subdomains is another author's; the public list names them no more.
_HOSTING: Final = frozenset(
    {"blogspot.com", "medium.com", "substack.com", "tumblr.com", "typepad.com", "wordpress.com", "livejournal.com"}
)
_URLS: Final = 100_000


@lru_cache(_URLS)
def site_of(url: str) -> str:
    """Return the registrable domain of a URL, such as `bbc.co.uk`, else its host; '' where it has none.

    By the Public Suffix List as the library ships it: no network is asked.
    """
    host = host_of(url)
    with suppress(ValueError):
        return str(ip_address(host))
    domain = _suffixes().privatesuffix(host) or host
    author = host.removesuffix(domain).rstrip(".").rpartition(".")[2]
    return f"{author}.{domain}" if domain in _HOSTING and author not in {"", "www"} else domain


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
