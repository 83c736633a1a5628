package enricher

import "net-scout/sdk"

//go:wasmimport net-scout:plugin/dns@0.1.0 resolve
func dnsResolve(name, nameLength, kind, answer uint32)

//go:wasmimport net-scout:plugin/dns@0.1.0 reverse
func dnsReverse(address, addressLength, answer uint32)

//go:wasmimport net-scout:plugin/exec@0.1.0 run
func execRun(program, programLength, arguments, argumentsLength, hasSeconds, seconds, answer uint32)

//go:wasmimport net-scout:plugin/http@0.1.0 send
func httpSend(method, url, urlLength, headers, headersLength, hasBody, body, bodyLength, answer uint32)

var (
	dnsErrors  = []string{"access-denied", "not-found", "timed-out", "invalid", "unavailable"}
	execErrors = []string{"access-denied", "unavailable"}
	httpErrors = []string{"access-denied", "timed-out", "invalid", "too-large", "unavailable"}
)

// RecordType is the type of a DNS record.
type RecordType uint32

// The types of DNS records.
const (
	A RecordType = iota
	AAAA
	PTR
	TXT
	MX
	NS
	SOA
)

// Record is what a DNS record holds: an address, a name or a text; for MX the exchange with its preference, for SOA the first name server, who is
// responsible, and the version.
type Record struct {
	Text        string
	Preference  uint16
	Responsible string
	Serial      uint32
}

// Resolve asks for the records of a name.
func Resolve(name string, kind RecordType) ([]Record, error) {
	answer, text := sdk.NewAnswer(), sdk.LowerText(name)
	dnsResolve(text.At, text.Length, uint32(kind), answer.Address())
	if err := answer.Err(dnsErrors...); err != nil {
		return nil, err
	}
	type data struct {
		tag   uint32
		words [5]uint32
	}
	var records []Record
	for _, data := range sdk.Elements[data](answer.List(0)) {
		text := func(at int) string { return sdk.Ref{At: data.words[at], Length: data.words[at+1]}.Text() }
		switch uint8(data.tag) {
		case 3:
			records = append(records, Record{Text: text(1), Preference: uint16(data.words[0])})
		case 4:
			records = append(records, Record{Text: text(0), Responsible: text(2), Serial: data.words[4]})
		default:
			records = append(records, Record{Text: text(0)})
		}
	}
	return records, nil
}

// Reverse asks for the names of an address.
func Reverse(address string) ([]string, error) {
	answer, text := sdk.NewAnswer(), sdk.LowerText(address)
	dnsReverse(text.At, text.Length, answer.Address())
	if err := answer.Err(dnsErrors...); err != nil {
		return nil, err
	}
	return sdk.Texts(answer.List(0)), nil
}

// Output is what a program wrote. Its Status is -1 where a signal ended it.
type Output struct {
	Status              int32
	Stdout, Stderr      string
	Truncated, TimedOut bool
}

// Run runs a program and waits for its end, at most so many seconds, or with 0 as long as the operator's limit allows.
func Run(program string, arguments []string, seconds uint32) (Output, error) {
	answer, name, words := sdk.NewAnswer(), sdk.LowerText(program), sdk.LowerTexts(arguments)
	var limited uint32
	if seconds > 0 {
		limited = 1
	}
	execRun(name.At, name.Length, words.At, words.Length, limited, seconds, answer.Address())
	if err := answer.Err(execErrors...); err != nil {
		return Output{}, err
	}
	status := int32(-1)
	if uint8(answer.Word(0)) != 0 {
		status = int32(answer.Word(1))
	}
	flags := answer.Word(6)
	return Output{status, answer.List(2).Text(), answer.List(4).Text(), uint8(flags) != 0, uint8(flags>>8) != 0}, nil
}

// Method is what is asked of a server.
type Method uint32

// The methods.
const (
	Get Method = iota
	Head
	Post
)

// Header is a header field.
type Header struct{ Name, Value string }

// Response is what a server answered, whatever its status.
type Response struct {
	Status  int
	Headers []Header
	Body    []byte
}

// Send sends a request and waits for the whole response. The body may be nil.
func Send(method Method, url string, headers []Header, body []byte) (Response, error) {
	fields := make([][2]sdk.Ref, len(headers))
	for index, header := range headers {
		fields[index] = [2]sdk.Ref{sdk.LowerText(header.Name), sdk.LowerText(header.Value)}
	}
	answer, address, sent, list := sdk.NewAnswer(), sdk.LowerText(url), sdk.LowerList(body), sdk.LowerList(fields)
	var hasBody uint32
	if body != nil {
		hasBody = 1
	}
	httpSend(uint32(method), address.At, address.Length, list.At, list.Length, hasBody, sent.At, sent.Length, answer.Address())
	if err := answer.Err(httpErrors...); err != nil {
		return Response{}, err
	}
	response := Response{Status: int(uint16(answer.Word(0)))}
	for _, field := range sdk.Elements[[2]sdk.Ref](answer.List(1)) {
		response.Headers = append(response.Headers, Header{field[0].Text(), field[1].Text()})
	}
	bytes := answer.List(3)
	response.Body = sdk.Bytes(bytes.At, bytes.Length)
	return response, nil
}
