package patch

import (
	"encoding/binary"
	"math/bits"
)

const (
	// window is over how many bytes an alignment is judged.
	window = 256
	// stretch is how far to look for a better alignment before carrying on with what there is.
	stretch = 4096
	// near is how far from where it is expected an alignment is looked for before all of the old file is indexed.
	near = 64 << 10
	// patience is for how many bytes that is kept up.
	patience = 16 << 10
	// haste is after how many more bytes the search skips one byte more at each step.
	haste = 32 << 10
	// tolerance is how much surprise ends a copy, see extend.
	tolerance = 40
)

// matcher finds, for a segment of the new file, where in the old file it comes from. Code is linked in a stable order, so
// one alignment (old position minus new position) holds for long; it changes where something was inserted or removed.
// Within the right alignment addresses that cross an insertion differ, but by few amounts, over and over; a wrong
// alignment shows by amounts that are all different.
type matcher struct {
	old []byte
	// all indexes the whole old file, when first asked.
	all func() *index

	// local indexes the surroundings of where a copy ended.
	local *index
	segment
}

// match appends to the segment what makes new, which begins at position base of the new file. The alignments are tried where nothing
// in the index helps; the first one is tried first.
func (m *matcher) match(new []byte, base int, alignments []int) {
	literal, p := 0, 0
	alignment := alignments[0]
	least := 0
	for {
		if length := m.extend(new, literal, p, base, alignment, least); length > 0 {
			p += length
			literal = p
		} else {
			p += block
		}
		if p >= len(new) {
			break
		}
		p, alignment, least = m.resync(new, base, p, alignment, alignments)
		if p >= len(new) {
			break
		}
		// What precedes the place where it was found is alike too, back to where the literal begins.
		for p > literal && m.alikeBefore(new, base, p, alignment) {
			p--
			least++
		}
	}
	if literal < len(new) {
		m.literal(new[literal:], 0)
	}
}

// alikeBefore tells whether the byte before new position p should belong to a copy that begins at p.
func (m *matcher) alikeBefore(new []byte, base, p, alignment int) bool {
	equal := 0
	for i := p - 1; i >= 0 && i >= p-4; i-- {
		if at := base + i + alignment; at >= 0 && at < len(m.old) && new[i] == m.old[at] {
			equal++
		}
	}
	return equal >= 3
}

// extend appends a copy of what is alike from new position p on, after the literal from there to p, and gives the copy's length. It is not
// ended before `least` bytes.
//
// Surprise is how it is judged: an amount not seen lately adds to it, a familiar one and equal bytes take away.
func (m *matcher) extend(new []byte, literal, p, base, alignment, least int) int {
	at := base + p + alignment
	if at < 0 || at >= len(m.old) {
		return 0
	}
	a, b := new[p:], m.old[at:]
	n := min(len(a), len(b))
	a, b = a[:n], b[:n]

	good, mark := 0, m.mark()
	surprise, last, i := 0, 0, 0
	for {
		for i+32 <= n && binary.LittleEndian.Uint64(a[i:]) == binary.LittleEndian.Uint64(b[i:]) &&
			binary.LittleEndian.Uint64(a[i+8:]) == binary.LittleEndian.Uint64(b[i+8:]) &&
			binary.LittleEndian.Uint64(a[i+16:]) == binary.LittleEndian.Uint64(b[i+16:]) &&
			binary.LittleEndian.Uint64(a[i+24:]) == binary.LittleEndian.Uint64(b[i+24:]) {
			i += 32
		}
		for i+8 <= n {
			if x := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:]); x != 0 {
				i += bits.TrailingZeros64(x) / 8
				break
			}
			i += 8
		}
		if i+8 > n {
			for i < n && a[i] == b[i] {
				i++
			}
			if i+4 > n {
				break
			}
		}
		surprise -= (i - last) / 8
		if surprise <= 0 || i < least {
			surprise = 0
			good, mark = i, m.mark()
		}
		if m.token(i-last, binary.LittleEndian.Uint32(a[i:])-binary.LittleEndian.Uint32(b[i:])) {
			surprise--
		} else if surprise += 4; surprise > tolerance {
			break
		}
		i += 4
		last = i
	}
	if surprise <= tolerance {
		good, mark = i, m.mark()
	}
	m.back(mark)
	if good == 0 {
		return 0
	}
	m.copy(new[literal:p], good, at)
	return good
}

// resync finds the next position from p on, and the alignment, from which to carry on for at least so many bytes.
func (m *matcher) resync(new []byte, base, p, alignment int, alignments []int) (next, found, least int) {
	for from := p; from < len(new); from += stretch {
		best, cost := m.best(new[from:], base+from, alignment, alignments)
		if cost < window/8 {
			return from, best, window
		}
		// The surroundings first, then everything; and the longer there is nothing, the less closely.
		blocks, step := (*index)(nil), 1
		if from-p < patience {
			blocks = m.indexNear(base + from + alignment)
		} else {
			blocks, step = m.all(), 1+(from-p)/haste
		}
		for q := from; q < from+stretch && q+block <= len(new); q += step {
			at := blocks.lookup(new[q:], base+q+alignment)
			if at < 0 {
				continue
			}
			present := base + q + alignment
			if at == present || m.cost(new[q:], at, window) < min(window*6/10, m.cost(new[q:], present, window)) {
				return q, at - base - q, block
			}
		}
		if cost >= window*7/10 && from-p < patience {
			best, cost = m.best(new[from:], base+from, alignment, nearby(alignment))
		}
		if cost < window*7/10 {
			return from, best, stretch
		}
	}
	return len(new), alignment, 0
}

// nearby gives the alignments next to one. Tables of words differ by them where an entry was inserted, and hold no blocks to find.
func nearby(alignment int) (near []int) {
	for k := 4; k <= 256; k += 4 {
		near = append(near, alignment-k, alignment+k)
	}
	return near
}

// best chooses among the last alignment and others, and gives its cost.
func (m *matcher) best(new []byte, base, last int, others []int) (best, cost int) {
	best, cost = last, m.cost(new, base+last, window)
	for _, alignment := range others {
		if c := m.cost(new, base+alignment, cost); c < cost {
			best, cost = alignment, c
		}
	}
	return best, cost
}

// indexNear indexes the surroundings of a position in the old file, in steps, so that the same index serves for a while.
func (m *matcher) indexNear(at int) *index {
	at = at / near * near
	from, to := max(0, min(at-near, len(m.old))), max(0, min(at+2*near, len(m.old)))
	if m.local == nil || m.local.from != from || m.local.to != to {
		m.local = newIndex(m.old, from, to, 1, m.local)
	}
	return m.local
}

// cost estimates how many bytes it would take to write the next window of new as a copy from position at of the old file. From
// the limit on it does not matter how many.
func (m *matcher) cost(new []byte, at, limit int) int {
	if at < 0 || at >= len(m.old) {
		return window
	}
	a, b := new, m.old[at:]
	n := min(len(a), len(b), window)
	var seen [16]uint32
	cost, i := min(len(new), window)-n, 0
	for cost < limit {
		for i+8 <= n {
			if x := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:]); x != 0 {
				i += bits.TrailingZeros64(x) / 8
				break
			}
			i += 8
		}
		if i+8 > n {
			return cost
		}
		amount := binary.LittleEndian.Uint32(a[i:]) - binary.LittleEndian.Uint32(b[i:])
		slot := amount * 0x9E3779B1 >> 28
		if seen[slot] == amount {
			cost++
		} else {
			cost += 5
			seen[slot] = amount
		}
		i += 4
	}
	return cost
}
