// A rule that fails in the way that its parameter names.
package main

import (
	"net-scout/sdk"
	"net-scout/sdk/rule"
)

func init() {
	rule.Define(rule.Rule{
		Name:       "failing",
		Version:    "0.1.0",
		Summary:    "Fails",
		AlertTypes: []string{"failing"},
		Parameters: []sdk.Parameter{
			sdk.Choice("way", []string{"panic", "failure", "query", "parameter", "alert", "column"}, "How it fails"),
		},
		Requests: []sdk.Request{sdk.Reads("events", "id")},
		Evaluate: evaluate,
	})
}

func evaluate(_ rule.Window, settings sdk.Settings) ([]*rule.Alert, error) {
	alert := rule.NewAlert("failing", 1)
	switch settings.Text("way") {
	case "panic":
		var none []string
		alert.From(none[len(none)])
	case "failure":
		return nil, sdk.Fail("invalid-parameter", "nothing works")
	case "query":
		for _, err := range rule.Query[struct{ Source string }]("SELECT src_ip FROM events") {
			return nil, err
		}
	case "parameter":
		settings.Integer("no_such")
	case "alert":
		alert.Evidence("mixed", []any{1, "a"})
	case "column":
		for _, err := range rule.Query[struct{ ID int32 }]("SELECT id FROM events") {
			return nil, err
		}
	}
	return []*rule.Alert{alert}, nil
}

func main() {}
