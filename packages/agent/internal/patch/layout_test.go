package patch

import (
	"encoding/binary"
	"os"
	"slices"
	"testing"
)

func TestTheRegionsOfAnExecutableMatchThoseOfTheOldOne(t *testing.T) {
	if _, err := os.Stat("/proc/self/exe"); err != nil {
		t.Skip("this test needs an ELF file, and this platform has none")
	}
	old, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	found := regions(old, old)
	for _, name := range []string{".text", ".gopclntab", ".gopclntab/funcname", ".gopclntab/func", ".gopclntab/funcdata"} {
		i := slices.IndexFunc(parts(old), func(p part) bool { return p.name == name })
		if i < 0 {
			t.Errorf("there is no %s", name)
			continue
		}
		if !slices.ContainsFunc(found, func(r region) bool { return r.from == parts(old)[i].from }) {
			t.Errorf("no region begins at %s", name)
		}
	}
	for _, r := range found {
		if !slices.Equal(r.alignments, []int{0, 0}) {
			t.Errorf("%+v", r)
		}
	}
}

func TestAFileThatIsNotAnExecutableIsOneRegion(t *testing.T) {
	got := regions([]byte("old one"), []byte("new"))
	if len(got) != 1 || got[0].from != 0 || !slices.Equal(got[0].alignments, []int{0, 4}) {
		t.Errorf("%+v", got)
	}
}

func TestAnUnknownLineTableHasNoTables(t *testing.T) {
	good := make([]byte, 200)
	good[7] = 8
	binary.LittleEndian.PutUint64(good[8:], 2)
	for i, at := range []uint64{72, 80, 90, 100, 120} {
		binary.LittleEndian.PutUint64(good[32+8*i:], at)
	}
	want := part{".gopclntab/funcdata", 1000 + 120 + 2*8 + 4, 1200}
	if got := tables(good, 1000, binary.LittleEndian); len(got) != 6 || got[5] != want {
		t.Errorf("%+v", got)
	}
	for name, spoil := range map[string]func(b []byte) []byte{
		"truncated":          func(b []byte) []byte { return b[:50] },
		"of 32 bits":         func(b []byte) []byte { b[7] = 4; return b },
		"too many functions": func(b []byte) []byte { b[15] = 0x80; return b },
		"out of order":       func(b []byte) []byte { b[32] = 99; return b },
		"past the end":       func(b []byte) []byte { b[64] = 199; return b },
	} {
		if got := tables(spoil(slices.Clone(good)), 0, binary.LittleEndian); got != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
