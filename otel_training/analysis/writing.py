"""How figures are written, wherever they are shown."""

from decimal import Decimal

from otel_training.dataset.share import Share


def usd(amount: float | Decimal | None) -> str | None:
    """Return an amount in USD, three digits of what is less than 1: never 0 where it is not."""
    if amount is None:
        return None
    return f"{amount:,.2f}" if amount >= 1 else f"{Decimal(f'{amount:.3g}'):f}"


def percent(share: float | None) -> str:
    """Return a share as whole percent: never 0 or 100 where it is not."""
    if share is None:
        return "-"
    if share in (0, 1) or 0.01 <= share <= 0.99:  # noqa: PLR2004 - a hundredth
        return f"{100 * share:.0f} %"
    return f"{min(99.9, max(0.1, 100 * share)):.1f} %"


def interval(share: Share) -> str:
    """Return a share with its bounds, in percent: `66 (59-72)`."""
    if share.low is None or share.high is None:
        return "-"
    return f"{percent(share.share)[:-2]} ({100 * share.low:.0f}-{100 * share.high:.0f})"
