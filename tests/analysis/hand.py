"""Thirty extractions and twelve readers, small enough to be computed by hand: what every figure of them must be.

A feed's two programs for ten days, by the product's own functions and the real Claude client, whose transport is a
table of answers. Three extractions a day, the first ten days before `now`, less two hours.

numbers        topic   asked                    tokens in, out     USD each
0-9            chips   big-1                    1,000, 200         1,000 x 3 + 200 x 15 millionths = 0.006
9              chips   small-1, a judge, too    300, 20            300 x 0.10 + 20 x 0.50 millionths = 0.00004
10, 11, 17-19  energy  big-1                    1,000, 200         0.006
12-14          energy  big-1, in one batch      1,000, 200         half of it: 0.003
15             energy  big-1 on Bedrock         1,000, 200         1,000 x 3.30 + 200 x 16.50 millionths = 0.0066
16             energy  big-1, by three reports  1,000 (400 of the  600 x 3 + 400 x 0.30 + 200 x 15 millionths
                                                cache), 200        = 0.00492
20-24          space   small-1                  1,000, 200         1,000 x 0.10 + 200 x 0.50 millionths = 0.0002
25             space   odd-1, without a price   1,000, 200         unknown
26             space   big-1, overloaded        -                  nothing: it did not answer
27-29          space   nobody                   -                  nothing: the app has the answers in its cache
"""

import contextlib
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import anthropic
import httpx2

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.record.clock import use_clock
from tests.dashboards.fortnight import DAY, Hands

PRICES: Final = """
[[price]]
model = "big-1"
input_mtok = 3
output_mtok = 15
cache_read_mtok = 0.30
batch = 0.5

[[price]]
model = "anthropic.big-1"
provider = "aws.bedrock"
input_mtok = 3.30
output_mtok = 16.50

[[price]]
model = "small-1"
input_mtok = 0.10
output_mtok = 0.50
"""

EXTRACTIONS: Final = 30
FAILED: Final = 1  # 26
SOURCES: Final = {"chips": 10, "energy": 10, "space": 5}
"""Extractions with a call whose cost is known: of space 20 to 24."""
CALLS: Final = {"chips": 11, "energy": 10, "space": 7}
"""Ten and the judge's; ten, of which one was reported three times and three stand in one batch; 20 to 26."""
UNPRICED: Final = 1  # 25; 26 was not answered
COSTS: Final = {
    "chips": Decimal("0.06004"),  # 10 x 0.006 + 0.00004
    "energy": Decimal("0.05052"),  # 5 x 0.006 + 3 x 0.003 + 0.0066 + 0.00492
    "space": Decimal("0.00100"),  # 5 x 0.0002
}
COST: Final = Decimal("0.11156")  # 0.06004 + 0.05052 + 0.001
BIG_COST: Final = Decimal("0.11052")  # without the judge and space: 0.06 + 0.05052, of 20 sources
WEEK_COST: Final = Decimal("0.05756")
"""Of the last seven days, which are the numbers 9 to 29: 0.006 + 0.00004, all of energy, all of space."""
WEEK_SOURCES: Final = 16  # 1 + 10 + 5

BIG_SOURCES: Final = 20
SAVINGS: Final[dict[str, dict[str, str]]] = {
    # 0.11052 / 20; 40 sources a topic; 100 topics; 20 sources in 10 days are 60 in a month.
    "today": {"per_source": "0.005526", "per_topic": "0.22104", "per_100_topics": "22.104", "per_month": "0.33156"},
    # 0.11156 / 25; a month is 30 / 10 x 0.11156.
    "all": {"per_source": "0.0044624", "per_topic": "0.178496", "per_100_topics": "17.8496", "per_month": "0.33468"},
    # small-1 answers each, big-1 3 % of them once more: 0.0002 + 0.03 x 0.005526.
    "untuned": {"per_source": "0.00036578", "per_topic": "0.0146312", "per_100_topics": "1.46312",
                "per_month": "0.0219468"},
    # Three examples of 1,200 tokens in each prompt: 3,600 x 0.10 millionths more.
    "few-shot": {"per_source": "0.00072578", "per_topic": "0.0290312", "per_100_topics": "2.90312",
                 "per_month": "0.0435468"},
}  # fmt: skip
"""Of small-1 instead of big-1, in USD, with a month of 30 days. The fine-tuned one costs what the untuned one does."""
SAVING: Final = Decimal("0.933807455664")  # 1 - 0.00036578 / 0.005526
SHADOW: Final = Decimal("0.04")  # 200 x 0.0002
JUDGE: Final = Decimal(
    "2.04"
)  # 400 answers, each judged by big-1 in 1,200 and 100 tokens: 1,200 x 3 + 100 x 15 millionths
PAYS_AFTER: Final = 202
"""Days: 2.08 USD, of which a day brings (0.97 x 0.11052 - 20 x 0.0002) / 10 = 0.01032044."""

QUALITIES: Final[dict[int, float]] = {
    **dict.fromkeys(range(10), 8), 5: 6.5, 7: 6.5, **dict.fromkeys(range(10, 15), 7.5),
    **dict.fromkeys(range(15, 20), 5), **dict.fromkeys(range(20, 25), 9), **dict.fromkeys(range(27, 30), 4),
}  # fmt: skip
"""None of 25 and 26. The mean of 28: 8 x 8 + 2 x 6.5 + 5 x 7.5 + 5 x 5 + 5 x 9 + 3 x 4 = 196.5; by 28 = 7.017857."""
PASSED: Final = 20  # of 28, with 6 or more: all of chips, 10 to 14, 20 to 24
GOOD: Final = 18  # of 28, with 7 or more: of chips all but 5 and 7, 10 to 14, 20 to 24
READERS: Final = 12
VIEWERS: Final = {"chips": 12, "energy": 6, "space": 3}
"""Of each insight that was shown, which are those of 0 to 24."""
ACTIONS: Final = {
    "like": 57,  # chips: readers 1 to 10 on 0, 1 to 9 on 1, ..., 1 on 9: 55; nobody's on 11; one on an id of nothing
    "x": 7,  # reader 12 on 0, 2, 4, 6 and 8; readers 1 and 2 on 10
    "bookmark": 4,  # reader 3 on 0 to 3
    "share": 2,  # reader 4 on 0 and 1
    "unlike": 1,  # reader 1 on 9
    "unx": 1,  # reader 12 on 8
    "unbookmark": 1,  # reader 3 on 3
    "unshare": 1,  # reader 4 on 1
}
LIKES: Final = 54  # 55 without the one that was taken back; a like by nobody is no vote
DISMISSALS: Final = 6  # 5 without the one that was taken back, and 2
ELIGIBLE: Final = 7
"""With a score of 7, more likes than dismissals and ten readers: of chips all but 5 and 7 (6.5), and 9 (no like)."""

BLIND_SPOTS: Final = [("underrated", 6.5), ("underrated", 6.5)]
"""5 and 7, which ten readers saw and rather liked; of the dismissed 10 only six know."""


def gather(folder: DataFolder, now: float) -> None:
    """Capture all of it into a data folder, as of ten days that end now."""
    (make_folder(folder).path / "prices.toml").write_text(PRICES, encoding="utf-8")
    hands = Hands(now - 10 * DAY + 2 * 3600)
    use_clock(hands.clock())
    try:
        _extract_all(hands)
        _read_all()
    finally:
        use_clock(None)
    assert otel_training.flush(30)


def _extract_all(hands: Hands) -> None:
    client = _client(anthropic.Anthropic, api_key="k")
    requests = [{"custom_id": str(number), "params": _prompt(number, "big-1")} for number in range(12, 15)]
    results = iter(client.messages.batches.results(client.messages.batches.create(requests=requests).id))
    for number in range(EXTRACTIONS):
        hands.pass_by(DAY if number % 3 == 0 and number else 0)
        with contextlib.suppress(anthropic.APIStatusError):
            _extract(("chips", "energy", "space")[number // 10], _url(number), _source(number), client, results)
            if 10 <= number < 20:
                otel_training.current().link([_insight(number)])


@otel_training.extraction
def _extract(topic: str, source_url: str, source_content: str, client: Any, results: Iterator[Any]) -> dict[str, Any]:
    number = int(source_url.rpartition("/")[2])
    insights = json.loads(_ask(number, client, results))
    if number == 9:
        client.messages.create(**_prompt(9, "small-1", "Judge this."))
    quality = QUALITIES.get(number)
    judged = {} if quality is None else {"quality_score": quality, "passed_filters": quality >= 6}
    return {"insights": insights, **judged}


def _ask(number: int, client: Any, results: Iterator[Any]) -> str:
    if number in range(12, 15):
        return _text(next(results).result.message)
    if number == 15:
        bedrock = _client(anthropic.AnthropicBedrock, api_key="k", aws_region="us-east-1")
        return _text(bedrock.messages.create(**_prompt(number, "anthropic.big-1")))
    if number == 16:
        return _reported_by_three(client)
    if number > 26:
        return _answer(number)
    model = "odd-1" if number == 25 else "small-1" if 20 <= number < 25 else "big-1"
    return _text(client.messages.create(**_prompt(number, model)))


def _reported_by_three(client: anthropic.Anthropic) -> str:
    """Ask by a gateway in this process: its client and ours are watched, and the app reports the call, too."""

    def forward(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=client.messages.create(**json.loads(request.content)).model_dump(mode="json"))

    transport = httpx2.Client(transport=httpx2.MockTransport(forward))
    prompt = _prompt(16, "big-1")
    message = anthropic.Anthropic(api_key="k", http_client=transport).messages.create(**prompt)
    otel_training.current().llm_call(
        model="big-1", input=prompt["messages"], output=_text(message), input_tokens=1000, output_tokens=200,
        response_id=message.id,
    )  # fmt: skip
    return _text(message)


def _read_all() -> None:
    """Show each reader their insights, then let them react; half of the ids are derived, half the app's own."""
    shown = {1: range(25), 4: range(20), 7: range(10)}
    for reader in range(1, READERS + 1):
        numbers = shown[max(first for first in shown if first <= reader)]
        otel_training.record_impressions([_insight(number) for number in numbers], user_id=reader)
    for number in range(10):
        _act("like", number, *range(1, 11 - number))
    for number in (0, 2, 4, 6, 8):
        _act("x", number, 12)
    for number in range(4):
        _act("bookmark", number, 3)
    for number in range(2):
        _act("share", number, 4)
    _act("unlike", 9, 1)
    _act("unx", 8, 12)
    _act("unbookmark", 3, 3)
    _act("unshare", 1, 4)
    _act("x", 10, 1, 2)
    otel_training.record_feedback(_insight(11), "like")
    otel_training.record_feedback("nothing's", "like", user_id=5)


def _act(action: str, number: int, *readers: int) -> None:
    for reader in readers:
        otel_training.record_feedback(_insight(number), action, user_id=reader)


def _insight(number: int) -> str:
    return f"e{number}" if 10 <= number < 20 else otel_training.insight_id(_url(number), f"Fact {number}")


def _url(number: int) -> str:
    return f"https://news.example/{number}"


def _source(number: int) -> str:
    return f"Article {number}."


def _prompt(number: int, model: str, text: str = "") -> dict[str, Any]:
    content = f"{text or 'Extract.'} {_source(number)}"
    return {"model": model, "max_tokens": 500, "messages": [{"role": "user", "content": content}]}


def _answer(number: int) -> str:
    return json.dumps([{"text": f"Fact {number}", "category": "market"}])


def _text(message: Any) -> str:
    return str(message.content[0].text)


def _client(kind: Any, **options: Any) -> Any:
    transport = httpx2.Client(transport=httpx2.MockTransport(_api))
    return kind(**options, max_retries=0, http_client=transport)


def _api(request: httpx2.Request) -> httpx2.Response:
    """Answer as the Messages API does."""
    asked = json.loads(request.content or "{}")
    if "/batches" not in request.url.path:
        return _message(asked)
    if request.url.path.endswith("/results"):
        results = [
            {"custom_id": str(number), "result": {"type": "succeeded", "message": json.loads(_message(
                _prompt(number, "big-1")
            ).content)}}
            for number in range(12, 15)
        ]  # fmt: skip
        return httpx2.Response(200, text="".join(f"{json.dumps(result)}\n" for result in results))
    counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
    times = {"created_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-02T00:00:00Z"}
    url = "https://api.anthropic.com/v1/messages/batches/b/results"
    return httpx2.Response(200, json={"id": "b", "type": "message_batch", "processing_status": "ended",
                                      "request_counts": counts, "results_url": url, **times})  # fmt: skip


def _message(asked: dict[str, Any]) -> httpx2.Response:
    text, model = asked["messages"][0]["content"], asked.get("model", "big-1")
    number = int(text.rpartition(" ")[2].rstrip("."))
    if number == 26:
        error = {"type": "overloaded_error", "message": "busy"}
        return httpx2.Response(529, json={"type": "error", "error": error})
    is_judge = text.startswith("Judge")
    cached = 400 if number == 16 else 0
    usage = {
        "input_tokens": 300 if is_judge else 1000 - cached, "output_tokens": 20 if is_judge else 200,
        "cache_read_input_tokens": cached, "cache_creation_input_tokens": 0,
    }  # fmt: skip
    return httpx2.Response(200, json={
        "id": f"msg_{number}{model}", "type": "message", "role": "assistant", "model": model, "stop_reason": "end_turn",
        "content": [{"type": "text", "text": '{"score": 8}' if is_judge else _answer(number)}], "usage": usage,
    })  # fmt: skip
