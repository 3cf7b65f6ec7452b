"""The prompt of a candidate, read from captured prompts."""

from dataclasses import replace

from otel_training.dataset.example import TEMPLATE_SYSTEM
from otel_training.trial.prompt import OURS, Prompt, read_prompt
from tests.trial.examples import SYSTEM, captured, insights

FRAME = "Topic: {topic}\nURL: {source_url}\n\n{source_content}\n\nBe brief."
SHAPE = 'Answer with JSON alone: {"insights": [{"text": "...", "category": "..."}]}'


def test_reads_what_most_prompts_have_in_common() -> None:
    """Around source, topic and URL; a candidate is not asked by the line about the URL, which it is not given."""
    examples = [captured("a", "Orders rose."), captured("b", "A plant opens.", topic="energy")]
    odd = captured("c", "Costs fell.", prompt="Read: Costs fell.")
    prompt = read_prompt([*examples, odd])

    assert Prompt(f"{SYSTEM}\n\n{SHAPE}", FRAME, has_shape=False, captured=2) == prompt
    assert "Topic: {topic}\n\n{source_content}\n\nBe brief." == prompt.template
    assert "Topic: energy\n\nA plant opens.\n\nBe brief." == prompt.question_of(examples[1])
    assert '{"insights": [{"text": "About a", "category": "market"}]}' == prompt.answer_of(examples[0])


def test_keeps_the_models_own_shape_where_the_prompt_asks_for_it() -> None:
    """A prompt that says JSON says which; nothing is added to it."""
    example = captured("a", "Orders rose.", prompt='Answer JSON: [{"headline": "..."}]\n\nOrders rose.')
    prompt = read_prompt([example])

    assert (
        Prompt(SYSTEM, 'Answer JSON: [{"headline": "..."}]\n\n{source_content}', has_shape=True, captured=1) == prompt
    )
    assert '[{"headline": "About a"}]' == prompt.answer_of(example)


def test_takes_our_own_where_prompts_have_nothing_in_common() -> None:
    """Nothing was captured, no prompt holds its source once, or less than half are alike."""
    old = replace(captured("a", "Orders rose."), prompt="template")
    hidden = captured("b", "Costs fell.", prompt="Something else")
    others = [captured(name, "Costs fell.", prompt=f"{name} Costs fell.") for name in "cde"]

    assert [OURS, OURS, OURS] == [read_prompt([old]), read_prompt([hidden]), read_prompt(others)]
    assert TEMPLATE_SYSTEM == OURS.system


def test_finds_all_of_a_source_that_was_cut() -> None:
    """In the prompt that was captured whole; else what was kept is all there is."""
    whole, alike = captured("a", "Orders rose. A plant opens."), captured("b", "Costs fell.")
    cut = replace(whole, source_content="Orders", provenance={**whole.provenance, "source_truncated": True})
    prompt = read_prompt([cut, alike, captured("c", "Rain.")])

    assert 2 == prompt.captured
    assert "Orders rose. A plant opens." == prompt.source_of(cut)
    assert "Orders" == OURS.source_of(replace(cut, prompt="template"))


def test_a_topic_is_a_word() -> None:
    """`AI` is no part of `plain`; a source may hold any braces."""
    example = captured("a", "{topic} AI", topic="AI", prompt="In plAIn words, on AI:\n\n{topic} AI")

    assert "In plAIn words, on {topic}:\n\n{source_content}" == read_prompt([example]).frame
    assert "In plAIn words, on AI:\n\n{topic} AI" == read_prompt([example]).question_of(example)
    assert insights("About a") == example.insights
