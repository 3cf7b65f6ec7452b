"""The prompt that examples share."""

from dataclasses import replace

from otel_training.dataset.example import Example
from otel_training.dataset.prompt import Prompt, shared_prompt
from tests.dataset.examples import example


def asked(source: str, topic: str = "chips", head: str = "Extract {json}:\n", system: str = "Be brief.") -> Example:
    """An example of a source between two texts."""
    messages = [{"role": "system", "content": system}] if system else []
    prompt = (*messages, {"role": "user", "content": f"{head}{source}\nNow."})
    return replace(example(prompt, topic=topic), source_content=source)


def test_the_source_becomes_a_place() -> None:
    """The rest stays as it is, braces too; another's, and one without its source, count as others."""
    examples = [
        asked("Orders rose"), asked("It rained"), asked("Else", head="Else: "), replace(asked("e"), source_content="f"),
    ]  # fmt: skip

    assert Prompt("Be brief.", "Extract {json}:\n{source_content}\nNow.", 2, 4) == shared_prompt(examples)


def test_the_topic_becomes_one_where_more_share_it() -> None:
    """As words of their own; where all have one topic it stays a word."""
    topics = [asked("a", topic, f"About {topic} (not {topic}s): ", "") for topic in ("chip", "ship")]

    assert Prompt("", "About {topic} (not chips): {source_content}\nNow.", 1, 1) != shared_prompt(topics[:1])
    assert Prompt("", "About chip (not chips): {source_content}\nNow.", 1, 1) == shared_prompt(topics[:1])
    plain = [asked("a", topic, f"About {topic}: ") for topic in ("chip", "ship")]
    assert Prompt("Be brief.", "About {topic}: {source_content}\nNow.", 2, 2) == shared_prompt(plain)


def test_lines_with_the_url_are_left_out() -> None:
    """A candidate is not given it; what stands beside it stays."""
    examples = [
        replace(
            sample := asked(f"{at} rose", head=f"URL: u{at}\nText: "),
            provenance={**sample.provenance, "source_url": f"u{at}"},
        )
        for at in range(3)
    ]

    assert Prompt("Be brief.", "Text: {source_content}\nNow.", 3, 3, has_url=True) == shared_prompt(examples)


def test_without_any_the_source_alone_stands() -> None:
    """A conversation of several turns, and no example at all."""
    turns = ({"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"})

    assert Prompt("", "{source_content}", 0, 1) == shared_prompt([replace(example(turns), source_content="c")])
    assert Prompt("", "{source_content}", 0, 0) == shared_prompt([])
