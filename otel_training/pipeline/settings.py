"""The settings in force, without what captures: the commands capture nothing, and need not load it."""

import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from otel_training.config import Settings, from_environment, runner_of_tests, variable
from otel_training.warning import warn_once


def settings_in_force() -> Settings:
    """Return the settings of the pipeline in force; where none is loaded, those that the first would have."""
    process = sys.modules.get("otel_training.pipeline.process")
    return resolve({}) if process is None else process.settings()


def resolve(arguments: Mapping[str, Any], sinks: Collection[object] = ()) -> Settings:
    """Read the settings; what tests capture is no training data, unless they ask for it or say where it goes."""
    if path := os.environ.get("OTEL_CONFIG_FILE"):
        from otel_training.pipeline.declared import declared

        arguments = {**declared(path), **arguments}
    settings = replace(from_environment(os.environ), **arguments)
    enabled = variable("enabled")
    is_decided = not settings.enabled or os.environ.get(enabled) or arguments.keys() & {"enabled", "home"}
    if is_decided or any(sink is not None for sink in sinks) or not (runner := runner_of_tests(os.environ)):
        return settings
    warn_once("otel_training captures nothing in runs of %s: use otel_training.testing, or %s=true", runner, enabled)
    return replace(settings, enabled=False)
