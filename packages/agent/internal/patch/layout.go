package patch

import (
	"bytes"
	"cmp"
	"debug/elf"
	"encoding/binary"
	"slices"
)

// region is a part of the new file, up to the next region, with its probable alignments (old position minus new
// position).
type region struct {
	from       int
	alignments []int
}

// regions compares the sections of two executables. In a section that grew, the first bytes align at its start and the
// last bytes at its end. Files that are not ELF executables are one region.
func regions(old, new []byte) []region {
	before := map[string]part{}
	for _, part := range parts(old) {
		before[part.name] = part
	}
	found := []region{{0, []int{0, len(old) - len(new)}}}
	for _, part := range parts(new) {
		if was, there := before[part.name]; there {
			found = append(found, region{part.from, []int{was.from - part.from, was.to - part.to}})
		}
	}
	slices.SortStableFunc(found, func(a, b region) int { return cmp.Compare(a.from, b.from) })
	return found
}

// part is a section of an executable, or a table within a section.
type part struct {
	name     string
	from, to int
}

func parts(file []byte) []part {
	parsed, err := elf.NewFile(bytes.NewReader(file))
	if err != nil {
		return nil
	}
	var found []part
	for _, section := range parsed.Sections {
		from, size := section.Offset, section.FileSize
		if section.Type == elf.SHT_NOBITS || size == 0 || from > uint64(len(file)) || size > uint64(len(file))-from {
			continue
		}
		found = append(found, part{section.Name, int(from), int(from + size)})
		if section.Name == ".gopclntab" {
			found = append(found, tables(file[from:from+size], int(from), parsed.ByteOrder)...)
		}
	}
	return found
}

// tables returns the tables of Go's line table (runtime.pcHeader, since Go 1.18), each of which grows on its own. An
// unknown layout only makes the difference larger, never wrong.
func tables(pclntab []byte, from int, order binary.ByteOrder) []part {
	names := []string{"funcname", "cu", "file", "pc", "func"}
	const first, word = 8 + 3*8, 8
	if len(pclntab) < first+len(names)*word || pclntab[7] != word {
		return nil
	}
	functions := order.Uint64(pclntab[8:])
	var starts []uint64
	for i := range names {
		starts = append(starts, order.Uint64(pclntab[first+i*word:]))
	}
	// The function table has two parts: entries of two 32-bit words, and the data that they refer to.
	names = append(names, "funcdata", "")
	starts = append(starts, starts[4]+functions*8+4, uint64(len(pclntab)))
	if functions > uint64(len(pclntab)) || !slices.IsSorted(starts) {
		return nil
	}
	var found []part
	for i, name := range names[:len(names)-1] {
		found = append(found, part{".gopclntab/" + name, from + int(starts[i]), from + int(starts[i+1])})
	}
	return found
}
