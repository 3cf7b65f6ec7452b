"""URLs: kept with their query, which tells articles apart, without what opens a door."""

import re
from typing import Final

_USER_INFO: Final = re.compile(r"^([A-Za-z][A-Za-z0-9+.\-]*:)?//[^/?#@]*@")
_SECRET: Final = re.compile(
    r"^(?:x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|awsaccesskeyid"
    r"|(?:.*[_\-])?(?:token|secret|password|passwd|pwd|apikey|key|auth|authorization|sig|signature"
    r"|session|sessionid|sid|credential|credentials|jwt|otp))$",
    re.IGNORECASE,
)


def clean_url(url: str) -> str:
    """Take user info and secret-looking parameters out of a URL; keep the rest byte for byte.

    Never raises: what is no URL comes back as it is.
    """
    bare = _USER_INFO.sub(lambda match: f"{match[1] or ''}//", url)
    before, hash_, fragment = bare.partition("#")
    path, mark, query = before.partition("?")
    cleaned = path + _joined(mark, query)
    return cleaned + (_joined(hash_, fragment) if "=" in fragment else hash_ + fragment)


def _joined(mark: str, parameters: str) -> str:
    kept = [one for one in parameters.split("&") if not _SECRET.match(one.partition("=")[0])]
    joined = "&".join(kept)
    return mark + joined if joined or not parameters else ""
