"""From record to events, kind by kind: what is written of each."""

from hashlib import blake2b
from typing import Any

import orjson
import pytest

from otel_training import conventions as names
from otel_training.conventions import Kind
from otel_training.events.finish import finish, load_readers_kinds
from otel_training.events.finisher import LINKS_OF_AN_ID, Finisher
from otel_training.events.host_json import MalformedError, read_json
from otel_training.privacy.identity import Key, insight_id, pseudonym, text_sha256
from otel_training.record.record import Record

load_readers_kinds()
KEY = Key(b"a test's")
ID = "00000000-0000-7000-8000-000000000001"
URL = "https://news.example/1?id=2"
TEXT = "Orders rose, says bob@news.example."
DERIVED, DIGEST = insight_id(URL, TEXT), text_sha256(TEXT)


def _hex(text: str) -> str:
    return blake2b(text.encode(), key=KEY.secret, digest_size=4).hexdigest()


OUTPUT_TEXTS = _hex("orders rose, says <email") * 2
READER = {names.USER_HASH: pseudonym(KEY, "7"), names.USER_KEY_ID: KEY.id}


def events(kind: Kind, content: Any, **fields: Any) -> list[tuple[str, dict[str, Any], Any]]:
    """Finish a record; of each event its name, the attributes that its kind adds, and its body."""
    record = Record(kind, ID, 5, content=orjson.dumps(content), **fields)
    common = {names.KIND, names.EVENT_ID, names.VERSION, names.REDACTION}
    return [
        (
            event.name,
            {name: value for name, value in event.attributes.items() if value is not None and name not in common},
            orjson.loads(event.body) if event.body else None,
        )
        for event in finish(record, Finisher(KEY, content_limit=20))
    ]


def test_another_place_names_a_reader_where_the_first_says_undefined() -> None:
    """As where a page sends what it has not got, and the session knows."""
    content = {"insight_id": "a", "action": "like", "metadata": {"user_id": "undefined"}}

    ((_, attributes, _),) = events(Kind.FEEDBACK, content, fallback_user_id="7")

    assert attributes == {names.INSIGHT_ID: "a", names.ACTION: "like", **READER}


def test_an_extraction() -> None:
    """Source and insights lose secrets, under ids made before that; the source is cut."""
    content: dict[str, Any] = {
        "topic": "chips",
        "source_url": f"{URL}&token=abc",
        "source_content": f"Mail bob@news.example {'x' * 30}",
        "insights": [{"text": TEXT, "category": "market", "id": 3}],
    }
    ((name, attributes, body),) = events(Kind.EXTRACTION, content, attributes={names.SOURCE_LENGTH: 52})

    derived, digest = insight_id(content["source_url"], TEXT), DIGEST
    assert "training.extraction" == name
    assert attributes == {
        names.SOURCE_LENGTH: 52,
        names.SOURCE_TRUNCATED: True,
        names.TOPIC: "chips",
        names.SOURCE_URL: URL,
        names.OUTPUT_TEXTS: OUTPUT_TEXTS,
        names.OUTPUT_CATEGORIES: _hex("market") * 2,
        names.REDACTION_COUNT: 2,
        names.REDACTION_COUNTS["EMAIL"]: 2,
    }
    assert body == {
        names.INPUT: "Mail <EMAIL_1> xxxxx",
        names.OUTPUT: [
            {
                "insight_id": "3",
                "derived_id": derived,
                "text": "Orders rose, says <EMAIL_1>.",
                "category": "market",
                "text_sha256": digest,
            }
        ],
    }


def test_a_call_of_a_model() -> None:
    """Of its texts the one that holds insights is the answer; the system prompt gives the version."""
    messages = [{"role": "system", "content": "Extract."}, {"role": "user", "content": TEXT}]
    answer = f'```json\n{{"insights": [{{"text": "{TEXT}"}}]}}\n```'
    ((_, attributes, body),) = events(Kind.LLM_CALL, {"input": messages, "outputs": ["Sure.", answer], "tools": None})

    assert attributes == {
        names.OUTPUT_COUNT: 1,
        names.OUTPUT_TEXTS: OUTPUT_TEXTS,
        names.OUTPUT_QUOTED: OUTPUT_TEXTS,
        names.PROMPT_VERSION: text_sha256('"Extract."')[:12],
        names.REDACTION_COUNT: 2,
        names.REDACTION_COUNTS["EMAIL"]: 2,
    }
    assert body == {
        names.INPUT: [messages[0], {"role": "user", "content": TEXT.replace("bob@news.example", "<EMAIL_1>")}],
        names.OUTPUT: answer.replace("bob@news.example", "<EMAIL_1>"),
    }


def test_an_action_of_a_reader() -> None:
    """Of the metadata the reader is kept, as pseudonym."""
    content = {"insight_id": 12, "action": "like", "metadata": {"user_id": 7, "email": "bob@news.example"}}

    attributes = {names.INSIGHT_ID: "12", names.ACTION: "like", **READER}
    assert [("training.feedback", attributes, None)] == events(Kind.FEEDBACK, content)


def test_actions_of_one_request_keep_their_order() -> None:
    """A like and its undo in one batch: the last one counts, so that each has a time of its own."""
    actions = ["like", "unlike", "x"]
    content = [{"insight_id": "a", "action": action, "user_id": 7} for action in actions]
    record = Record(Kind.FEEDBACK, ID, 5, content=orjson.dumps(content))

    assert [(5, "like"), (6, "unlike"), (7, "x")] == [
        (event.record.time, event.attributes[names.ACTION]) for event in finish(record, Finisher(KEY, content_limit=20))
    ]


def test_what_a_feed_showed() -> None:
    """The ids in their places, and a link for each pair of id and text, once."""
    items = [{"id": "a", "text": TEXT, "url": URL}, {"id": "b"}, {"id": "a", "text": TEXT, "url": URL}]

    link = {names.LINK_ID: "a", names.TEXT_SHA256: DIGEST, names.SOURCE_URL: URL}
    assert [
        ("training.impression", {names.INSIGHT_IDS: '["a","b","a"]', **READER}, None),
        ("training.link", link, None),
    ] == events(Kind.IMPRESSION, {"items": items}, user_id=7)


@pytest.mark.parametrize(
    ("answers", "linked"),
    [
        (["T", "T", "T"], ["T"]),
        (["T", "U", "T", "T", "U"], ["T", "U", "T", "U"]),
        (["T", "", "T"], ["T"]),
        (["TU", "TU", "UT"], ["T", "U"]),
        (["T", "U"] * 200, ["T", "U"] * (LINKS_OF_AN_ID // 2)),
    ],
    ids=["the same", "changed and changed back", "left out", "two at once", "in turn"],
)
def test_a_feed_that_shows_another_text_links_it(answers: list[str], linked: list[str]) -> None:
    """Each time that the text under an id changes, also back: reactions count for what was shown last before them."""
    finisher, links = Finisher(KEY, content_limit=20), []
    for time, texts in enumerate(answers):
        content = orjson.dumps([{"id": "a", "text": text} for text in texts] or [{"id": "b", "text": "other"}])
        events = finish(Record(Kind.IMPRESSION, ID, time, content=content), finisher)
        links += [event.attributes for event in events if event.record.kind is Kind.LINK]

    assert [text_sha256(text) for text in linked] == [
        link[names.TEXT_SHA256] for link in links if link[names.LINK_ID] == "a"
    ]


def test_an_id_that_keeps_changing_is_linked_thrice_an_hour() -> None:
    """Beyond the hundredth time: what readers do later is not the hundredth text's, and it is seen to be in doubt."""
    finisher, hour = Finisher(KEY, content_limit=20), 3_600_000_000_000
    for time in range(LINKS_OF_AN_ID):
        assert finisher.is_new_link("a", time, time)

    late = hour + LINKS_OF_AN_ID
    times = [hour, *range(late, late + 4), 3 * hour]
    assert [False, True, True, True, False, True] == [finisher.is_new_link("a", f"T{time}", time) for time in times]


def test_a_query() -> None:
    """What was searched, and how good the sources are."""
    answer = orjson.dumps({"results": [{"quality": 8, "passed_filters": True}, {"score": 5.0}, {"title": "none"}]})

    assert [
        (
            "training.query",
            {
                names.QUERY_ID: ID,
                names.QUERY_COUNT: 3,
                names.SOURCE_QUALITY_MEAN: 6.5,
                names.SOURCE_QUALITY_MIN: 5.0,
                names.SOURCE_QUALITY_RATIO: 1.0,
                names.REDACTION_COUNT: 0,
                **READER,
            },
            {names.INPUT: "chips"},
        )
    ] == events(Kind.QUERY, {"q": "chips", "user_id": 7}, answer=answer)


def test_a_correction() -> None:
    """Insights without a source of their own."""
    ((_, _, body),) = events(Kind.CORRECTION, [{"text": "Right."}])

    derived, digest = insight_id("", "Right."), text_sha256("Right.")
    insight = {"insight_id": derived, "derived_id": derived, "text": "Right.", "category": None, "text_sha256": digest}
    assert {names.OUTPUT: [insight]} == body


@pytest.mark.parametrize("kind", [Kind.SCORE, Kind.LINK])
def test_a_kind_without_content(kind: Kind) -> None:
    """Its attributes are all there is to write."""
    assert [(kind.event_name, {names.SCORE_VALUE: 1.0}, None)] == events(
        kind, None, attributes={names.SCORE_VALUE: 1.0}
    )


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (Kind.EXTRACTION, []),
        (Kind.LLM_CALL, "text"),
        (Kind.FEEDBACK, {"insight_id": "a"}),
        (Kind.FEEDBACK, {"action": "like"}),
        (Kind.IMPRESSION, {"title": "no list"}),
        (Kind.CORRECTION, {}),
    ],
)
def test_content_of_another_shape(kind: Kind, content: Any) -> None:
    """It is refused, to be counted as malformed."""
    with pytest.raises(MalformedError):
        events(kind, content)


@pytest.mark.parametrize("before", range(12))
@pytest.mark.parametrize("number", [2**64, 10**18, 10**25 + 1])
def test_a_long_number_keeps_its_digits(before: int, number: int) -> None:
    """Wherever it stands: an id of 128 bits is no float."""
    assert {"a" * before: number} == read_json(b'{"%s": %d}' % (b"a" * before, number))
