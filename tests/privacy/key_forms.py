r"""Make `otel_training/privacy/key_forms.json` from the rules of gitleaks and a list of what they lack.

It lies beside the tests, not in the package, since no app runs it:

    curl -LO https://raw.githubusercontent.com/gitleaks/gitleaks/<commit>/config/gitleaks.toml
    python tests/privacy/key_forms.py gitleaks.toml <commit>

A form is kept where it holds three letters that are its own; where nothing but the name of a service stands before
any 32 letters, it is not: an article about the service would match. The patterns mean the same to `re` with
`re.ASCII` and to RE2: no look-around, no class that knows Unicode, and a repetition is bounded unless what follows it
cannot be part of it.
"""

import importlib
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypedDict

PACKAGE: Final = Path(__file__).parents[2] / "otel_training" / "privacy"
FORMS: Final = PACKAGE / "key_forms.json"
NOTICE: Final = PACKAGE / "key_forms.NOTICE"
_PARSER: Final = importlib.import_module("re._parser")


class Form(TypedDict):
    """What one kind of key looks like."""

    id: str
    hints: list[str]
    """In lower case: where none of them occurs, neither does the form."""
    pattern: str
    """The key is the group `secret`, or else the whole match."""


# Rules that match what is no key (any SHA-1, a whole YAML file), what other patterns find (PEM, users in URLs),
# or less than their successors below.
_LEFT_OUT: Final = (
    "anthropic-", "aws-access-", "cloudflare-origin-", "curl-", "doppler-", "facebook-access-", "flutterwave-",
    "flyio-", "freemius-", "generic-", "github-", "gitlab-", "gocardless-", "huggingface-access-", "jwt",
    "kubernetes-", "linear-", "mailgun-private-", "microsoft-teams-", "new-relic-", "notion-", "nuget-", "openai-",
    "private-key", "pypi-", "sendgrid-", "sentry-org-", "shopify-", "sidekiq-", "slack-", "sourcegraph-",
    "square-", "stripe-", "vault-service-", "yandex-access-",
)  # fmt: skip

_HEX32: Final = "[a-f0-9]{32}"
_UUID: Final = "[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}"
_SAFE: Final = "[A-Za-z0-9_-]"
_NEWLINE: Final = r"(?:\r?\n|(?:\\r)?\\n)"
_PUTTY: Final = "(?:Private-(?:MAC|Hash): [0-9a-f]{40,64}|[A-Za-z0-9+/=]+)"
_AUTHORIZATION: Final = r"(?i:\bauthorization)[\"']?[ \t]{0,3}[:=][ \t]{0,3}[\"']?"
_FIELD: Final = r"""[A-Za-z0-9_]+=(?:\\?"[^"\\\r\n]*\\?"|[^ \t\r\n",}\\]+)"""
_COOKIE: Final = r"""[A-Za-z0-9_.$-]+=[^; \t\r\n"'\\]*"""

OURS: Final[tuple[tuple[str, str], ...]] = (
    # Models.
    ("anthropic", rf"\bsk-ant-{_SAFE}{{20,}}"),
    ("openai", rf"\bsk-(?:proj|svcacct|admin|None)-{_SAFE}{{20,}}"),
    ("openai-legacy", r"\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    ("sk", r"\bsk-[A-Za-z0-9]{32,}"),
    ("elevenlabs", r"\bsk_[a-f0-9]{48}"),
    ("openrouter", r"\bsk-or-v1-[a-f0-9]{32,}"),
    ("langfuse", rf"\b[sp]k-lf-{_UUID}"),
    ("langsmith", rf"\blsv2_(?:pt|sk)_{_SAFE}{{32,}}"),
    ("huggingface", r"\bhf_[A-Za-z0-9]{30,}"),
    ("replicate", r"\br8_[A-Za-z0-9]{32,}"),
    ("groq", r"\bgsk_[A-Za-z0-9]{32,}"),
    ("xai", r"\bxai-[A-Za-z0-9]{32,}"),
    ("together", rf"\btgp_v1_{_SAFE}{{32,}}"),
    ("fireworks", r"\bfw_[A-Za-z0-9]{22,}"),
    ("cerebras", r"\bcsk-[a-z0-9]{32,}"),
    ("nvidia", rf"\bnvapi-{_SAFE}{{40,}}"),
    ("pinecone", rf"\bpcsk_{_SAFE}{{40,}}"),
    ("tavily", rf"\btvly-{_SAFE}{{24,}}"),
    # Google, Microsoft, Amazon.
    ("google-client-secret", rf"\bGOCSPX-{_SAFE}{{20,}}"),
    ("google-access-token", rf"\bya29\.{_SAFE}{{20,}}"),
    ("google-refresh-token", rf"\b1//0{_SAFE}{{40,}}"),
    ("azure-client-secret", r"(?:^|[^A-Za-z0-9_~.])(?P<secret>[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34})"),
    ("azure-connection", r"\b(?:AccountKey|SharedAccessKey)=(?P<secret>[A-Za-z0-9+/]{40,}={0,2})"),
    ("azure-devops", r"\b[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}\b"),
    (
        "signed-url",
        (
            r"(?i:[?&;](?:amp;)?(?:x-(?:amz|goog|oss)-(?:signature|credential|security-token))(?:=|%3d))"
            r"(?P<secret>[A-Za-z0-9%/+=_.~-]{8,})"
        ),
    ),
    ("azure-shared-access-signature", r"[?&;](?:amp;)?sig=(?P<secret>[A-Za-z0-9%/+_-]{40,}={0,2})"),
    ("aws-access-key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    ("aws-secret-key", r"(?i:secret_?access_?key)[\"']?[ \t]{0,3}[:=][ \t]{0,3}[\"']?(?P<secret>[A-Za-z0-9/+=]{40})"),
    # Where code lies.
    ("github", r"gh[pousr]_[A-Za-z0-9]{36,}"),
    ("github-fine-grained", r"github_pat_[A-Za-z0-9_]{40,}"),
    ("gitlab-runner-registration", rf"GR1348941{_SAFE}{{20,}}"),
    ("gitlab", rf"\bgl(?:pat|rt|rtr|oas|dt|ptt|cbt|soat|agent|imt|ft|ffct)-{_SAFE}{{20,}}(?:\.[0-9a-z]{{2,9}}){{0,2}}"),
    ("atlassian", rf"\bAT(?:ATT|CTT|BB)[A-Za-z0-9]{_SAFE}{{20,}}(?:=[A-F0-9]{{8}})?"),
    ("docker", rf"\bdckr_[po]at_{_SAFE}{{24,}}"),
    ("circleci", r"\bCCI(?:PAT|PRJ)_[A-Za-z0-9]{20,24}_[a-f0-9]{40}"),
    ("buildkite", r"\bbk(?:ua|aa|at)_[a-f0-9]{40}"),
    ("pypi", rf"\bpypi-AgE{_SAFE}{{40,}}"),
    ("crates", r"cio[A-Za-z0-9]{32}\b"),
    ("nuget", r"oy2[a-z0-9]{43}\b"),
    (
        "nuget-password",
        r"(?i:<add key=[\"'](?:cleartext)?password[\"'][ \t]{1,4}value=)[\"'](?P<secret>[^\"'\r\n<>]{3,})",
    ),
    ("sonar", r"\bsq[aup]_[a-f0-9]{40}"),
    ("sourcegraph", r"\bsgp_(?:(?:[a-f0-9]{16}|local)_)?[a-f0-9]{40}"),
    ("figma", rf"\bfigd_{_SAFE}{{36,}}"),
    # Where things run.
    ("doppler", r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{36,}"),
    ("vault", rf"\bhv[sr]\.{_SAFE}{{24,}}"),
    ("cloudflare-origin", r"\bv1\.0-[a-f0-9]{24}-[a-f0-9]{146}"),
    ("tailscale", r"\btskey-[a-z]{3,8}-[A-Za-z0-9]{6,24}(?:-[A-Za-z0-9]{16,})?"),
    ("netlify", r"\bnf[pcu]_[A-Za-z0-9]{36,}"),
    ("supabase", rf"\bsb(?:p_[a-f0-9]{{40}}|_secret_{_SAFE}{{24,}})"),
    ("render", r"\brnd_[A-Za-z0-9]{28,}"),
    ("neon", r"\bnapi_[a-z0-9]{40,}"),
    ("fly", r"\b(?:fm1[ar]|fm2|fo1)_[A-Za-z0-9+/_-]{40,}={0,3}"),
    ("honeycomb", r"\bhc[abx][ilm]k_[a-z0-9]{32,}"),
    ("sentry-organisation", r"\bsntrys_eyJ[A-Za-z0-9+/=_]{40,}"),
    ("new-relic", r"\bNR(?:AK|II|JS|BR|RA)-[A-Za-z0-9_-]{19,}"),
    ("linear", r"\blin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    ("notion", r"\b(?:ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43}\b)"),
    # Money and mail.
    ("stripe", r"\b(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,}"),
    ("webhook-secret", r"\bwhsec_[A-Za-z0-9+/=]{24,}"),
    ("square-secret", rf"\bsq0(?:atp|csp|idp)-{_SAFE}{{22,}}"),
    ("paypal", r"\baccess_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}"),
    ("flutterwave", r"\bFLW(?:SECK|PUBK)(?:_TEST)?-[A-Za-z0-9]{12,32}(?:-X)?"),
    ("razorpay", r"\brzp_(?:live|test)_[A-Za-z0-9]{14,}"),
    ("sendgrid", rf"\bSG\.{_SAFE}{{16,32}}\.{_SAFE}{{30,}}"),
    ("resend", r"\bre_[A-Za-z0-9]{6,12}_[A-Za-z0-9]{20,}"),
    ("mailgun", rf"\bkey-{_HEX32}\b"),
    ("hubspot", rf"\bpat-(?:na|eu|ap)[0-9]-{_UUID}"),
    ("shopify", r"\bshp(?:at|ca|pa|ss|ua|tka)_[A-Fa-f0-9]{32}"),
    # Messages.
    ("slack", r"\bxox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}"),
    ("slack-app", r"\bxapp-[0-9]-[A-Za-z0-9]{6,20}-[0-9]{8,16}-[A-Za-z0-9]{16,}"),
    ("slack-webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[A-Za-z0-9+/_-]{20,})"),
    ("discord", rf"\b[MNO][A-Za-z0-9]{{22,27}}\.[A-Za-z0-9_-]{{6}}\.{_SAFE}{{27,}}"),
    (
        "discord-webhook",
        rf"discord(?:app)?\.com/api/(?:v[0-9]{{1,2}}/)?webhooks/(?P<secret>[0-9]{{8,20}}/{_SAFE}{{30,}})",
    ),
    ("telegram", rf"\b[0-9]{{8,10}}:AA{_SAFE}{{33}}"),
    ("twilio", r"SK[0-9a-f]{32}\b"),
    (
        "teams-webhook",
        r"\.webhook\.office\.com/webhookb2/(?P<secret>[A-Za-z0-9@-]{36,80}/IncomingWebhook/[A-Za-z0-9/-]{32,})",
    ),
    ("zapier-webhook", r"hooks\.zapier\.com/hooks/catch/(?P<secret>[0-9]{4,12}/[A-Za-z0-9]{5,})"),
    ("facebook", r"\b[0-9]{15,16}(?:\||%7C)[A-Za-z0-9_-]{27}\b"),
    # Keys without a service.
    ("json-web-token", rf"\beyJ{_SAFE}{{10,}}(?:\.{_SAFE}{{2,}})?(?:\.{_SAFE}*)?"),
    (
        "putty",
        (rf"Private-Lines: [0-9]{{1,4}}{_NEWLINE}(?P<secret>{_PUTTY}(?:{_NEWLINE}{_PUTTY})*)"),
    ),
    ("wireguard", r"\b(?:PrivateKey|PresharedKey)[ \t]{0,3}=[ \t]{0,3}(?P<secret>[A-Za-z0-9+/]{43}=)"),
    # Headers, cookies, command lines.
    (
        "authorization",
        (
            rf"{_AUTHORIZATION}(?i:token|apikey|api-key|key|ghost|negotiate|ntlm|splunk|sso-key|geniekey|oauth|bot)"
            r"[ \t]{1,3}(?P<secret>(?:token=)?\\?[\"']?[A-Za-z+/=_.~:-]{0,64}[0-9][A-Za-z0-9+/=_.~:-]{5,})"
        ),
    ),
    (
        "authorization-fields",
        (
            rf"{_AUTHORIZATION}(?i:digest|aws4-hmac-sha256|oauth|hawk|mac)[ \t]{{1,3}}"
            rf"(?P<secret>{_FIELD}(?:,[ \t]{{0,3}}{_FIELD})*)"
        ),
    ),
    ("cookie", rf"(?i:\b(?:set-)?cookie)[\"']?:[ \t]{{0,3}}[\"']?(?P<secret>{_COOKIE}(?:;[ \t]{{0,2}}{_COOKIE})*)"),
    (
        "session-cookie",
        (
            r"(?i:\b(?:phpsessid|jsessionid|asp\.net_sessionid|connect\.sid|laravel_session|_gitlab_session|sessionid))"
            r"=(?P<secret>[A-Za-z0-9%._!:-]{8,})"
        ),
    ),
    ("curl-user", r"[ \t](?:-u|--user)[ =][\"']?[A-Za-z0-9_.@+-]{1,64}:(?P<secret>[^ \t\r\n\"']{3,})"),
)
"""What the rules lack, or demand more of than the services promise."""

# Where the form alone says too little to look for it in every text.
_WORDS: Final = {"discord": ["discord"], "curl-user": ["curl", "wget"]}
_ENDS: Final = (
    r"""(?:[\x60'"\s;]|\\[nr]|$)""", r"""(?:[\x60'"\s;]|\\[nr]|$|\b)""", r"(?:[^\w-]|\z)", r"(?:[^a-zA-Z0-9+/]|\z)",
    r"\b",
)  # fmt: skip
_MOST: Final = 12
_PLAIN: Final = {r"\w": "A-Za-z0-9_", r"\d": "0-9", r"\.": ".", r"\/": "/", r"\-": "-"}
# A rule whose key stands behind the name of its service.
_BEHIND_NAME: Final = re.compile(r"\(\?:\[ \\t\\w\.-\]\{0,20\}\).*?\{0,5\}\((?P<key>.*)\)\Z", re.DOTALL)


def make(config: str) -> list[Form]:
    """Translate the rules that are precise and add ours."""
    rules = tomllib.loads(config)["rules"]
    theirs = ((rule["id"], rule["regex"]) for rule in rules if "regex" in rule and not rule["id"].startswith(_LEFT_OUT))
    translated = ((name, translate(pattern)) for name, pattern in theirs)
    forms = [form(name, pattern) for name, pattern in (*translated, *OURS)]
    return [entry for entry in forms if entry["id"] in dict(OURS) or min(map(len, entry["hints"]), default=0) >= 3]


def form(name: str, pattern: str) -> Form:
    """Compute what must occur from the pattern itself."""
    return Form(id=name, hints=_WORDS.get(name) or sorted(_required(_PARSER.parse(pattern))), pattern=pattern)


def translate(pattern: str) -> str:
    """Translate from Go's syntax; the key alone, whatever stands around it, and no shorter for what is longer."""
    pattern = _without_end(pattern)
    behind = _BEHIND_NAME.search(pattern)
    if behind is not None:
        pattern = r"(?i:\b" + behind["key"].replace("(?i)", "") + ")"
    pattern = pattern.replace("[[:alnum:]]", "[A-Za-z0-9]")
    pattern = re.sub(r"\[([^\]]*)\]", lambda match: "[" + _in_class(match[1]) + "]", pattern)
    pattern = re.sub(r"(?<!\\)\((?!\?)", "(?:", pattern.replace(r"\d", "[0-9]").replace(r"\-", "-"))
    return _open_end(_scope_flags(pattern))


def _without_end(pattern: str) -> str:
    for end in _ENDS:
        pattern = pattern.removesuffix(end)
    return pattern


def _in_class(inner: str) -> str:
    """Spell out the classes that know Unicode; a dash last."""
    parts = re.findall(r"\\.|[0-9A-Za-z]-[0-9A-Za-z]|.", inner)
    plain = "".join(_PLAIN.get(part, part) for part in parts if part not in {"-", r"\-"})
    return plain + "-" * (plain != "".join(_PLAIN.get(part, part) for part in parts))


def _scope_flags(pattern: str) -> str:
    """Turn `(?i)`, good to the end of its group, into a group."""
    while (at := pattern.find("(?i)")) >= 0:
        depth, end = 0, at + 4
        while end < len(pattern) and depth >= 0:
            depth += {"(": 1, ")": -1}.get(pattern[end], 0)
            end += depth >= 0
        pattern = f"{pattern[:at]}(?i:{pattern[at + 4 : end]}){pattern[end:]}"
    return pattern


def _open_end(pattern: str) -> str:
    """Let a key be longer than its rule says: half a key is still one."""
    return re.sub(r"\{([1-9]\d*)(?:,\d*)?\}(\)*)\Z", r"{\1,}\2", pattern)


def _required(tree: Any) -> set[str]:
    """Return literals of which each match holds one, the best of the pattern: those whose shortest is longest."""
    best: set[str] = set()
    runs = {""}
    for operator, value in [*_flat(tree), ("END", None)]:
        choices = _choices(operator, value)
        longer = {run + choice for run in runs for choice in choices}
        if longer and len(longer) <= _MOST:
            runs = longer
            continue
        best = max(best, runs, _required_of_branches(value) if operator == "BRANCH" else set(), key=_worth)
        runs = choices or {""}
    return best


def _required_of_branches(value: Any) -> set[str]:
    literals = [_required(branch) for branch in value[1]]
    return set().union(*literals) if all(literals) else set()


def _choices(operator: str, value: Any) -> set[str]:
    """Return the texts that a part matches, where they are few."""
    if operator == "LITERAL":
        return {chr(value).lower()}
    if operator == "IN":
        few = len(value) <= _MOST and all(str(kind) == "LITERAL" for kind, _ in value)
        return {chr(code).lower() for _, code in value} if few else set()
    if operator == "BRANCH":
        texts = [_texts(branch) for branch in value[1]]
        return set().union(*texts) if all(texts) else set()
    return set()


def _texts(tree: Any) -> set[str]:
    texts = {""}
    for operator, value in _flat(tree):
        texts = {text + choice for text in texts for choice in _choices(operator, value)}
    return texts


def _worth(literals: set[str]) -> int:
    return min(map(len, literals), default=0)


def _flat(tree: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Open groups, leave out what has no width, and repeat what is repeated a few times."""
    for operator, value in tree:
        name = str(operator)
        if name == "SUBPATTERN":
            yield from _flat(value[3])
        elif name == "MAX_REPEAT" and value[0] > 0:
            yield from [*_flat(value[2])] * min(value[0], _MOST)
            yield "END", None
        elif name != "AT":
            yield name, value


def main(rules: str, commit: str) -> None:
    """Write the forms and say where they are from."""
    lines = ",\n".join(json.dumps(entry) for entry in make(Path(rules).read_text(encoding="utf-8")))
    FORMS.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    head, _, licence = NOTICE.read_text(encoding="utf-8").partition("\n\n")
    NOTICE.write_text(re.sub(r"commit \w+", f"commit {commit}", head) + "\n\n" + licence, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
