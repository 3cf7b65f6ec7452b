"""The report: the figures as a page of one file, which opens without a network and prints."""

from importlib.resources import files
from pathlib import Path

from otel_training.analysis.figures import Figures
from otel_training.analysis.writing import interval, percent, usd
from otel_training.controls import visible
from otel_training.dataset.funnel import Filters
from otel_training.errors import TrainingError


def write_report(figures: Figures, path: Path) -> None:
    """Write the page into a file, which is replaced.

    Raises `TrainingError` where it cannot be written, or a library of the extra `analysis` is missing.
    """
    try:
        from jinja2 import Environment, StrictUndefined
        from markupsafe import Markup

        from otel_training.analysis.charts import draw_charts
    except ImportError as error:
        raise TrainingError("The report needs its libraries: pip install 'otel_training[analysis]'.") from error
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": percent, "interval": interval, "usd": usd}
    template = environment.from_string(files(__package__).joinpath("report.html").read_text(encoding="utf-8"))
    # What they show of texts from outside, their library escapes.
    charts = {name: Markup(chart) for name, chart in draw_charts(figures).items()}  # noqa: S704
    page = visible(template.render(figures=figures, charts=charts, filters=Filters()))
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"The report cannot be written: {error}.") from error
