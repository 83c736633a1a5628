// Package enricher is for enrichers in Go: a function init that calls Define with what the enricher is and the function that looks up one
// observable.
package enricher

import (
	"encoding/json"
	"errors"
	"slices"

	"net-scout/sdk"
)

// ObservableKind is something that an enricher can look up.
type ObservableKind uint8

// The kinds of observables.
const (
	IP ObservableKind = iota
	Domain
)

// Observable is what to look up: an IP address in its canonical form, or a domain name in lower case.
type Observable struct {
	Kind  ObservableKind
	Value string
}

// Enricher is what an enricher is. Answers and failures are kept for so many seconds, where nothing is said a day and an hour. One that tells
// nobody outside what it looks up is Inside.
type Enricher struct {
	Name, Version, Summary      string
	Observables                 []ObservableKind
	FreshSeconds, FailedSeconds uint32
	Inside                      bool
	Parameters                  []sdk.Parameter
	Requests                    []sdk.Request
	// Enrich gives what was found, as anything that encoding/json can write.
	Enrich func(observable Observable, settings sdk.Settings) (any, error)
}

var defined Enricher

// Define makes the plugin this enricher.
func Define(enricher Enricher) { defined = enricher }

//go:wasmexport describe
func describe() uint32 {
	observables := sdk.LowerList(defined.Observables)
	fresh, failed, outside := defined.FreshSeconds, defined.FailedSeconds, uint32(1)
	if fresh == 0 {
		fresh = 86_400
	}
	if failed == 0 {
		failed = 3_600
	}
	if defined.Inside {
		outside = 0
	}
	details := sdk.Details{
		Name: defined.Name, Version: defined.Version, Summary: defined.Summary,
		Parameters: defined.Parameters, Requests: defined.Requests,
	}
	return details.Describe(sdk.Kind{Tag: 1, Payload: [5]uint32{observables.At, observables.Length, fresh, failed, outside}})
}

//go:wasmexport enrich
func enrich(kind, value, valueLength, arguments, argumentsLength uint32) uint32 {
	observable := Observable{ObservableKind(kind), sdk.Ref{At: value, Length: valueLength}.Text()}
	found, err := run(observable, sdk.LiftSettings(sdk.Ref{At: arguments, Length: argumentsLength}))
	result := struct {
		tag, first, second, third uint32
	}{}
	if err != nil {
		kind, detail := lowerError(err)
		result.tag, result.first, result.second, result.third = 1, kind, detail.At, detail.Length
	} else {
		text := sdk.LowerList(found)
		result.first, result.second = text.At, text.Length
	}
	return sdk.Lower(result)
}

// run gives what was found as JSON. A panic is an error.
func run(observable Observable, settings sdk.Settings) (text []byte, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = sdk.Recovered(value)
		}
	}()
	found, err := defined.Enrich(observable, settings)
	if err != nil {
		return nil, err
	}
	return json.Marshal(found)
}

// The cases of `enrich-error`. That of a rate limit has a number and no text, so Fail cannot make one.
var kinds = []string{"access-denied", "timed-out", "rate-limited", "not-found", "unavailable", "invalid"}

// lowerError takes the errors of capabilities for the enricher's own; they have the same names, but for `too-large`.
func lowerError(err error) (kind uint32, detail sdk.Ref) {
	kind = uint32(len(kinds) - 1)
	if failure := new(sdk.Failure); errors.As(err, &failure) {
		if failure.Kind == "rate-limited" {
			return 2, sdk.Ref{}
		}
		if at := slices.Index(kinds, failure.Kind); at >= 0 {
			kind = uint32(at)
		}
	}
	return kind, sdk.LowerText(err.Error())
}
