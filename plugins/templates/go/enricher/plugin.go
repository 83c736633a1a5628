// `plugin_name`: the names of an address, by reverse DNS.
package main

import (
	"net-scout/sdk"
	"net-scout/sdk/enricher"
)

func init() {
	enricher.Define(enricher.Enricher{
		Name:        "plugin_name",
		Version:     "0.1.0",
		Summary:     "The names of an address, by reverse DNS",
		Observables: []enricher.ObservableKind{enricher.IP},
		Requests: []sdk.Request{
			sdk.AsksDNS([]string{"PTR"}, "*.in-addr.arpa"),
			sdk.AsksDNS([]string{"PTR"}, "*.ip6.arpa"),
		},
		Enrich: enrich,
	})
}

type answer struct {
	Name  *string  `json:"name"`
	Names []string `json:"names"`
}

func enrich(observable enricher.Observable, _ sdk.Settings) (any, error) {
	names, err := enricher.Reverse(observable.Value)
	if err != nil {
		return nil, err
	}
	found := answer{Names: names}
	if len(names) > 0 {
		found.Name = &names[0]
	}
	return found, nil
}

func main() {}
