// Package sdk is what rules and enrichers in Go share: descriptions, settings, errors that the operator can read, and the capabilities that
// both have. See the packages rule and enricher.
package sdk

import "math"

// Parameter is something that the operator can tune.
type Parameter struct {
	name, meaning string
	tag           uint32
	payload       [3]uint64
}

// Boolean is a switch.
func Boolean(name string, value bool, meaning string) Parameter {
	var bit uint64
	if value {
		bit = 1
	}
	return Parameter{name, meaning, 0, [3]uint64{bit}}
}

// Integer is a whole number within bounds.
func Integer(name string, value, minimum, maximum int64, meaning string) Parameter {
	return Parameter{name, meaning, 1, [3]uint64{uint64(value), uint64(minimum), uint64(maximum)}}
}

// Real is a real number within bounds.
func Real(name string, value, minimum, maximum float64, meaning string) Parameter {
	return Parameter{name, meaning, 2, [3]uint64{math.Float64bits(value), math.Float64bits(minimum), math.Float64bits(maximum)}}
}

// Choice is one of a few words; the first is the default.
func Choice(name string, words []string, meaning string) Parameter {
	return Parameter{name, meaning, 3, [3]uint64{LowerText(words[0]).packed(), LowerTexts(words).packed()}}
}

// Line is a line of text, with the most characters that it may have.
func Line(name, value string, maximum uint32, meaning string) Parameter {
	return Parameter{name, meaning, 4, [3]uint64{LowerText(value).packed(), uint64(maximum)}}
}

func (ref Ref) packed() uint64 {
	return uint64(ref.At) | uint64(ref.Length)<<32
}

// Request is something that a plugin asks to be given.
type Request struct {
	tag     uint32
	payload [7]uint32
}

func pair(tag uint32, first, second Ref) Request {
	return Request{tag, [7]uint32{first.At, first.Length, second.At, second.Length}}
}

// Reads requests columns of events or alerts.
func Reads(table string, columns ...string) Request {
	return pair(0, LowerText(table), LowerTexts(columns))
}

// AsksDNS requests questions to DNS: record types, and a name, "*." and a name, or "*".
func AsksDNS(types []string, names string) Request {
	return pair(1, LowerTexts(types), LowerText(names))
}

// Runs requests a program with arguments of this template.
func Runs(program string, arguments ...string) Request {
	return pair(2, LowerText(program), LowerTexts(arguments))
}

// TalksTo requests a server, perhaps with a secret that the host adds.
func TalksTo(methods []string, server, secret string) Request {
	request := pair(3, LowerTexts(methods), LowerText(server))
	optional := LowerOptional(secret)
	request.payload[4], request.payload[5], request.payload[6] = optional.There, optional.Ref.At, optional.Ref.Length
	return request
}

// ReadsFiles requests the files of a named directory.
func ReadsFiles(directory string) Request {
	ref := LowerText(directory)
	return Request{4, [7]uint32{ref.At, ref.Length}}
}

// KeepsState requests a store of its own of so many bytes.
func KeepsState(bytes uint32) Request {
	return Request{5, [7]uint32{bytes}}
}

// Details are what every plugin says.
type Details struct {
	Name, Version, Summary string
	Parameters             []Parameter
	Requests               []Request
}

// Kind is what a plugin is for: a case of `kind` in description.wit.
type Kind struct {
	Tag     uint32
	Payload [5]uint32
}

// Describe gives the address of the description.
func (details *Details) Describe(kind Kind) uint32 {
	type parameter struct {
		name    Ref
		tag     uint64
		payload [3]uint64
		meaning Ref
	}
	parameters := make([]parameter, len(details.Parameters))
	for index, from := range details.Parameters {
		parameters[index] = parameter{LowerText(from.name), uint64(from.tag), from.payload, LowerText(from.meaning)}
	}
	return Lower(struct {
		name, version        Ref
		kind                 Kind
		summary              Ref
		parameters, requests Ref
	}{
		LowerText(details.Name), LowerText(details.Version), kind, LowerText(details.Summary),
		LowerList(parameters), LowerList(details.Requests),
	})
}
