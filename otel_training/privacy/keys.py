"""What keys, tokens and passwords look like: by a form of their own, or by the word before them."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote_plus

from otel_training.privacy.pattern import Extent, Pattern, named_group
from otel_training.privacy.url import is_secret

_BORDER: Final = re.compile(r"-----(?:BEGIN|(?P<end>END)) [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
# Headers such as `DEK-Info:`, then lines of Base64, the last one shorter.
_LINES: Final = re.compile(
    r"(?:\s{1,8}[A-Za-z\-]{4,20}:[^\n]{0,120}(?=\n)){0,4}(?:\s{0,8}[A-Za-z0-9+/=]{16,})++(?:\s{1,8}[A-Za-z0-9+/=]{1,64}\b=*)?"
)
_BASE64: Final = re.compile(r"(?=[a-z+/=]{0,64}[A-Z0-9])(?=[A-Z0-9+/=]{0,64}[a-z0-9])[A-Za-z0-9+/=]{16,}")


def _find_block(match: re.Match[str]) -> Extent | None:
    """Find a private key to its end, or the lines of one that was cut off; a mention of its first line is none."""
    text, begin = match.string, match.end()
    border = _BORDER.search(text, begin)
    if border is not None and border["end"] and _is_key(text[begin : border.start()]):
        return match.start(), border.end()
    lines = _LINES.match(text, begin)
    return (match.start(), lines.end()) if lines and _is_key(lines[0]) else None


def _is_key(body: str) -> bool:
    """Return whether a text is mostly Base64, or one word in a line of its own."""
    words = body.split()
    return sum(len(word) for word in words if _BASE64.fullmatch(word)) * 3 > len("".join(words)) or (
        len(words) == 1 and body[0].isspace() and body[-1].isspace() and "\n" in body
    )


_FIRST: Final = r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
BLOCK: Final = Pattern("KEY", _FIRST, _FIRST, hints=("private key",), before=64, find=_find_block)

# With fewer characters than are issued: a key may have been cut off.
_CUT: Final = (
    (("sk-ant-",), r"\bsk-ant-[A-Za-z0-9_-]{8,}"),
    (("sk-",), r"\bsk-(?:proj|svcacct|admin|or-v1)-[A-Za-z0-9_-]{16,}"),
    # Not every `sk-` with dashes: addresses of articles on SK Hynix begin so too.
    (("sk-",), r"\bsk-(?=[A-Za-z]{0,64}[0-9])[A-Za-z0-9]{16,}"),
    (("k_live_", "k_test_"), r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    (("akia", "asia"), r"\bA(?:KIA|SIA)[A-Z0-9]{12,}\b"),
    (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9]{16,}"),
    (("github_pat_",), r"\bgithub_pat_[A-Za-z0-9_]{20,}"),
    (("aiza",), r"\bAIza[A-Za-z0-9_-]{30,}"),
    (("eyj",), r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]{2,}(?:\.[A-Za-z0-9_-]*)?)?"),
)
_NAMES: Final = (
    "pass(?:word|wd|phrase|wort|code)|mot de passe|pwd|kennwort|contrase[ñn]a|senha|wachtwoord|l[öo]senord|passord"
    "|(?:zugangs|toegangs)code|palavra[ -]passe|contrasenya|lozinka|zaporka|kodeord|lykilor[ðd]|slapta[žz]odis"
    "|salas[õo]na|wagwoord|cyfrinair|pasahitza|nenosiri|kata laluan"
    "|adgangskode|salasana|has[łl]o|heslo|jelsz[óo]|parol[aă]|sifre|[ş]ifre"
    r"|private[_\-]?key|secret(?:[_\-]?key)?|api[_\-]?key|access[_\-]?key|token"
)
# Without a first letter that may be a capital.
_WORDS: Final = (
    "ароль", "密码", "密碼", "口令", "パスワード", "비밀번호", "암호", "كلمة المرور", "كلمة السر", "סיסמה", "סיסמא",
    "รหัสผ่าน", "ật khẩu", "पासवर्ड", "ωδικός", "ρόσβασης", "υνθηματικό", "رمز عبور", "گذرواژه", "کلمه عبور", "پسورد",
    "پاس ورڈ", "رمز المرور", "الرقم السري", "арола", "озинка", "暗証番号", "パスコード", "パスフレーズ", "合言葉",
    "패스워드", "비번", "提取码", "קוד גישה", "पासकोड", "কূটশব্দ", "পাসওয়ার্ড", "கடவுச்சொல்", "პაროლი", "գաղտնաբառ",
    "ұпия сөз",
)  # fmt: skip
_VALUE: Final = (
    r"[\"']?(?:=(?P<secret>[^\s\"'<>&;,]{3,})|\s{0,3}[=:\uff1a\uff1d]\s{0,3}(?:[\"'](?P<quoted>[^\n\"'<>]{4,}+)(?!<[A-Z_]{2})"
    r"|(?P<bare>(?=[^\s\"'<>&;,\d]{0,200}\d)[^\s\"'<>&;,]{6,}))"
    r"|\s[\u2013\u2014]\s(?P<dashed>(?=[^\s\"'<>&;,\d]{0,200}\d)[^\s\"'<>&;,]{5,}[^\s\"'<>&;,.!?]))"
)
# Words that mean other things, too, and sentences that say what a password is: what follows has letters and a digit.
_DOUBTFUL: Final = r"clave(?: de acceso| secreta)?|parola d['’]ordine|sandi|geslo"
_STATED: Final = (
    "pass(?:word|code|phrase|wort)|kennwort|mot de passe|contrase[ñn]a|senha|palavra[ -]passe|wachtwoord"
    "|l[öo]senordet|passordet|adgangskoden|salasana|has[łl]o|heslo|jelsz[óo]|parol[aă]|kata sandi"
)
_IS: Final = "is|was|lautet|ist|war|est|es|[éè]|era|[ä]r|er|on|to|je|este|adalah"
_STRONG: Final = (
    r"[\"'“„«]?(?P<stated>(?!(?i:\d+-|sha-?\d|md\d|base\d|utf|pbkdf|rot\d|x509|oauth|v\d|[a-z]+-\d{1,4}\b))(?=[^\s\"'<>&;,\d]{0,64}\d)"
    r"(?=[^\sA-Za-z]{0,64}[A-Za-z])[^\s\"'<>&;,]{5,64}[^\s\"'“”»<>&;,.:!?)\]}])"
)
_CODE: Final = re.compile(
    r"[A-Za-z_][\w.]*[(\[]|(?i:none|null|true|false)\Z"
    # What is masked, or put in later: `***`, `${DB_PASSWORD}`, `{password}`, `%(pw)s`, `$PASSWORD`.
    r"|\W*\Z|\$\{|\{\{|%[{(]|\{\w*\}\Z|\$\(|\$[A-Z_]+\Z"
)
_FOLDER: Final = re.compile(r"[/~$.]|[A-Za-z]:\\")  # what the value of a shell's PWD begins with
_AHEAD: Final = re.compile(r"\(\?=[^)]*\)")
_COUNT: Final = re.compile(r"\{(\d+)(?:,\d*)?\}")
_LOOSE: Final = re.compile(r"[ ^]|\\[nrs]|\\beyJ\[|\[MNO\]")
"""Parts of forms that are not tight: white space, short ones, a hint beside the key."""
_ENDS: Final = re.compile(
    # By the last three characters, most places show that none of them ends there.
    rb":(?:(?<=[adefiklnopr-u:][adehiklnorstv-z:][adeilnor-tyz:].)(?<=(?:sword|asswd|hrase|swort|scode|passe|nwort|ase[:n]a"
    rb"|senha|woord|enord|ssord|skode|asana|has[:l]o|heslo|jelsz|elszo|parol|arola|senya|zinka|porka|deord|ilor[d:]|[z:]odis"
    rb"|as[o:]na|inair|hitza|osiri|aluan|[:s]ifre|[iets][_-]key|(?:te|et|pi|ss)key|ecret|token|clave|cceso|creta|rdine|sandi"
    rb"|geslo).)|(?<=pwd.))"
)
"""The ends of such names, and of doubtful ones, before a mark: in lower case, without blanks and quotes."""
_COLONS: Final = bytes.maketrans(b"=?", b"::")
_URL_BEFORE: Final = 1_024
_BEFORE: Final = 128  # characters of a key before the part that identifies its form


def _find_named(match: re.Match[str]) -> Extent | None:
    """Find what a name gives away, unless that is code: a call, nothing, or an argument of the same name."""
    start, end = named_group(match)
    value = match.string[start:end].rstrip(".,:")
    is_code = _CODE.match(value) is not None or (value.isidentifier() and match[0].endswith(value, 0, len(value)))
    is_folder = match[0][:3].lower() == "pwd" and _FOLDER.match(value)
    return None if is_code or is_folder else (start, end)


def _find_parameter(match: re.Match[str]) -> Extent | None:
    """Find a parameter's value in a URL, where `clean_url` would remove the parameter."""
    text, start = match.string, match.start()
    scheme = text.rfind("://", max(0, start - _URL_BEFORE), start)
    is_url = scheme >= 0 and len(text[scheme:start].split(None, 1)) == 1 and not text[start - 1].isspace()
    return named_group(match) if is_url and is_secret(unquote_plus(match["name"])) else None


def _form(hints: tuple[str, ...], pattern: str) -> Pattern:
    # An automaton would need a state for each count, and cannot look ahead: nor need it, to find candidates.
    gate = _COUNT.sub(lambda count: f"{{{min(4, int(count[1]))},}}", _AHEAD.sub("", pattern))
    tight = _LOOSE.search(gate) is None
    return Pattern("KEY", f"(?a){pattern}", gate, hints, tight, before=_BEFORE, reach=512, find=named_group)


def _may_label(text: bytes) -> bool:
    return _ENDS.search(text.lower().translate(_COLONS, b"\t\n\v\f\r \"'")) is not None


def _strong(names: str, link: str, gate: str, hints: str = "") -> Pattern:
    """Make the pattern of a name behind which only what has letters and a digit is a secret; by default, a label."""
    ascii_gate = re.sub("[^ -~]", "?", rf"(?i)(?:{names})[\"']?{gate}")
    source = rf"(?i:{names})[\"']?{link}{_STRONG}"
    may_match, every = (None, tuple(hints.split("|"))) if hints else (_may_label, ())
    return Pattern("KEY", source, ascii_gate, every, may_match=may_match, reach=128, find=_find_named)


@cache
def key_patterns() -> tuple[Pattern, ...]:
    """Return all patterns of keys; their forms are data, made from a list that others maintain."""
    forms = json.loads(Path(__file__).with_name("key_forms.json").read_text(encoding="utf-8"))
    return (BLOCK, *(_form(tuple(form["hints"]), form["pattern"]) for form in forms), *_OWN)


_OWN: Final = (
    *(_form(hints, pattern) for hints, pattern in _CUT),
    Pattern(
        "KEY",
        r"(?ai)\b(?:authorization[\"']?:\s{0,4}[\"']?(?:bearer\s{1,4}|basic\s{1,4}(?=(?-i:[a-z]{0,200}[A-Z0-9=+/])))"
        r"(?P<secret>[\w.~+/=\-]{12,})|bearer\s{1,4}(?=[^\s\d]{0,200}\d)(?P<bearer>[\w.~+/=\-]{12,}))",
        r"(?i)authorization[\"']?:|bearer[\t-\r ]{1,4}[\w.~+/=\-]{12}",
        reach=256,
        hints=("bearer", "authorization"),
        find=named_group,
    ),
    Pattern(
        "KEY",
        f"(?i:{_NAMES}){_VALUE}",
        # There each character that is not ASCII is a `?`.
        rf"(?i)(?:{re.sub('[^ -~]', '?', _NAMES)})[\"']?[\t-\r ?]{{0,3}}[=:?]",
        may_match=_may_label,
        reach=256,
        find=_find_named,
    ),
    _strong(_DOUBTFUL, r"\s{0,3}[=:\uff1a\uff1d]\s{0,3}", r"[\t-\r ?]{0,3}[=:?]"),
    _strong(
        _STATED,
        rf"\s(?i:{_IS}):?\s",
        rf"[\t-\r ?](?:{_IS}):?[\t-\r ?]",
        "password|passcode|passphrase|passwort|passordet|de passe|a passe|a-passe|kennwort|contrase|senha|woord"
        "|senordet|salasana|haslo|has?o|heslo|jelsz|parola|parol?|kata sandi|adgangsk",
    ),
    Pattern("KEY", f"(?:{'|'.join(_WORDS)}){_VALUE}", "", words=_WORDS, reach=256, find=_find_named),
    Pattern(
        "KEY",
        r"[?&#;](?P<name>[\w.\[\]%+\-]{1,64})=(?P<secret>[^\s\"'<>&#;\\]*[^\s\"'<>&#;\\.,:!?)\]}*])",
        r"(?i)[?&#;][\w.\[\]%+\-]{0,64}(?:token|secret|pass|pwd|key|auth|sig|session|sid|credential|jwt|otp)[\w\]%]*=",
        may_match=lambda text: b"=" in text,
        reach=512,
        find=_find_parameter,
    ),
    Pattern(
        "KEY",
        r"://(?P<secret>[^\s/?#<>\"']{1,512})@(?=[\w\[])",
        r"://[^\t-\r /#<>\"']+@",
        hints=("://",),
        find=named_group,
    ),
)
