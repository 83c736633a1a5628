"""`plugin_name`: the names of an address, by reverse DNS."""

from net_scout.enricher import asks_dns, enricher
from wit_world.imports import dns


def enrich(observable, settings):
    names = dns.reverse(observable.value)
    return {"name": names[0] if names else None, "names": names}


WitWorld = enricher(
    name="plugin_name",
    version="0.1.0",
    summary="The names of an address, by reverse DNS",
    observables=["ip"],
    requests=[asks_dns(["PTR"], "*.in-addr.arpa"), asks_dns(["PTR"], "*.ip6.arpa")],
    enrich=enrich,
)
