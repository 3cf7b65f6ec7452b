"""Keys, tokens and passwords as those who issue them write them down, and where people paste them.

The lengths and alphabets are those of the issuers' own documentation, not those of the patterns that look for them.
"""

# ruff: noqa: E501 - a table of texts, in many scripts

import base64
import json
import random
import string
import textwrap
from collections.abc import Callable, Iterator
from typing import Final

from tests.bench.planted import Planted, plant, some

ALNUM: Final = string.ascii_letters + string.digits
LOWER: Final = string.ascii_lowercase + string.digits
UPPER: Final = string.ascii_uppercase + string.digits
HEX: Final = string.digits + "abcdef"
SAFE: Final = ALNUM + "-_"
B64: Final = ALNUM + "+/"
DIGITS: Final = string.digits
_ALPHABETS: Final = {"a": ALNUM, "l": LOWER, "U": UPPER, "h": HEX, "H": HEX.upper(), "s": SAFE, "b": B64, "d": DIGITS}

# A prefix, then `{a36}` for 36 letters of an alphabet.
PREFIXED: Final = {
    "Anthropic API key": "sk-ant-api03-{s93}AA",
    "Anthropic admin key": "sk-ant-admin01-{s93}AA",
    "OpenAI project key": "sk-proj-{s74}T3BlbkFJ{s74}",
    "OpenAI service account key": "sk-svcacct-{s58}T3BlbkFJ{s58}",
    "OpenAI key": "sk-{a20}T3BlbkFJ{a20}",
    "OpenRouter key": "sk-or-v1-{h64}",
    "DeepSeek key": "sk-{h32}",
    "Hugging Face token": "hf_{a34}",
    "Replicate token": "r8_{a37}",
    "Groq key": "gsk_{a52}",
    "xAI key": "xai-{a80}",
    "Perplexity key": "pplx-{a48}",
    "NVIDIA key": "nvapi-{s64}",
    "Cerebras key": "csk-{l48}",
    "Fireworks key": "fw_{a24}",
    "LangSmith token": "lsv2_pt_{h32}_{h10}",
    "Langfuse secret key": "sk-lf-{h8}-{h4}-{h4}-{h4}-{h12}",
    "Pinecone key": "pcsk_{a6}_{a63}",
    "Tavily key": "tvly-dev-{a32}",
    "ElevenLabs key": "sk_{h48}",
    "AWS access key": "AKIA{U16}",
    "AWS temporary access key": "ASIA{U16}",
    "Amazon Bedrock key": "ABSK{b128}=",
    "Google API key": "AIza{s35}",
    "Google OAuth client secret": "GOCSPX-{s28}",
    "Google OAuth access token": "ya29.a0{s180}",
    "Google OAuth refresh token": "1//0{s98}",
    "Azure client secret": "{a3}8Q~{s34}",
    "Azure DevOps token": "{a76}AZDO{a4}",
    "GitHub token": "ghp_{a36}",
    "GitHub OAuth token": "gho_{a36}",
    "GitHub app token": "ghs_{a36}",
    "GitHub user-to-server token": "ghu_{a36}",
    "GitHub refresh token": "ghr_{a76}",
    "GitHub fine-grained token": "github_pat_{a22}_{a59}",
    "GitLab token": "glpat-{s20}",
    "GitLab routable token": "glpat-{s27}.01.{l9}",
    "GitLab deploy token": "gldt-{s20}",
    "GitLab runner token": "glrt-{s20}",
    "GitLab pipeline trigger token": "glptt-{h40}",
    "GitLab runner registration token": "GR1348941{s20}",
    "GitLab feed token": "glft-{s20}",
    "GitLab job token": "glcbt-64_{s20}",
    "Atlassian token": "ATATT3xFfGF0{s170}={H8}",
    "Bitbucket app password": "ATBB{a32}",
    "Docker Hub token": "dckr_pat_{s27}",
    "npm token": "npm_{a36}",
    "PyPI token": "pypi-AgEIcHlwaS5vcmc{s150}",
    "RubyGems key": "rubygems_{h48}",
    "crates.io token": "cio{a32}",
    "NuGet key": "oy2{l43}",
    "CircleCI token": "CCIPAT_{a22}_{h40}",
    "Buildkite token": "bkua_{h40}",
    "Sonar token": "squ_{h40}",
    "Sourcegraph token": "sgp_{h16}_{h40}",
    "Figma token": "figd_{s40}",
    "Postman key": "PMAK-{h24}-{h34}",
    "Terraform token": "{a14}.atlasv1.{a67}",
    "Pulumi token": "pul-{h40}",
    "Vault token": "hvs.{s95}",
    "Vault batch token": "hvb.{s150}",
    "Doppler token": "dp.pt.{a43}",
    "Doppler service token": "dp.st.prd.{a43}",
    "1Password secret key": "A3-{U6}-{U11}-{U5}-{U5}-{U5}",
    "1Password service token": "ops_eyJ{b300}",
    "age secret key": "AGE-SECRET-KEY-1{Q58}",
    "DigitalOcean token": "dop_v1_{h64}",
    "DigitalOcean OAuth token": "doo_v1_{h64}",
    "Databricks token": "dapi{h32}",
    "Heroku key": "HRKU-AA{s58}",
    "Netlify token": "nfp_{a36}",
    "Supabase token": "sbp_{h40}",
    "Supabase secret key": "sb_secret_{s31}",
    "Render key": "rnd_{a32}",
    "Fly.io token": "fm2_{b160}",
    "Tailscale key": "tskey-auth-{a17}-{a32}",
    "Cloudflare origin CA key": "v1.0-{h24}-{h146}",
    "PlanetScale token": "pscale_tkn_{s43}",
    "PlanetScale password": "pscale_pw_{s43}",
    "Neon key": "napi_{l64}",
    "ClickHouse Cloud key": "4b1d{a38}",
    "Alibaba access key": "LTAI{a20}",
    "Grafana service account token": "glsa_{a32}_{h8}",
    "Grafana Cloud token": "glc_eyJ{b100}",
    "New Relic user key": "NRAK-{U27}",
    "New Relic insert key": "NRII-{s32}",
    "Honeycomb key": "hcaik_{l58}",
    "Sentry user token": "sntryu_{h64}",
    "Sentry organisation token": "sntrys_eyJ{b140}=_{b43}",
    "Dynatrace token": "dt0c01.{U24}.{U64}",
    "Linear key": "lin_api_{a40}",
    "Notion token": "ntn_{d11}{a35}",
    "Notion internal secret": "secret_{a43}",
    "Airtable token": "pat{a14}.{h64}",
    "HubSpot token": "pat-na1-{h8}-{h4}-{h4}-{h4}-{h12}",
    "Typeform token": "tfp_{s44}_{a14}",
    "Stripe live key": "sk_live_{a99}",
    "Stripe test key": "sk_test_{a24}",
    "Stripe restricted key": "rk_live_{a24}",
    "Stripe webhook secret": "whsec_{a32}",
    "Square token": "sq0atp-{s22}",
    "Square secret": "sq0csp-{s43}",
    "Braintree token": "access_token$production${l16}${h32}",
    "Plaid token": "access-production-{h8}-{h4}-{h4}-{h4}-{h12}",
    "Razorpay key": "rzp_live_{a14}",
    "Flutterwave key": "FLWSECK_TEST-{h32}-X",
    "Shopify token": "shpat_{h32}",
    "Shopify shared secret": "shpss_{h32}",
    "SendGrid key": "SG.{s22}.{s43}",
    "Mailgun key": "key-{h32}",
    "Mailchimp key": "{h32}-us12",
    "Brevo key": "xkeysib-{h64}-{a16}",
    "Resend key": "re_{a8}_{a24}",
    "Twilio key": "SK{h32}",
    "Slack bot token": "xoxb-{d12}-{d13}-{a24}",
    "Slack user token": "xoxp-{d12}-{d12}-{d13}-{h32}",
    "Slack app token": "xapp-1-{U11}-{d13}-{h64}",
    "Slack rotated token": "xoxe.xoxp-1-{a163}",
    "Telegram bot token": "{d10}:AA{s33}",
    "Facebook token": "EAAC{a150}",
    "Mapbox secret token": "sk.eyJ{a60}.{a22}",
    "Shippo token": "shippo_live_{h40}",
    "Duffel token": "duffel_test_{s43}",
    "Lob key": "live_{h35}",
    "EasyPost key": "EZAK{a54}",
    "Infracost key": "ico-{a32}",
    "Prefect key": "pnu_{a36}",
    "ReadMe key": "rdme_{l70}",
    "OpenShift token": "sha256~{s43}",
    "Octopus key": "API-{U26}",
}
_SENTENCES: Final = (
    "The reporter found {} in the leaked file.",
    "Der Schlüssel lautet {} und gilt bis Mai.",
    "Leaked ({}), then revoked.",
    "Look: {}, says the note",
    '{"note": "{}", "rows": [1, 2]}',
    "NAME={}\nOTHER=1",
    "client = Client('{}', timeout=3)",
    "| deploy | {} | 2025 |",
    "- value: {}\n- other: 2",
    "curl https://api.example/v1 -H 'X-Thing: {}'",
)


def _filled(chance: random.Random, form: str) -> str:
    """Draw what stands in braces."""
    parts = form.replace("}", "{").split("{")
    bech32 = {"Q": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"}
    return "".join(
        some(chance, int(part[1:]), (_ALPHABETS | bech32)[part[0]]) if at % 2 else part for at, part in enumerate(parts)
    )


def _token(chance: random.Random) -> str:
    return some(chance, chance.randrange(16, 40), ALNUM) + some(chance, 1, DIGITS)


def _password(chance: random.Random) -> str:
    return some(chance, chance.randrange(5, 9), ALNUM) + chance.choice(DIGITS) + some(chance, 3, ALNUM + "!#$%*+")


def _base64(chance: random.Random, size: int) -> str:
    return base64.b64encode(chance.randbytes(size)).decode()


def _json_web_token(chance: random.Random) -> str:
    head = {"alg": chance.choice(("HS256", "RS256")), "typ": "JWT"}
    claims = {"sub": str(chance.randrange(10**9)), "iat": chance.randrange(10**9, 2 * 10**9)}
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (head, claims)]
    encoded = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (*parts, chance.randbytes(32))]
    return ".".join(encoded)


def _pem(kind: str) -> Callable[[random.Random], str]:
    def make(chance: random.Random) -> str:
        body = "\n".join(textwrap.wrap(_base64(chance, 600), 64))
        return f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----"

    return make


def _putty(chance: random.Random) -> str:
    return "\n".join((*textwrap.wrap(_base64(chance, 240), 64), "Private-MAC: " + some(chance, 40, HEX)))


def _digest(chance: random.Random) -> str:
    return (
        f'username="jo", realm="feed", nonce="{some(chance, 32, HEX)}", uri="/api", response="{some(chance, 32, HEX)}"'
    )


def _aws4(chance: random.Random) -> str:
    scope = f"AKIA{some(chance, 16, UPPER)}/20250201/eu-west-1/s3/aws4_request"
    return f"Credential={scope}, SignedHeaders=host;x-amz-date, Signature={some(chance, 64, HEX)}"


def _discord(chance: random.Random) -> str:
    return f"{base64.b64encode(some(chance, 18, '123456789').encode()).decode()}.{some(chance, 6, SAFE)}.{some(chance, 38, SAFE)}"


def _cookies(chance: random.Random) -> str:
    return f"sid={_token(chance)}; csrf={_token(chance)}"


Maker = Callable[[random.Random], str]
LABELLED: Final[dict[str, tuple[Maker, tuple[str, ...]]]] = {
    "JSON web token": (_json_web_token, _SENTENCES[:7]),
    "bearer": (_token, ("Authorization: Bearer {}\nHost: a.example", '{"Authorization": "Bearer {}"}', "with Bearer {} sent")),
    "basic": (lambda chance: _base64(chance, 18), ("Authorization: Basic {}\n", "-H 'Authorization: Basic {}'")),
    "Authorization: Token": (_token, ("Authorization: Token {}\nHost: a.example", '{"Authorization": "Token {}"}')),
    "Authorization: token=": (_token, ("Authorization: Token token={}\n", 'Authorization: Token token="{}"\n')),
    "Authorization: ApiKey": (_token, ("Authorization: ApiKey {}\n", "authorization: apikey {}\n")),
    "Authorization: Digest": (_digest, ("Authorization: Digest {}\nHost: a.example",)),
    "Authorization: AWS4": (_aws4, ("Authorization: AWS4-HMAC-SHA256 {}\nHost: a.example",)),
    "X-Api-Key": (_token, ("X-Api-Key: {}\nHost: a.example", "-H 'x-api-key: {}'", '{"x-api-key": "{}"}')),
    "Cookie": (_cookies, ("Cookie: {}\nHost: a.example", "-H 'Cookie: {}'", '{"Cookie": "{}"}')),
    "Set-Cookie": (_token, ("Set-Cookie: session={}; Path=/; HttpOnly\n", "set-cookie: auth={}; Secure\n")),
    "session id": (_token, ("PHPSESSID={}", "JSESSIONID={}; Path=/", "https://a.example/?PHPSESSID={}&page=2")),
    "userinfo of a URL": (_password, ("https://jo:{}@files.example/a", "postgres://app:{}@db.example:5432/feed")),
    "signature of a URL": (lambda chance: some(chance, 64, HEX), (
        "https://b.s3.amazonaws.com/a?X-Amz-Signature={}", "see https://a.example/a?sig={} there",
        "https://a.example/a?page=2&signature={}",
    )),
    "token of a URL": (_token, (
        "https://a.example/?token={}", "https://a.example/a?page=2&access_token={}&x=1", "(https://a.example/cb?code=1&auth={})",
    )),
    "key of a URL": (_token, ("https://a.example/?key={}", "https://a.example/?api_key={}&page=2", "https://a.example/?apikey={}.")),
    "session of a URL": (_token, ("https://a.example/?session={}&page=2", "https://a.example/a?sid={}", "http://a.example/?sessionid={}")),
    "password of a URL": (_password, ("https://a.example/login?user=jo&password={}", "https://a.example/?pwd={}&page=1")),
    "Slack webhook": (lambda chance: f"T{some(chance, 10, UPPER)}/B{some(chance, 10, UPPER)}/{some(chance, 24, ALNUM)}", (
        "https://hooks.slack.com/services/{}", "post to hooks.slack.com/services/{} please",
    )),
    "Discord webhook": (lambda chance: f"{some(chance, 19, DIGITS)}/{some(chance, 68, SAFE)}", (
        "https://discord.com/api/webhooks/{}", "https://discordapp.com/api/webhooks/{} is it",
    )),
    "Discord bot token": (_discord, ("DISCORD_TOKEN={}", "the Discord bot logs in by {} there", "client.run('{}')  # discord")),
    "Azure storage key": (lambda chance: _base64(chance, 64), (
        "DefaultEndpointsProtocol=https;AccountName=feed;AccountKey={};EndpointSuffix=core.windows.net", "AccountKey={}",
    )),
    "Azure bus key": (lambda chance: _base64(chance, 32), ("Endpoint=sb://a.example/;SharedAccessKeyName=Root;SharedAccessKey={}",)),
    "AWS secret key": (lambda chance: some(chance, 40, B64), (
        "aws_secret_access_key = {}", "AWS_SECRET_ACCESS_KEY={}", '"SecretAccessKey": "{}"',
    )),
    "PEM, PKCS#8": (_pem("PRIVATE KEY"), ("{}\n", "the key:\n{}\nand more words")),
    "PEM, RSA": (_pem("RSA PRIVATE KEY"), ("{}\n", "the key:\n{}\nand more words")),
    "PEM, EC": (_pem("EC PRIVATE KEY"), ("{}\n", "the key:\n{}\nand more words")),
    "PEM, OpenSSH": (_pem("OPENSSH PRIVATE KEY"), ("{}\n", "the key:\n{}\nand more words")),
    "PEM, encrypted": (_pem("ENCRYPTED PRIVATE KEY"), ("{}\n", "the key:\n{}\nand more words")),
    "PGP": (_pem("PGP PRIVATE KEY BLOCK"), ("{}\n", "the key:\n{}\nand more words")),
    "PEM in JSON": (lambda chance: _pem("PRIVATE KEY")(chance).replace("\n", "\\n"), ('{"private_key": "{}\\n", "n": 1}',)),
    "PuTTY": (_putty, ("PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPrivate-Lines: 5\n{}\n",)),
    "WireGuard": (lambda chance: _base64(chance, 32), ("[Interface]\nPrivateKey = {}\nAddress = x\n",)),
    "curl -u": (_password, ("curl -u jo:{} https://a.example/x", "curl --user jo:{} https://a.example/x")),
    "password": (_password, ("password: {}", "Password = {}", '{"password": "{}"}', "PASSWORD={}", "the password is {}.")),
    "passphrase": (_password, ("passphrase: {}", "Passphrase = '{}'")),
    "pwd": (_password, ("pwd={}", "Server=a;Uid=sa;Pwd={};", "passwd: {}")),
    "secret": (_token, ("client_secret={}", "secret: {}", '"clientSecret": "{}"', "SECRET_KEY = '{}'")),
    "token": (_token, ("token: {}", "ACCESS_TOKEN={}", '"refreshToken": "{}"', "auth_token = '{}'")),
    "API key": (_token, ("api_key={}", "API key: {}", '"apiKey": "{}"', "API_KEY = '{}'")),
    "German": (_password, ("Passwort: {}", "Kennwort: {}", "Das Passwort lautet {}.", "Zugangscode: {}")),
    "French": (_password, ("Mot de passe : {}", "mot de passe: {}", "Le mot de passe est {}.")),
    "Spanish": (_password, ("Contraseña: {}", "contraseña = {}", "La contraseña es {}.", "Clave: {}")),
    "Portuguese": (_password, ("Senha: {}", "Palavra-passe: {}", "A senha é {}.")),
    "Italian": (_password, ("Password: {}", "Parola d'ordine: {}", "La password è {}.")),
    "Dutch": (_password, ("Wachtwoord: {}", "Het wachtwoord is {}.")),
    "Polish": (_password, ("Hasło: {}", "hasło = {}")),
    "Czech": (_password, ("Heslo: {}", "heslo = {}")),
    "Swedish": (_password, ("Lösenord: {}", "Lösenordet är {}.")),
    "Norwegian, Danish": (_password, ("Passord: {}", "Adgangskode: {}")),
    "Finnish": (_password, ("Salasana: {}",)),
    "Hungarian": (_password, ("Jelszó: {}",)),
    "Romanian": (_password, ("Parola: {}", "Parolă: {}")),
    "Turkish": (_password, ("Şifre: {}", "Parola: {}", "şifre={}")),
    "Greek": (_password, ("Κωδικός πρόσβασης: {}", "Κωδικός: {}")),
    "Russian": (_password, ("Пароль: {}", "пароль = {}", "Пароль — {}.")),
    "Ukrainian": (_password, ("Пароль: {}", "пароль: {}")),
    "Arabic": (_password, ("كلمة المرور: {}", "كلمة السر: {}")),
    "Hebrew": (_password, ("סיסמה: {}",)),
    "Persian": (_password, ("رمز عبور: {}", "گذرواژه: {}")),
    "Hindi": (_password, ("पासवर्ड: {}",)),
    "Chinese": (_password, ("密码：{}", "密码: {}", "口令：{}", "密碼：{}")),
    "Japanese": (_password, ("パスワード：{}", "パスワード: {}", "暗証番号：{}")),
    "Korean": (_password, ("비밀번호: {}", "암호: {}")),
    "Thai": (_password, ("รหัสผ่าน: {}",)),
    "Vietnamese": (_password, ("Mật khẩu: {}",)),
    "Indonesian": (_password, ("Kata sandi: {}", "Sandi: {}")),
}  # fmt: skip


def planted(seed: int, each: int) -> Iterator[Planted]:
    """Plant `each` of every form, one after the other in its places."""
    chance = random.Random(seed)
    for form, value in PREFIXED.items():
        for at in range(each):
            template = _SENTENCES[(at + chance.randrange(len(_SENTENCES))) % len(_SENTENCES)]
            yield plant(form, _filled(chance, value), template)
    for form, (make, templates) in LABELLED.items():
        for at in range(max(each, len(templates))):
            template = templates[at % len(templates)]
            yield plant(form, make(chance), template)
