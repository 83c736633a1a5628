// An enricher that calls every capability, and answers with what they gave.
package main

import (
	"net-scout/sdk"
	"net-scout/sdk/enricher"
)

func init() {
	enricher.Define(enricher.Enricher{
		Name:        "reaching",
		Version:     "0.1.0",
		Summary:     "Calls everything",
		Observables: []enricher.ObservableKind{enricher.IP},
		Requests: []sdk.Request{
			sdk.AsksDNS([]string{"TXT"}, "*"),
			sdk.Runs("whois", "{ip}"),
			sdk.TalksTo([]string{"POST"}, "https://example.net", ""),
			sdk.KeepsState(1000),
		},
		Enrich: enrich,
	})
}

func enrich(observable enricher.Observable, _ sdk.Settings) (any, error) {
	kept, err := sdk.Kept("key")
	if err != nil {
		return nil, err
	}
	if err := sdk.Keep("key", []byte("sent")); err != nil {
		return nil, err
	}
	records, err := enricher.Resolve("example.net", enricher.TXT)
	if err != nil {
		return nil, err
	}
	output, err := enricher.Run("whois", []string{observable.Value}, 5)
	if err != nil {
		return nil, err
	}
	headers := []enricher.Header{{Name: "accept", Value: "text/plain"}}
	response, err := enricher.Send(enricher.Post, "https://example.net/", headers, []byte("sent"))
	if err != nil {
		return nil, err
	}
	sdk.Log(sdk.Info, "done")
	return map[string]any{
		"kept": string(kept), "text": records[0].Text, "wrote": output.Stdout, "status": response.Status, "body": string(response.Body),
	}, nil
}

func main() {}
