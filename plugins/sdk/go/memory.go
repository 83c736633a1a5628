package sdk

import (
	"math"
	"unsafe"
)

// How values lie in memory when they cross between host and plugin: the canonical ABI of the component model. A pointer is 32 bits there,
// whatever Go makes of it.

// held keeps alive what only the host knows of.
var held [][]uint64

// cabi_realloc gives the host memory to write an answer to. It is alive until the answer was read, and longer where something points into it.
//
//go:wasmexport cabi_realloc
func realloc(old, oldSize, align, size uint32) uint32 {
	if size == 0 {
		return align
	}
	to := allocate(size)
	if old != 0 {
		copy(Bytes(to, size), Bytes(old, min(oldSize, size)))
	}
	return to
}

func allocate(size uint32) uint32 {
	words := make([]uint64, (uint64(size)+7)/8)
	held = append(held, words)
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(words))))
}

// Mark is how much is held, for Release.
func Mark() int { return len(held) }

// Release lets go of what was written since the mark. What something points into stays alive.
func Release(mark int) {
	clear(held[mark:])
	held = held[:mark]
}

// At is the address as Go sees it.
func At(address uint32) unsafe.Pointer {
	return unsafe.Pointer(uintptr(address))
}

// Ref is a text or a list: where it begins, and how many elements it has.
type Ref struct{ At, Length uint32 }

// Bytes are those at an address.
func Bytes(at, length uint32) []byte {
	if length == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(At(at)), length)
}

// Text is the text that the host wrote.
func (ref Ref) Text() string {
	if ref.Length == 0 {
		return ""
	}
	return unsafe.String((*byte)(At(ref.At)), ref.Length)
}

// Elements are those of a list that the host wrote.
func Elements[Element any](list Ref) []Element {
	if list.Length == 0 {
		return nil
	}
	return unsafe.Slice((*Element)(At(list.At)), list.Length)
}

// Texts are those of a list that the host wrote.
func Texts(list Ref) []string {
	texts := make([]string, list.Length)
	for index, ref := range Elements[Ref](list) {
		texts[index] = ref.Text()
	}
	return texts
}

// Lower keeps an element alive for the host, and gives its address.
func Lower[Element any](element Element) uint32 {
	return LowerList([]Element{element}).At
}

// LowerList copies a list to where it is alive for the host. Its elements must hold no pointers of Go.
func LowerList[Element any](list []Element) Ref {
	if len(list) == 0 {
		return Ref{At: 8}
	}
	size := uint32(unsafe.Sizeof(list[0])) * uint32(len(list))
	at := allocate(size)
	copy(unsafe.Slice((*Element)(At(at)), len(list)), list)
	return Ref{at, uint32(len(list))}
}

// LowerText copies a text to where it is alive for the host.
func LowerText(text string) Ref {
	return LowerList([]byte(text))
}

// LowerTexts does so with several.
func LowerTexts(texts []string) Ref {
	refs := make([]Ref, len(texts))
	for index, text := range texts {
		refs[index] = LowerText(text)
	}
	return LowerList(refs)
}

// Optional is something that may be missing.
type Optional struct {
	There uint32
	Ref   Ref
}

// LowerOptional takes an empty text for none.
func LowerOptional(text string) Optional {
	if text == "" {
		return Optional{}
	}
	return Optional{1, LowerText(text)}
}

// Value is one of a few scalars.
type Value struct {
	tag  uint64
	bits uint64
}

// LowerValue takes nil, a bool, an int, an int64, a float64 or a string.
func LowerValue(value any) Value {
	switch value := value.(type) {
	case bool:
		if value {
			return Value{1, 1}
		}
		return Value{1, 0}
	case int:
		return Value{2, uint64(value)}
	case int64:
		return Value{2, uint64(value)}
	case float64:
		return Value{3, math.Float64bits(value)}
	case string:
		return Value{4, LowerText(value).packed()}
	}
	return Value{}
}

// lift is the value as Go has it.
func (value Value) lift() any {
	switch uint8(value.tag) {
	case 1:
		return uint8(value.bits) != 0
	case 2:
		return int64(value.bits)
	case 3:
		return math.Float64frombits(value.bits)
	case 4:
		return Ref{uint32(value.bits), uint32(value.bits >> 32)}.Text()
	}
	return nil
}

// ListValue is a list where a value is.
func ListValue(list Ref) Value {
	return Value{tag: list.packed()}
}
