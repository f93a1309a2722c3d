package patch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"testing/iotest"
)

func packed(t testing.TB, old, new []byte) []byte {
	t.Helper()
	var read, pack bytes.Buffer
	if err := (Packer{Old: old, New: new, Read: func(part []byte) { read.Write(part) }}).Pack(&pack); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read.Bytes(), new) {
		t.Fatal("Packer.Read did not get the whole file")
	}
	return pack.Bytes()
}

func applied(old, pack []byte, size int) ([]byte, error) {
	var made bytes.Buffer
	applier := Applier{Old: bytes.NewReader(old), OldSize: int64(len(old))}
	err := applier.Apply(bytes.NewReader(pack), int64(size), func(part []byte) error {
		made.Write(part)
		return nil
	})
	return made.Bytes(), err
}

func roundTrip(t testing.TB, old, new []byte) (packedSize int) {
	t.Helper()
	pack := packed(t, old, new)
	made, err := applied(old, pack, len(new))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, new) {
		t.Fatal("the applied pack differs from the packed file")
	}
	return len(pack)
}

// code returns bytes like machine code: they do not repeat, and hold many relative addresses.
func code(random *rand.Rand, size int) []byte {
	b := make([]byte, size)
	for i := 0; i+8 <= size; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], random.Uint64())
	}
	for i := 0; i+16 <= size; i += 8 + random.IntN(40) {
		b[i] = 0xe8
		binary.LittleEndian.PutUint32(b[i+1:], uint32(random.IntN(size)-i))
	}
	return b
}

// insert inserts bytes at a position and adjusts the relative addresses that cross it.
func insert(b []byte, at int, inserted []byte) []byte {
	moved := slices.Insert(slices.Clone(b), at, inserted...)
	for i := 0; i+5 <= len(b); i++ {
		if b[i] != 0xe8 || i+5 > at && i < at {
			continue
		}
		target := i + int(int32(binary.LittleEndian.Uint32(b[i+1:])))
		if (i < at) != (target < at) {
			from, by := i, len(inserted)
			if i >= at {
				from, by = i+len(inserted), -by
			}
			binary.LittleEndian.PutUint32(moved[from+1:], uint32(int32(target-i+by)))
		}
	}
	return moved
}

func TestAFileRoundTrips(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	old := code(random, segmentSize+123_456)
	for name, new := range map[string][]byte{
		"empty":               {},
		"one byte":            {7},
		"identical":           old,
		"one byte changed":    append(append(slices.Clone(old[:1000]), old[1000]+1), old[1001:]...),
		"shrunk at the end":   old[:len(old)/2],
		"shrunk at the start": old[len(old)/2+13:],
		"shrunk inside":       slices.Delete(slices.Clone(old), 100_000, 200_001),
		"grown at the end":    append(slices.Clone(old), code(random, 300_000)...),
		"grown at the start":  insert(old, 0, code(random, 4096)),
		"inserted":            insert(old, len(old)/3, code(random, 96)),
		"halves swapped":      append(slices.Clone(old[len(old)/2:]), old[:len(old)/2]...),
		"unrelated":           code(rand.New(rand.NewPCG(3, 4)), segmentSize/2),
		"only zeros":          make([]byte, 2*segmentSize+1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			roundTrip(t, old, new)
			roundTrip(t, nil, new)
			roundTrip(t, new, old)
		})
	}
}

func TestAnInsertionIntoCodeTakesLittle(t *testing.T) {
	old := code(rand.New(rand.NewPCG(1, 2)), 2*segmentSize)
	new := insert(old, segmentSize/2, []byte("some instructions more, of which there were none before, and an odd number"))
	if size := roundTrip(t, old, new); size > len(new)/50 {
		t.Errorf("the pack has %d bytes, want at most %d", size, len(new)/50)
	}
	if size := roundTrip(t, old, old); size > 100 {
		t.Errorf("the pack of an unchanged file has %d bytes, want at most 100", size)
	}
}

func TestRandomEditsRoundTrip(t *testing.T) {
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 0))
			old := code(random, random.IntN(100_000))
			new := slices.Clone(old)
			for range random.IntN(20) {
				at := random.IntN(len(new) + 1)
				until := min(len(new), at+random.IntN(1<<random.IntN(16)))
				switch random.IntN(5) {
				case 0:
					new = insert(new, at, code(random, random.IntN(300)))
				case 1:
					new = slices.Delete(new, at, until)
				case 2:
					for i := at; i < until; i++ {
						new[i] += byte(random.IntN(3))
					}
				case 3:
					new = append(slices.Clone(new[at:]), new[:at]...)
				case 4:
					for i := at; i+4 <= until; i += 4 + random.IntN(8) {
						binary.LittleEndian.PutUint32(new[i:], binary.LittleEndian.Uint32(new[i:])+random.Uint32N(1000))
					}
				}
			}
			roundTrip(t, old, new)
		})
	}
}

func TestATruncatedPackIsCorrupt(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	old := code(random, 20_000)
	new := insert(old, 5000, code(random, 200))
	pack := packed(t, old, new)
	for cut := range pack {
		if _, err := applied(old, pack[:cut], len(new)); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("cut at byte %d of %d: got %v, want ErrCorrupt", cut, len(pack), err)
		}
	}
}

func TestAChangedPackIsCorruptOrProducesTheSameSize(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	old := code(random, 10_000)
	new := insert(old, 5000, code(random, 200))
	pack := packed(t, old, new)
	for range 2000 {
		changed := slices.Clone(pack)
		for range 1 + random.IntN(3) {
			changed[random.IntN(len(changed))] ^= 1 << random.IntN(8)
		}
		made, err := applied(old, changed, len(new))
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
		if err == nil && len(made) != len(new) {
			t.Fatalf("got %d bytes, want %d", len(made), len(new))
		}
	}
}

func TestFailuresToReadAndWriteAreNotCorruption(t *testing.T) {
	broken := errors.New("broken")
	old := code(rand.New(rand.NewPCG(1, 2)), 2*segmentSize)
	pack := packed(t, old, old)
	applier := Applier{Old: bytes.NewReader(old), OldSize: int64(len(old))}
	discard := func([]byte) error { return nil }
	if err := applier.Apply(iotest.ErrReader(broken), 10, discard); err != broken {
		t.Error(err)
	}
	calls := 0
	first := func([]byte) error {
		if calls++; calls > 1 {
			return nil
		}
		return broken
	}
	if err := applier.Apply(bytes.NewReader(pack), int64(len(old)), first); err != broken || calls > 1 {
		t.Error(err, calls)
	}
	short := Applier{Old: bytes.NewReader(old[:10]), OldSize: int64(len(old))}
	if err := short.Apply(bytes.NewReader(pack), int64(len(old)), discard); err != io.EOF {
		t.Error(err)
	}
}

func FuzzApply(f *testing.F) {
	old := code(rand.New(rand.NewPCG(1, 2)), 3000)
	f.Add(packed(f, old, insert(old, 100, []byte("inserted"))), 3008)
	f.Add(packed(f, nil, old), 3000)
	f.Fuzz(func(t *testing.T, pack []byte, size int) {
		if size < 0 || size > 10*segmentSize {
			return
		}
		if made, err := applied(old, pack, size); err == nil && len(made) != size {
			t.Fatalf("got %d bytes, want %d", len(made), size)
		}
	})
}

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("an old file, which is not long but long enough for a block or two of the index"), []byte("a new file"))
	f.Fuzz(func(t *testing.T, old, new []byte) { roundTrip(t, old, new) })
}

// The binaries to measure with are named by the environment: PACK_OLD and PACK_NEW.
func binaries(b *testing.B) (old, new []byte) {
	for name, content := range map[string]*[]byte{"PACK_OLD": &old, "PACK_NEW": &new} {
		if os.Getenv(name) == "" {
			b.Skip("set PACK_OLD and PACK_NEW to the paths of two binaries")
		}
		read, err := os.ReadFile(os.Getenv(name))
		if err != nil {
			b.Fatal(err)
		}
		*content = read
	}
	return old, new
}

func BenchmarkPack(b *testing.B) {
	old, new := binaries(b)
	b.SetBytes(int64(len(new)))
	for b.Loop() {
		b.ReportMetric(float64(len(packed(b, old, new))), "patch-bytes")
	}
}

func BenchmarkApply(b *testing.B) {
	old, new := binaries(b)
	pack := packed(b, old, new)
	b.SetBytes(int64(len(new)))
	applier := Applier{Old: bytes.NewReader(old), OldSize: int64(len(old))}
	for b.Loop() {
		if err := applier.Apply(bytes.NewReader(pack), int64(len(new)), func([]byte) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
