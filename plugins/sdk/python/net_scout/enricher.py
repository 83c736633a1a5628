"""Write an enricher in Python: a function that looks up one observable, and `WitWorld = enricher(...)`."""

import json

import wit_world
from componentize_py_types import Err
from wit_world.imports import description, enrichment

from . import (
    Failure, Settings, asks_dns, boolean, case, choice, integer, keeps_state, line, reads_files, real, runs, sentence, talks_to,
)

__all__ = [
    "Failure", "asks_dns", "boolean", "choice", "enricher", "integer", "keeps_state", "line", "reads_files", "real", "runs", "talks_to",
]


def enricher(
    *,
    name,
    version,
    summary,
    observables,
    enrich,
    parameters=(),
    requests=(),
    fresh_seconds=86_400,
    failed_seconds=3_600,
    outside=True,
):
    """The enricher as a class, which the module must call `WitWorld`. `enrich(observable, settings)` gives what was found, as anything that
    JSON can hold. Answers and failures are kept for so many seconds. One that tells nobody outside what it looks up is not `outside`."""
    kinds = [description.ObservableKind[kind.upper()] for kind in observables]
    kind = description.Kind_Enricher(description.EnricherDetails(kinds, fresh_seconds, failed_seconds, outside))
    described = description.Description(name, version, kind, summary, list(parameters), list(requests))

    class WitWorld(wit_world.WitWorld):
        def describe(self):
            return described

        def enrich(self, observable, arguments):
            # Whatever leaves this function other than as Err stops the guest without a word, sys.exit() too.
            try:
                return json.dumps(enrich(observable, Settings(arguments)), ensure_ascii=False)
            except BaseException as error:
                raise Err(_enrich_error(error)) from None

    return WitWorld


def _enrich_error(error):
    """The errors of capabilities have the names of the enricher's own, but for `too-large`."""
    if isinstance(error, Err):
        variant = type(error.value).__name__.rpartition("_")[2]
        return getattr(enrichment, f"EnrichError_{variant}", enrichment.EnrichError_Invalid)(error.value.value)
    if isinstance(error, Failure):
        return (case(enrichment, "EnrichError", error.reason) or enrichment.EnrichError_Invalid)(error.detail)
    return enrichment.EnrichError_Invalid(sentence(error))
