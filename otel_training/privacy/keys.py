"""What keys and tokens look like."""

import re
from typing import Final

from otel_training.privacy.pattern import Pattern, named_group

# The first letter spelt out in both cases: with IGNORECASE `re` does not skip to it.
_NAMES: Final = (
    r"[PpSsAaTt](?i:(?<=p)(?:ass(?:word|wd|phrase)|wd|rivate[_\-]?key)|(?<=s)ecret(?:[_\-]?key)?"
    r"|(?<=a)(?:pi|ccess)[_\-]?key|(?<=t)oken)"
)
_ENDS: Final = r"(?i:rd|wd|se|et|ey|en)"

KEYS: Final = (
    # A key cut off by the content limit has no end.
    Pattern(
        "KEY",
        re.compile(
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?"
            r"(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\Z)"
        ),
        ("private key",),
    ),
    # Not every `sk-` with dashes: addresses of articles on SK Hynix begin so too.
    Pattern(
        "KEY",
        re.compile(
            r"[sr]k[_\-](?<![A-Za-z0-9]...)(?:(?<=sk-)(?:ant-[\w\-]{8,}|(?:proj|svcacct|admin|or-v1)-[\w\-]{16,}"
            r"|(?=[A-Za-z]{0,200}\d)[A-Za-z0-9]{16,})|(?<=_)(?:live|test)_[A-Za-z0-9]{16,})",
            re.ASCII,
        ),
        ("sk-", "sk_live", "sk_test", "rk_live", "rk_test"),
    ),
    Pattern("KEY", re.compile(r"A(?:KIA|SIA)(?<![A-Za-z0-9]A.IA)[A-Z0-9]{12,}(?![a-z])"), ("akia", "asia")),
    Pattern(
        "KEY",
        re.compile(
            r"gh(?<![A-Za-z0-9]gh)[pousr]_[A-Za-z0-9]{16,}|github_pat_(?<![A-Za-z0-9]github_pat_)\w{20,}", re.ASCII
        ),
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    ),
    Pattern("KEY", re.compile(r"xox(?<![A-Za-z0-9]xox)[abeoprs]-[\w\-]{10,}", re.ASCII), ("xox",)),
    Pattern("KEY", re.compile(r"AIza(?<![A-Za-z0-9]AIza)[\w\-]{30,}", re.ASCII), ("aiza",)),
    Pattern("KEY", re.compile(r"eyJ(?<![\w\-]eyJ)[\w\-]{8,}(?:\.[\w\-]{2,}(?:\.[\w\-]*)?)?", re.ASCII), ("eyj",)),
    Pattern(
        "KEY",
        re.compile(
            r"[Aa](?<!\w.)(?i:uthorization):\s{0,4}(?:(?i:bearer)\s{1,4}|(?i:basic)\s{1,4}(?=[a-z]{0,200}[A-Z0-9=+/]))"
            r"(?P<secret>[\w.~+/=\-]{12,})"
            r"|[Bb](?<!\w.)(?i:earer)\s{1,4}(?=[^\s\d]{0,200}\d)(?P<bearer>[\w.~+/=\-]{12,})",
            re.ASCII,
        ),
        ("bearer", "authorization"),
        find=named_group,
    ),
    Pattern(
        "KEY",
        re.compile(
            rf"{_NAMES}[\"']?(?:=(?P<secret>[^\s\"'<>&;,]{{3,}})"
            r"|\s{0,3}[=:]\s{0,3}(?:[\"'](?P<quoted>[^\n\"'<>]{4,})"
            r"|(?P<bare>(?=[^\s\"'<>&;,\d]{0,200}\d)[^\s\"'<>&;,]{8,})))"
        ),
        ("pass", "pwd", "secret", "key", "token"),
        # After the name stands one of these, or nothing is given away.
        gate=re.compile(rf"[=:](?:(?<={_ENDS}.)|(?<={_ENDS}[\"'\s].)|(?<=[\"'\s]\s.))"),
        find=named_group,
    ),
    Pattern("KEY", re.compile(r"://(?P<secret>[^\s/?#<>\"']{1,512})@(?=[\w\[])"), ("://",), find=named_group),
)
