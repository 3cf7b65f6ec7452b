"""What an app with experiments records: assignments of every kind, and shadows, by the product itself."""

import threading
from typing import Any

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.routing import route
from otel_training.routing.state import Definition, Experiment, State, write_state

CANDIDATES = {"few-shot-v1": Definition("callable", simulated=True)}


def route_calls(folder: DataFolder, url: str, text: str) -> None:
    """Ask for an experiment that is not on, let a candidate fail, and have one answer and one fail beside Claude."""

    def claude(source_url: str) -> list[str]:
        return [f"{text} rose"]

    def candidate(source_url: str) -> Any:
        if "fails" in source_url:
            raise ValueError(source_url)
        figures: Any = {"input_tokens": 9, "output_tokens": 3, "provider": "mine", "response_id": source_url}
        otel_training.current().llm_call(model="small", input=text, output=f'["{text} fell"]', **figures)
        return {"insights": [{"text": f"{text} fell", "category": "market"}], "quality_score": 7}

    otel_training.experiment("not-on", claude=claude)(url)
    ask: Any = otel_training.experiment("insights", claude=claude, candidate=candidate)
    for weights, source in (({"candidate": 1}, f"{url}?fails"), ({"claude": 1}, url), ({"claude": 1}, f"{url}?fails")):
        experiment = Experiment("s", weights, shadow=True, candidates={"candidate": "few-shot-v1"})
        write_state(make_folder(folder), State({"insights": experiment}, CANDIDATES))
        route._watches.clear()
        ask(source)
    for thread in threading.enumerate():
        if thread.name == "otel_training-candidate":
            thread.join()
