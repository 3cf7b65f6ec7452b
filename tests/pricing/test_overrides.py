"""The user's own prices: exact sums, worked out by hand."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from otel_training.folder import DataFolder, make_folder
from otel_training.pricing.call import Call, Cost, PricesError, Usage
from otel_training.pricing.overrides import Overrides, read_overrides
from otel_training.pricing.price import price_call

PRICES = """
[[price]]
model = "big"
input_mtok = 3
output_mtok = 15
cache_read_mtok = 0.30
cache_write_mtok = 3.75
cache_write_1h_mtok = 6
batch = 0.5

[[price]]
model = "big"
prompt_above = 200_000
input_mtok = 6
output_mtok = 22.50

[[price]]
model = "small-*"
input_mtok = "0.10"
output_mtok = 0.50

[[price]]
model = "small-*"
effective_from = 2026-11-01
input_mtok = 0.05
output_mtok = 0.25

[[price]]
model = "small-*"
provider = "aws.bedrock"
effective_from = 2026-11-01
input_mtok = 0.07
output_mtok = 0.35

[[price]]
model = "small-*"
service_tier = "priority"
effective_from = 2026-11-01
input_mtok = 1
output_mtok = 2

[[price]]
model = "own"
per_hour = 3.60
parallel = 4
"""
OCTOBER = datetime(2026, 10, 31, 23, 59, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)


def write(folder: DataFolder, text: str) -> Overrides:
    """Write the file, and read it."""
    (make_folder(folder).path / "prices.toml").write_text(text, encoding="utf-8")
    return read_overrides(folder)


@pytest.mark.parametrize(
    ("call", "cents"),
    [
        # 1,000 x $3 and 100 x $15 a million: 0.3 + 0.15 cents.
        (Call("big", Usage(1000, 100)), "0.45"),
        (Call("BIG", Usage(1000, 100)), "0.45"),
        (Call("alias", Usage(1000, 100), response_model="big"), "0.45"),
        # 5,500 = 300 fresh + 4,000 read + 1,000 for 5 minutes + 200 for an hour: 0.09 + 0.12 + 0.375 + 0.12 + 0.525.
        (Call("big", Usage(5500, 350, 4000, 1200, 1000, 200)), "1.23"),
        # The same, told beside the input.
        (Call("big", Usage(300, 350, 4000, 1200, 1000, 200)), "1.23"),
        # Without the split all 1,200 are for 5 minutes: 0.09 + 0.12 + 0.45 + 0.525.
        (Call("big", Usage(5500, 350, 4000, 1200)), "1.185"),
        (Call("big", Usage(5500, 350, 4000, 1200, 1000, 200), is_batch=True), "0.615"),
        # Thinking is output, once.
        (Call("big", Usage(1000, 100, thinking=90)), "0.45"),
        # 200,000 are not above 200,000: $0.60. One more, and all is: 200,001 x $6 + 10 x $22.50.
        (Call("big", Usage(200_000, 0)), "60"),
        (Call("big", Usage(200_001, 10)), "120.0231"),
        # Cached tokens count for the tier, and cost the input's price where the tier gives no other.
        (Call("big", Usage(1, 0, cache_read=200_000)), "120.0006"),
        (Call("big", Usage(0, 0)), "0"),
        (Call("small-9", Usage(1000, 100), time=OCTOBER), "0.015"),
        (Call("small-9", Usage(1000, 100), time=NOVEMBER), "0.0075"),
        (Call("small-9", Usage(1000, 100), "aws.bedrock", time=NOVEMBER), "0.0105"),
        (Call("small-9", Usage(1000, 100), service_tier="priority", time=NOVEMBER), "0.12"),
        (Call("small-9", Usage(1, 0), time=NOVEMBER), "0.000005"),
        # $3.60 an hour is 0.1 cent a second; four share it.
        (Call("own", seconds=2.0), "0.05"),
    ],
)
def test_sums_are_exact(call: Call, cents: str, folder: DataFolder) -> None:
    """Each kind of token has its price; the price in effect at the call's time holds."""
    assert Decimal(cents) == (price_call(call, write(folder, PRICES)).amount or Decimal(0)) * 100


@pytest.mark.parametrize(
    ("call", "cost"),
    [
        (Call("big", Usage(1, None)), Cost(None, "no_usage", "prices.toml", "big")),
        (Call("small-9", Usage(1, 1), is_batch=True), Cost(None, "no_batch_price", "prices.toml", "small-*")),
        (Call("own", Usage(1, 1)), Cost(None, "no_duration", "prices.toml", "own")),
        (Call("big", has_failed=True), Cost(None, "no_answer")),
        (Call("other", Usage(1, 1), "nobody"), Cost(None, "unknown_model", "genai-prices")),
    ],
)
def test_unknown_is_none_with_a_reason(call: Call, cost: Cost, folder: DataFolder) -> None:
    """What cannot be known costs nothing that could be added up."""
    assert cost == price_call(call, write(folder, PRICES))


def test_without_a_file_there_are_none(folder: DataFolder) -> None:
    """No file, and one without prices, are the same."""
    assert Overrides() == read_overrides(folder) == write(folder, "# none yet\n")


def test_a_mark_of_the_encoding_is_no_part_of_it(folder: DataFolder) -> None:
    """Editors of Windows put one before the text."""
    assert write(folder, PRICES) == write(folder, f"\ufeff{PRICES}")


def test_a_change_changes_the_digest(folder: DataFolder) -> None:
    """So that what was priced before is known to be so."""
    before = write(folder, PRICES)

    assert before == write(folder, PRICES)
    assert before.digest != write(folder, PRICES.replace("3.60", "3.70")).digest


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[price]", "line 1"),
        ("price = 3", "price is no price"),
        ('[[prices]]\nmodel = "m"', "prices is no price: each of them begins with [[price]]"),
        ('[[price]]\nmodel = "m"\nper_hour = 1\n[models.n]', "models is no price"),
        ("price = [3]", "has no attribute"),
        ('[[price]]\nmodel = "m"', "m needs a model, and either"),
        ("[[price]]\ninput_mtok = 1\noutput_mtok = 1", "a price needs a model"),
        ('[[price]]\nmodel = "m"\ninput_mtok = 1', "m needs"),
        ('[[price]]\nmodel = "m"\ninput_mtok = 1\noutput_mtok = 1\nper_hour = 1', "m needs"),
        ('[[price]]\nmodel = "m"\ninput = 1', "input is none of model, provider"),
        ('[[price]]\nmodel = "m"\ninput_mtok = -1\noutput_mtok = 1', "input_mtok is -1"),
        ('[[price]]\nmodel = "m"\ninput_mtok = nan\noutput_mtok = 1', "input_mtok is NaN"),
        ('[[price]]\nmodel = "m"\ninput_mtok = "one"\noutput_mtok = 1', "ConversionSyntax"),
        ('[[price]]\nmodel = "m"\nper_hour = 1\nparallel = 0', "parallel is 0"),
        ('[[price]]\nmodel = "m"\nper_hour = 1\neffective_from = "soon"', "Invalid isoformat"),
    ],
)
def test_names_what_is_wrong(text: str, reason: str, folder: DataFolder) -> None:
    """A price that is half understood would be a wrong price."""
    with pytest.raises(PricesError, match=r"prices.toml cannot be read .*: correct it\.") as error:
        write(folder, text)

    assert reason in str(error.value)


def test_refuses_a_link(folder: DataFolder, tmp_path: Any) -> None:
    """As every file in the data folder."""
    (tmp_path / "prices.toml").write_text(PRICES, encoding="utf-8")
    (make_folder(folder).path / "prices.toml").symlink_to(tmp_path / "prices.toml")

    with pytest.raises(PricesError, match=r"cannot be read"):
        read_overrides(folder)
