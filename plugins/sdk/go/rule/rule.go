// Package rule is for rules in Go: a function init that calls Define with what the rule is and the function that evaluates a window.
package rule

import (
	"errors"
	"time"

	"net-scout/sdk"
)

// Window is the span of time that a scan looks at. Instants are microseconds since 1970 UTC.
type Window struct {
	Since int64
	// Until is the first instant behind it, and HasUntil whether there is one.
	Until    int64
	HasUntil bool
	// Now is when the scan began. A rule has no other clock.
	Now int64
	// EventsSince is the first instant that events holds.
	EventsSince int64
	// LocalNetworks are the operator's own, as ADDRESS/BITS.
	LocalNetworks []string
}

// Rule is what a rule is. One that needs events from before the window says so in HistorySeconds.
type Rule struct {
	Name, Version, Summary string
	AlertTypes             []string
	HistorySeconds         uint32
	Parameters             []sdk.Parameter
	Requests               []sdk.Request
	Evaluate               func(window Window, settings sdk.Settings) ([]*Alert, error)
}

var defined Rule

// Define makes the plugin this rule.
func Define(rule Rule) { defined = rule }

//go:wasmexport describe
func describe() uint32 {
	types := sdk.LowerTexts(defined.AlertTypes)
	details := sdk.Details{
		Name: defined.Name, Version: defined.Version, Summary: defined.Summary,
		Parameters: defined.Parameters, Requests: defined.Requests,
	}
	return details.Describe(sdk.Kind{Tag: 0, Payload: [5]uint32{types.At, types.Length, defined.HistorySeconds}})
}

//go:wasmexport evaluate
func evaluate(since int64, hasUntil uint32, until, now, eventsSince int64, networks, networksLength, arguments, argumentsLength uint32) uint32 {
	window := Window{since, until, hasUntil != 0, now, eventsSince, sdk.Texts(sdk.Ref{At: networks, Length: networksLength})}
	alerts, err := run(window, sdk.LiftSettings(sdk.Ref{At: arguments, Length: argumentsLength}))
	if err != nil {
		return sdk.Lower(struct {
			tag uint32
			err lowError
		}{1, lowerError(err)})
	}
	return sdk.Lower(struct {
		tag    uint32
		alerts sdk.Ref
		unused [2]uint32
	}{alerts: sdk.LowerList(alerts)})
}

// run gives what the rule says as the host reads it. A panic is an error.
func run(window Window, settings sdk.Settings) (lowered []lowAlert, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = sdk.Recovered(value)
		}
	}()
	alerts, err := defined.Evaluate(window, settings)
	for _, alert := range alerts {
		lowered = append(lowered, alert.lower())
	}
	return lowered, err
}

// lowError is a `rule-error`.
type lowError struct {
	tag, kind uint32
	text      sdk.Ref
}

func lowerError(err error) lowError {
	if query := new(queryError); errors.As(err, &query) {
		return lowError{0, query.kind, sdk.LowerText(query.detail)}
	}
	// The other cases have their text where the kind of an error of a query is.
	tag, text := uint32(2), sdk.LowerText(err.Error())
	if failure := new(sdk.Failure); errors.As(err, &failure) && failure.Kind == "invalid-parameter" {
		tag = 1
	}
	return lowError{tag, text.At, sdk.Ref{At: text.Length}}
}

// FormatTimestamp is an instant in microseconds as RFC 3339 in UTC, with six decimals where it has a fraction of a second.
func FormatTimestamp(microseconds int64) string {
	instant := time.UnixMicro(microseconds).UTC()
	if microseconds%1e6 == 0 {
		return instant.Format("2006-01-02T15:04:05Z")
	}
	return instant.Format("2006-01-02T15:04:05.000000Z")
}

// queryError is a `query-error`, which goes to the host as it came.
type queryError struct {
	kind   uint32
	detail string
}

func (err *queryError) Error() string { return err.detail }
