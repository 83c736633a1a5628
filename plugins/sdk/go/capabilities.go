package sdk

import "unsafe"

// Answer is what most host calls write: whether it is an error, and four words, whose meaning depends on the call.
type Answer struct {
	tag   uint8
	words [7]uint32
}

// NewAnswer is one that the host can write to.
func NewAnswer() *Answer { return (*Answer)(At(allocate(uint32(unsafe.Sizeof(Answer{}))))) }

// Address is where the host writes it.
func (answer *Answer) Address() uint32 { return uint32(uintptr(unsafe.Pointer(answer))) }

// Err is the error, of one of these kinds, or nil.
func (answer *Answer) Err(kinds ...string) error {
	if answer.tag == 0 {
		return nil
	}
	kind := "unavailable"
	if at := int(uint8(answer.words[0])); at < len(kinds) {
		kind = kinds[at]
	}
	return &Failure{kind, Ref{answer.words[1], answer.words[2]}.Text()}
}

// Word is one of the answer's.
func (answer *Answer) Word(index int) uint32 { return answer.words[index] }

// List is a text or list that begins at a word.
func (answer *Answer) List(index int) Ref { return Ref{answer.words[index], answer.words[index+1]} }

//go:wasmimport net-scout:plugin/log@0.1.0 write
func logWrite(level, at, length uint32)

// Level is how much a message matters.
type Level uint32

// The levels of messages.
const (
	Debug Level = iota
	Info
	Warn
	Error
)

// Log writes a message to the host's log.
func Log(level Level, message string) {
	text := LowerText(message)
	logWrite(uint32(level), text.At, text.Length)
}

//go:wasmimport net-scout:plugin/state@0.1.0 get
func stateGet(at, length, answer uint32)

//go:wasmimport net-scout:plugin/state@0.1.0 set
func stateSet(key, keyLength, value, valueLength, answer uint32)

//go:wasmimport net-scout:plugin/state@0.1.0 remove
func stateRemove(at, length, answer uint32)

var stateErrors = []string{"access-denied", "too-large", "unavailable"}

// Kept is the value of a key in the plugin's own store, or nil.
func Kept(key string) ([]byte, error) {
	answer, text := NewAnswer(), LowerText(key)
	stateGet(text.At, text.Length, answer.Address())
	if err := answer.Err(stateErrors...); err != nil || uint8(answer.words[0]) == 0 {
		return nil, err
	}
	found := answer.List(1)
	return append([]byte{}, Bytes(found.At, found.Length)...), nil
}

// Keep sets the value of a key in the plugin's own store.
func Keep(key string, value []byte) error {
	answer, text, bytes := NewAnswer(), LowerText(key), LowerList(value)
	stateSet(text.At, text.Length, bytes.At, bytes.Length, answer.Address())
	return answer.Err(stateErrors...)
}

// Forget removes a key from the plugin's own store.
func Forget(key string) error {
	answer, text := NewAnswer(), LowerText(key)
	stateRemove(text.At, text.Length, answer.Address())
	return answer.Err(stateErrors...)
}

//go:wasmimport net-scout:plugin/files@0.1.0 list
func filesList(at, length, answer uint32)

//go:wasmimport net-scout:plugin/files@0.1.0 open
func filesOpen(directory, directoryLength, path, pathLength, answer uint32)

//go:wasmimport net-scout:plugin/files@0.1.0 [method]file.size
func fileSize(file uint32) uint64

//go:wasmimport net-scout:plugin/files@0.1.0 [method]file.read-at
func fileReadAt(file uint32, offset uint64, length, answer uint32)

//go:wasmimport net-scout:plugin/files@0.1.0 [resource-drop]file
func fileDrop(file uint32)

var filesErrors = []string{"access-denied", "not-found", "invalid", "too-large", "unavailable"}

// Files are the names of the files in a named directory.
func Files(directory string) ([]string, error) {
	answer, text := NewAnswer(), LowerText(directory)
	filesList(text.At, text.Length, answer.Address())
	if err := answer.Err(filesErrors...); err != nil {
		return nil, err
	}
	return Texts(answer.List(0)), nil
}

// File is an open file.
type File struct{ handle uint32 }

// Open opens a file of a named directory.
func Open(directory, path string) (*File, error) {
	answer, named, relative := NewAnswer(), LowerText(directory), LowerText(path)
	filesOpen(named.At, named.Length, relative.At, relative.Length, answer.Address())
	if err := answer.Err(filesErrors...); err != nil {
		return nil, err
	}
	return &File{answer.words[0]}, nil
}

// Size is the number of its bytes.
func (file *File) Size() int64 { return int64(fileSize(file.handle)) }

// Read gives up to so many bytes from an offset on; fewer at the end of the file.
func (file *File) Read(offset int64, length uint32) ([]byte, error) {
	answer := NewAnswer()
	fileReadAt(file.handle, uint64(offset), length, answer.Address())
	if err := answer.Err(filesErrors...); err != nil {
		return nil, err
	}
	found := answer.List(0)
	return Bytes(found.At, found.Length), nil
}

// Close closes it.
func (file *File) Close() { fileDrop(file.handle) }
