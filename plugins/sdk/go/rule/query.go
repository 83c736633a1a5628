package rule

import (
	"fmt"
	"iter"
	"reflect"
	"unsafe"

	"net-scout/sdk"
)

//go:wasmimport net-scout:plugin/query@0.1.0 open
func queryOpen(sql, sqlLength, parameters, parametersLength, columns, columnsLength, answer uint32)

//go:wasmimport net-scout:plugin/query@0.1.0 [method]rows.next
func rowsNext(rows, answer uint32)

//go:wasmimport net-scout:plugin/query@0.1.0 [resource-drop]rows
func rowsDrop(rows uint32)

// The types of columns, in the order of `column-type`. A list of one is four later.
var columnTypes = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[int64](), reflect.TypeFor[float64](), reflect.TypeFor[string](),
	reflect.TypeFor[[]bool](), reflect.TypeFor[[]int64](), reflect.TypeFor[[]float64](), reflect.TypeFor[[]string](),
}

// field is a field of a row: where it lies, and how it is set.
type field struct {
	offset   uintptr
	column   uint8
	nullable bool
}

// Query gives the rows of one SELECT as values of a struct, which has a field for each column, in their order: bool, int64, float64, string, or
// a list of one, which is what json_group_array gives. A field that is a pointer is nil where the column is null; any other is zero. The
// parameters are bound to ?1, ?2, ... An error is the last thing that is given.
func Query[Row any](sql string, parameters ...any) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var none Row
		fields, err := fieldsOf(reflect.TypeFor[Row]())
		if err == nil {
			err = each(sql, parameters, fields, func(set func(row unsafe.Pointer)) bool {
				var row Row
				set(unsafe.Pointer(&row))
				return yield(row, nil)
			})
		}
		if err != nil {
			yield(none, err)
		}
	}
}

func fieldsOf(row reflect.Type) ([]field, error) {
	if row.Kind() != reflect.Struct {
		return nil, fmt.Errorf("a row must be a struct with a field for each column, not %s", row)
	}
	fields := make([]field, row.NumField())
	for index := range fields {
		of := row.Field(index)
		found := of.Type
		if found.Kind() == reflect.Pointer {
			fields[index].nullable, found = true, found.Elem()
		}
		column := -1
		for at, known := range columnTypes {
			if known == found {
				column = at
			}
		}
		if column < 0 {
			return nil, fmt.Errorf("field %s of %s cannot be a column: %s", of.Name, row, of.Type)
		}
		fields[index].offset, fields[index].column = of.Offset, uint8(column)
	}
	return fields, nil
}

var queryErrors = []string{"access-denied", "invalid", "type-mismatch", "timed-out", "too-large", "unavailable"}

func each(sql string, parameters []any, fields []field, use func(set func(row unsafe.Pointer)) bool) error {
	columns := make([]uint8, len(fields))
	for index, field := range fields {
		columns[index] = field.column
	}
	mark := sdk.Mark()
	answer, text := sdk.NewAnswer(), sdk.LowerText(sql)
	values, types := sdk.LowerList(lowerValues(parameters)), sdk.LowerList(columns)
	queryOpen(text.At, text.Length, values.At, values.Length, types.At, types.Length, answer.Address())
	if err := failed(answer); err != nil {
		return err
	}
	rows := answer.Word(0)
	defer rowsDrop(rows)
	for {
		*answer = sdk.Answer{}
		rowsNext(rows, answer.Address())
		if err := failed(answer); err != nil {
			return err
		}
		if uint8(answer.Word(0)) == 0 {
			return nil
		}
		readers := readersOf(sdk.Elements[lowColumn](answer.List(2)), fields)
		count := int(answer.Word(1))
		sdk.Release(mark)
		for row := range count {
			set := func(to unsafe.Pointer) {
				for _, reader := range readers {
					reader(row, to)
				}
			}
			if !use(set) {
				return nil
			}
		}
	}
}

func failed(answer *sdk.Answer) error {
	if err := answer.Err(queryErrors...); err != nil {
		return &queryError{uint32(uint8(answer.Word(0))), err.Error()}
	}
	return nil
}

// lowColumn is a column as it lies in memory. The four refs are what its values are: see `column-values`.
type lowColumn struct {
	tag  uint32
	refs [3]sdk.Ref
	null sdk.Ref
}

// readersOf gives for each column what puts the value of a row into its field.
func readersOf(columns []lowColumn, fields []field) []func(row int, to unsafe.Pointer) {
	readers := make([]func(int, unsafe.Pointer), len(fields))
	for index, field := range fields {
		column := columns[index]
		switch field.column {
		case 0:
			readers[index] = reader(field, column, at[bool](column.refs[0]))
		case 1:
			readers[index] = reader(field, column, at[int64](column.refs[0]))
		case 2:
			readers[index] = reader(field, column, at[float64](column.refs[0]))
		case 3:
			readers[index] = reader(field, column, textAt(column.refs[0], column.refs[1]))
		case 4:
			readers[index] = reader(field, column, listAt(at[bool](column.refs[0]), column.refs[1]))
		case 5:
			readers[index] = reader(field, column, listAt(at[int64](column.refs[0]), column.refs[1]))
		case 6:
			readers[index] = reader(field, column, listAt(at[float64](column.refs[0]), column.refs[1]))
		default:
			readers[index] = reader(field, column, listAt(textAt(column.refs[0], column.refs[1]), column.refs[2]))
		}
	}
	return readers
}

func reader[Type any](field field, column lowColumn, value func(int) Type) func(int, unsafe.Pointer) {
	nulls := sdk.Elements[uint32](column.null)
	return func(row int, to unsafe.Pointer) {
		// Rows are read in their order, and those that are null are in ascending order.
		for len(nulls) > 0 && int(nulls[0]) < row {
			nulls = nulls[1:]
		}
		place := unsafe.Add(to, field.offset)
		switch isNull := len(nulls) > 0 && int(nulls[0]) == row; {
		case isNull:
		case field.nullable:
			found := value(row)
			*(**Type)(place) = &found
		default:
			*(*Type)(place) = value(row)
		}
	}
}

func at[Type any](list sdk.Ref) func(int) Type {
	values := sdk.Elements[Type](list)
	return func(index int) Type { return values[index] }
}

func textAt(dictionary, codes sdk.Ref) func(int) string {
	texts, numbers := sdk.Texts(dictionary), sdk.Elements[uint32](codes)
	return func(index int) string { return texts[numbers[index]] }
}

func listAt[Type any](element func(int) Type, list sdk.Ref) func(int) []Type {
	ends := sdk.Elements[uint32](list)
	return func(row int) []Type {
		start := 0
		if row > 0 {
			start = int(ends[row-1])
		}
		values := make([]Type, int(ends[row])-start)
		for index := range values {
			values[index] = element(start + index)
		}
		return values
	}
}
