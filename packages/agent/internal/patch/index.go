package patch

import (
	"encoding/binary"
	"math/bits"
	"sync"
)

// block is the size (bytes) and alignment, in the old file, of indexed blocks. A smaller block finds more matches and
// costs more time.
const block = 32

// index finds blocks of a range of the old file by content. It keeps one position per content: code rarely repeats, and
// repeated padding is left out.
type index struct {
	old      []byte
	from, to int
	// parts are tables over equal parts of the range, which are built in parallel.
	parts []indexPart
}

// indexPart is a hash table, addressed by the upper bits of a block's hash. An entry holds the block's number + 1
// within the part, and above it the lower bits of the hash. These rule out almost all false candidates.
type indexPart struct {
	table  []uint32
	first  int
	shift  uint
	number uint
}

// newIndex indexes old[from:to] with the given number of goroutines. It reuses the memory of reuse unless that is nil.
func newIndex(old []byte, from, to, workers int, reuse *index) *index {
	x := reuse
	if x == nil {
		x = &index{parts: make([]indexPart, workers)}
	}
	x.old, x.from, x.to = old, from, to
	first, last := (from+block-1)/block, to/block
	blocks := max(0, last-first)
	var running sync.WaitGroup
	for w := range x.parts {
		index := func() { x.parts[w].fill(old, first+blocks*w/len(x.parts), first+blocks*(w+1)/len(x.parts)) }
		if w == len(x.parts)-1 {
			index()
		} else {
			running.Go(index)
		}
	}
	running.Wait()
	return x
}

func (part *indexPart) fill(old []byte, from, to int) {
	part.first, part.number = from, uint(bits.Len(uint(max(0, to-from))))
	size := part.number + 1
	if len(part.table) == 1<<size {
		clear(part.table)
	} else {
		part.table = make([]uint32, 1<<size)
	}
	part.shift = 64 - size
	for n := from; n < to; n++ {
		if h, plain := hashBlock(old[n*block:]); !plain {
			part.table[h>>part.shift] = uint32(h)<<part.number | uint32(n-from+1)
		}
	}
}

// find returns the position of a probable match for a block with that hash, or -1.
func (part *indexPart) find(h uint64) int {
	entry := part.table[h>>part.shift]
	number := entry & (1<<part.number - 1)
	if number == 0 || entry>>part.number != uint32(h)<<part.number>>part.number {
		return -1
	}
	return (part.first + int(number) - 1) * block
}

// hashBlock hashes the first block of b. plain reports that all its 64-bit words are equal.
func hashBlock(b []byte) (hash uint64, plain bool) {
	b = b[:block:block]
	w0, w1 := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	w2, w3 := binary.LittleEndian.Uint64(b[16:]), binary.LittleEndian.Uint64(b[24:])
	hash = (w0^bits.RotateLeft64(w1, 23))*0x9E3779B97F4A7C15 ^ (w2^bits.RotateLeft64(w3, 29))*0xC2B2AE3D27D4EB4F
	return (hash ^ hash>>29) * 0xD6E8FEB86659FD93, w0 == w1 && w2 == w3 && w0 == w2
}

// lookup returns a position in the old file whose block equals the first block of b, or -1. Of several matches it
// returns the one nearest to hint.
func (x *index) lookup(b []byte, hint int) int {
	h, plain := hashBlock(b)
	if plain {
		return -1
	}
	best := -1
	for i := range x.parts {
		at := x.parts[i].find(h)
		if at < 0 {
			continue
		}
		if string(x.old[at:at+block]) == string(b[:block]) && (best < 0 || distance(at, hint) < distance(best, hint)) {
			best = at
		}
	}
	return best
}

func distance(a, b int) int {
	return max(a-b, b-a)
}
