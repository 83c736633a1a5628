package rule

import (
	"fmt"

	"net-scout/sdk"
)

// Alert is something suspicious, built step by step.
type Alert struct {
	kind, source, target string
	score                int64
	severity             Severity
	evidence             []entry
	condition            string
	parameters           []any
}

type entry struct {
	key   string
	value any
}

// Severity is how much an alert matters.
type Severity uint32

// The severities.
const (
	Informational Severity = iota
	Low
	Medium
	High
	Critical
)

// NewAlert is an alert of a described type. The score is brought into 0 to 100, and the severity follows from it.
func NewAlert(alertType string, score int64) *Alert {
	alert := &Alert{kind: alertType, score: min(max(score, 0), 100)}
	for _, from := range []int64{20, 40, 70, 90} {
		if alert.score >= from {
			alert.severity++
		}
	}
	return alert
}

// From says who did it.
func (alert *Alert) From(source string) *Alert {
	alert.source = source
	return alert
}

// To says to whom.
func (alert *Alert) To(target string) *Alert {
	alert.target = target
	return alert
}

// Severity sets another severity than the score's.
func (alert *Alert) Severity(severity Severity) *Alert {
	alert.severity = severity
	return alert
}

// Evidence adds a piece of evidence: nil, a bool, an int, an int64, a float64, a string, or a list of integers or of texts.
func (alert *Alert) Evidence(key string, value any) *Alert {
	switch value.(type) {
	case []int64, []string:
	default:
		check(value)
	}
	alert.evidence = append(alert.evidence, entry{key, value})
	return alert
}

// Events says which events the alert is about: an SQL condition over events, with what is bound to ?1, ?2, ... in it.
func (alert *Alert) Events(condition string, parameters ...any) *Alert {
	for _, parameter := range parameters {
		check(parameter)
	}
	alert.condition, alert.parameters = condition, parameters
	return alert
}

// Techniques are those of MITRE ATT&CK that the alert shows, such as "T1046".
func (alert *Alert) Techniques(techniques ...string) *Alert {
	return alert.Evidence("techniques", techniques)
}

// lowAlert is an alert as it lies in memory.
type lowAlert struct {
	kind            sdk.Ref
	source, target  sdk.Optional
	score, severity uint32
	evidence        sdk.Ref
	hasEvents       uint32
	condition       sdk.Ref
	parameters      sdk.Ref
}

type lowEntry struct {
	key   sdk.Ref
	tag   uint64
	value sdk.Value
}

func (alert *Alert) lower() lowAlert {
	entries := make([]lowEntry, len(alert.evidence))
	for index, entry := range alert.evidence {
		tag, value := lowerEvidence(entry.value)
		entries[index] = lowEntry{sdk.LowerText(entry.key), tag, value}
	}
	low := lowAlert{
		kind: sdk.LowerText(alert.kind), source: sdk.LowerOptional(alert.source), target: sdk.LowerOptional(alert.target),
		score: uint32(alert.score), severity: uint32(alert.severity), evidence: sdk.LowerList(entries),
	}
	if alert.condition != "" {
		low.hasEvents, low.condition = 1, sdk.LowerText(alert.condition)
		low.parameters = sdk.LowerList(lowerValues(alert.parameters))
	}
	return low
}

func lowerEvidence(value any) (tag uint64, low sdk.Value) {
	switch value := value.(type) {
	case []int64:
		return 1, sdk.ListValue(sdk.LowerList(value))
	case []string:
		return 2, sdk.ListValue(sdk.LowerTexts(value))
	}
	return 0, lowerValue(value)
}

func lowerValues(values []any) []sdk.Value {
	low := make([]sdk.Value, len(values))
	for index, value := range values {
		low[index] = lowerValue(value)
	}
	return low
}

func lowerValue(value any) sdk.Value {
	check(value)
	return sdk.LowerValue(value)
}

// check panics where a value is no scalar.
func check(value any) {
	switch value.(type) {
	case nil, bool, int, int64, float64, string:
	default:
		panic(fmt.Sprintf("a value must be nil, a bool, an int, an int64, a float64 or a string, not %T", value))
	}
}
