// Write an enricher in C++: `void describe(Description)` and `void enrich(Lookup)`, both in the namespace `net_scout`.
//
// No function here gives an error. The first thing that fails is what the whole call answers.
#pragma once
#include "net_scout.hpp"

extern "C" {
#include "enricher.h"
}

namespace net_scout {

/// What an enricher is.
struct Description : DescriptionOf<Description> {
    using DescriptionOf::DescriptionOf;

    /// Its answers are kept for a day and its failures for an hour, and it tells others what it looks up, unless `details()` says otherwise.
    Description &enricher(const char *name, const char *version, const char *summary)
    {
        ns_enricher(plugin, name, version, summary);
        return *this;
    }

    Description &observes_addresses()
    {
        ns_observes(plugin, NET_SCOUT_PLUGIN_DESCRIPTION_OBSERVABLE_KIND_IP);
        return *this;
    }

    Description &observes_domains()
    {
        ns_observes(plugin, NET_SCOUT_PLUGIN_DESCRIPTION_OBSERVABLE_KIND_DOMAIN);
        return *this;
    }

    /// How long answers and failures are kept, and whether it tells others.
    net_scout_plugin_description_enricher_details_t &details() { return plugin->kind.val.enricher; }

    /// Requests questions to DNS: record types, and a name, `*.` and a name, or `*`.
    template <size_t count> Description &asks_dns(const char *const (&types)[count], const char *names)
    {
        ns_asks_dns(plugin, Ended<count>(types).words, names);
        return *this;
    }

    /// Requests to run a program with arguments of this template.
    template <size_t count> Description &runs(const char *program, const char *const (&arguments)[count])
    {
        ns_runs(plugin, program, Ended<count>(arguments).words);
        return *this;
    }

    /// Requests a server, perhaps with a secret that the host adds.
    template <size_t count> Description &talks_to(const char *const (&methods)[count], const char *server, const char *secret = nullptr)
    {
        ns_talks_to(plugin, Ended<count>(methods).words, server, secret);
        return *this;
    }
};

/// The answer, which is written piece by piece. The commas come by themselves.
class Json {
    ns_lookup *lookup;

public:
    explicit Json(ns_lookup *lookup) : lookup(lookup) {}

    /// An object or a list, whose members the function writes.
    template <typename Function> void object(Function members) { enclosed('{', members, '}'); }
    template <typename Function> void list(Function elements) { enclosed('[', elements, ']'); }

    Json &key(const char *key)
    {
        ns_json_key(lookup, key);
        return *this;
    }

    void text(Text text) { ns_json_text(lookup, text); }
    void integer(int64_t number) { ns_json_integer(lookup, number); }
    void boolean(bool value) { ns_json_boolean(lookup, value); }
    void null() { ns_json_null(lookup); }

private:
    template <typename Function> void enclosed(char open, Function inside, char close)
    {
        ns_json_begin(lookup, open);
        inside();
        ns_json_end(lookup, close);
    }
};

/// One lookup.
class Lookup {
    ns_lookup *lookup;

public:
    /// What to look up: an address or a domain name.
    const Text observable;
    const Settings settings;
    Json answer;

    explicit Lookup(ns_lookup *lookup)
        : lookup(lookup), observable(lookup->observable->value), settings(&lookup->settings), answer(lookup)
    {
    }

    bool is_address() const { return lookup->observable->kind == NET_SCOUT_PLUGIN_DESCRIPTION_OBSERVABLE_KIND_IP; }

    /// For the functions of enricher.h and capabilities.h: `ns_send(lookup.raw(), ...)`, `ns_state_get(lookup.call(), ...)`.
    ns_lookup *raw() const { return lookup; }
    ns_call *call() const { return &lookup->call; }

    /// The names of an address, the first one first; none where the lookup failed.
    List<ns_text> dns_reverse(Text address) { return list(ns_dns_reverse(lookup, address)); }

    /// Ends the lookup with an error. `reason` is one of NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_..., but for _RATE_LIMITED.
    void fail(uint8_t reason, Text detail) { ns_fail(lookup, reason, ns_copy(detail)); }
};

/// Written by the enricher.
void describe(Description plugin);
void enrich(Lookup lookup);

} // namespace net_scout

extern "C" inline __attribute__((used)) void describe(ns_description *plugin) { net_scout::describe(net_scout::Description(plugin)); }
extern "C" inline __attribute__((used)) void enrich(ns_lookup *lookup) { net_scout::enrich(net_scout::Lookup(lookup)); }
