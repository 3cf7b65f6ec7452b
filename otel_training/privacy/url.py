"""URLs: kept with their query, which identifies articles, but without passwords, tokens and the like."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_plus

# To the last @ of the authority: a password may hold one.
_USER_INFO: Final = re.compile(r"^(\s*(?:[A-Za-z][A-Za-z0-9+.\-]*:)?//)[^/?#]*@")
_SECRET: Final = re.compile(
    r"(?:x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|awsaccesskeyid"
    r"|(?:[\s\S]*[_\-])?(?:token|secret|password|passwd|pwd|apikey|key|auth|authorization|sig|signature"
    r"|session|sessionid|sid|credential|credentials|jwt|otp)|phpsessid|jsessionid"
    # Camel case such as that of `accessToken`, and a field in brackets.
    r"|[\s\S]*(?:[a-z](?-i:Token|Secret|Password|Key)|\[(?:token|secret|password|key)\]))\Z",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)
def clean_url(url: str) -> str:
    """Remove user info and secret-looking parameters from a URL; keep the rest byte for byte.

    Never raises: what is no URL comes back as it is.
    """
    bare = _USER_INFO.sub(lambda match: match[1], url)
    before, hash_, fragment = bare.partition("#")
    path, mark, query = before.partition("?")
    return path + _clean_parameters(mark, query) + _clean_fragment(hash_, fragment)


def _clean_fragment(hash_: str, fragment: str) -> str:
    """Clean a fragment that is parameters, or the route of a one-page app with parameters."""
    route, mark, query = fragment.partition("?")
    if mark:
        return hash_ + route + _clean_parameters(mark, query)
    return _clean_parameters(hash_, fragment) if "=" in fragment else hash_ + fragment


def is_secret(name: str) -> bool:
    """Return whether a parameter of this name holds a secret."""
    return _SECRET.match(name) is not None


def _clean_parameters(mark: str, parameters: str) -> str:
    pairs = [pair for pair in parameters.split("&") if not is_secret(unquote_plus(pair.partition("=")[0]))]
    kept = "&".join(pairs)
    return mark + kept if kept or not parameters else ""
