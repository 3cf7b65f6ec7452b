"""Draw dashboards, report and review page over fourteen days of a feed, the first by Grafana's own components.

Run by `make screenshots`: needs Node, npm and Chromium. The components (650 MB) stay in `.cache/`; beside this
file come the pictures alone.
"""

import json
import shutil
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent.parent
sys.path.insert(0, str(ROOT))  # run as a script

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.dashboards import fortnight  # noqa: E402
from tests.dashboards.asking import SPAN, Frame, Reader, opening, queries  # noqa: E402
from tests.dashboards.evaluating import evaluate  # noqa: E402
from tests.reviewing import reviewing  # noqa: E402
from tests.served import run  # noqa: E402
from tests.serving.endpoint import serving  # noqa: E402

WORK: Final = ROOT / ".cache" / "screenshots"
PACKAGES: Final = (
    "@fontsource/inter@5.3.0", "@grafana/data@13.1.1", "@grafana/i18n@13.1.1", "@grafana/schema@13.1.1",
    "@grafana/ui@13.1.1", "esbuild@0.28.2", "playwright-core@1.65.1", "react@18.3.1", "react-dom@18.3.1",
    "react-router-dom@5.3.4", "rxjs@7.8.2", "upng-js@2.1.0",
)  # fmt: skip
INSTALL: Final = ("npm", "install", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save")


def main() -> None:
    """Fill a store, ask all panels, draw them."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        raise SystemExit("install Chromium first")
    WORK.mkdir(parents=True, exist_ok=True)
    for script in ("page.tsx", "shoot.mjs"):
        shutil.copy(HERE / script, WORK)
    if not (WORK / "node_modules").exists():
        subprocess.run([*INSTALL, *PACKAGES], cwd=WORK, check=True)
    shown = [*write_answers(), write_page()]
    subprocess.run(["node", "shoot.mjs", browser, "page.tsx", *shown], cwd=WORK, check=True)
    for path in shown:
        shutil.copy(path.with_suffix(".png"), HERE)
    draw_review(browser)


def draw_review(browser: str) -> None:
    """Draw the page that a reviewer of the demo's feed sees first."""
    home = WORK / "demo"
    subprocess.run([sys.executable, "-m", "otel_training.cli", "demo", "--out", home], check=True)
    with reviewing(home / ".otel_training", home) as (address, _), sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = program.new_page(viewport={"width": 1200, "height": 640})
        page.set_default_timeout(300_000)
        page.goto(address)
        page.wait_for_selector("#insights li")
        page.screenshot(path=HERE / "review.png")
        program.close()


def write_answers() -> list[Path]:
    """Write what each dashboard shows of fourteen days, as JSON, and return the files."""
    home = WORK / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    data = {"OTEL_TRAINING_HOME": str(home / "data"), "OTEL_TRAINING_ENABLED": "true"}
    run(fortnight.__file__, 14, cwd=home, **data).check_returncode()
    evaluate(home, **data)
    answers: dict[str, dict[int, Any]] = defaultdict(dict)
    with serving(home, TZ="UTC") as endpoint:
        reader = Reader("full", endpoint.as_user("reader"))
        for query in queries():
            if query.panel is not None:
                frame = reader.ask(query.sent(opening(reader, query.variables)))
                answers[query.dashboard][query.panel["id"]] = _shown(frame)
    return [_write(name, shown) for name, shown in answers.items()]


def write_page() -> Path:
    """Write the report of the same fourteen days, and return the file."""
    home, path = WORK / "home", WORK / "report.html"
    data = {"OTEL_TRAINING_HOME": str(home / "data")}
    run("-m", "otel_training.cli", "analyze", "--html", path, cwd=home, **data).check_returncode()
    return path


def _write(name: str, answers: dict[int, Any]) -> Path:
    dashboard = json.loads((HERE.parent / f"{name}.json").read_text(encoding="utf-8"))
    shown = {"dashboard": dashboard, "answers": answers, "from": SPAN.start * 1000, "to": SPAN.end * 1000}
    path = WORK / f"{name}.json"
    path.write_text(json.dumps(shown), encoding="utf-8")
    return path


def _shown(frame: Frame) -> dict[str, Any]:
    types = ["time" if "DateTime" in kind else "string" if "String" in kind else "number" for kind in frame.types]
    rows = [
        [_milliseconds(value) if kind == "time" else value for kind, value in zip(types, row, strict=True)]
        for row in frame.rows
    ]
    return {"names": frame.names, "types": types, "rows": rows}


def _milliseconds(text: str) -> int:
    return int(datetime.fromisoformat(text[:19]).replace(tzinfo=UTC).timestamp() * 1000)


if __name__ == "__main__":
    main()
