package patch

import (
	"encoding/binary"
	"math/bits"
)

const (
	// window is the number of bytes over which an alignment is judged.
	window = 256
	// stretch is how far (bytes) to look for a better alignment before the matcher takes the best one so far.
	stretch = 4096
	// near is how far (bytes) from its expected position an alignment is searched before the whole old file is indexed.
	near = 64 << 10
	// patience is for how many bytes the search stays near.
	patience = 16 << 10
	// haste is after how many bytes without a match the search step grows by one byte.
	haste = 32 << 10
	// tolerance is the surprise that ends a copy (see extend).
	tolerance = 40
)

// matcher finds, for a segment of the new file, its origin in the old file. Linkers keep a stable order, so one
// alignment (old position minus new position) holds for long stretches. It changes where code was inserted or removed.
// Under the right alignment, addresses that cross an insertion differ by a few recurring amounts. Under a wrong
// alignment all amounts differ.
type matcher struct {
	old []byte
	// all returns the index of the whole old file, built on the first call.
	all func() *index

	// local indexes the surroundings of the end of the last copy.
	local *index
	segment
}

// match appends the ops for new, which starts at position base of the new file, to the segment. It tries the given
// alignments, in order, where no index has a match.
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
		// The bytes before the match may be equal, too: extend the match back to the start of the literal.
		for p > literal && m.alikeBefore(new, base, p, alignment) {
			p--
			least++
		}
	}
	if literal < len(new) {
		m.literal(new[literal:], 0)
	}
}

// alikeBefore reports whether a copy from position p of new should also include the byte before p.
func (m *matcher) alikeBefore(new []byte, base, p, alignment int) bool {
	equal := 0
	for i := p - 1; i >= 0 && i >= p-4; i-- {
		if at := base + i + alignment; at >= 0 && at < len(m.old) && new[i] == m.old[at] {
			equal++
		}
	}
	return equal >= 3
}

// extend appends the literal new[literal:p] and a copy of the matching bytes from p on. It returns the length of the
// copy. The copy does not end before `least` bytes.
//
// Surprise decides the end: a new amount raises it, recent amounts and equal bytes lower it.
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

// resync finds the next position, from p on, where a copy can continue. It returns the position, its alignment, and the
// minimum length of the copy.
func (m *matcher) resync(new []byte, base, p, alignment int, alignments []int) (next, found, least int) {
	for from := p; from < len(new); from += stretch {
		best, cost := m.best(new[from:], base+from, alignment, alignments)
		if cost < window/8 {
			return from, best, window
		}
		// Search the surroundings first, then the whole file. The longer there is no match, the coarser the search.
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

// nearby returns the alignments close to one. In tables of words an inserted entry shifts by them, and such tables have
// no blocks to find.
func nearby(alignment int) (near []int) {
	for k := 4; k <= 256; k += 4 {
		near = append(near, alignment-k, alignment+k)
	}
	return near
}

// best returns the cheapest of the last alignment and the others, and its cost.
func (m *matcher) best(new []byte, base, last int, others []int) (best, cost int) {
	best, cost = last, m.cost(new, base+last, window)
	for _, alignment := range others {
		if c := m.cost(new, base+alignment, cost); c < cost {
			best, cost = alignment, c
		}
	}
	return best, cost
}

// indexNear indexes the surroundings of a position in the old file. It rounds the position, so that one index serves
// many calls.
func (m *matcher) indexNear(at int) *index {
	at = at / near * near
	from, to := max(0, min(at-near, len(m.old))), max(0, min(at+2*near, len(m.old)))
	if m.local == nil || m.local.from != from || m.local.to != to {
		m.local = newIndex(m.old, from, to, 1, m.local)
	}
	return m.local
}

// cost estimates the bytes needed to write the next window of new as a copy from position at of the old file. It stops
// counting at limit.
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
