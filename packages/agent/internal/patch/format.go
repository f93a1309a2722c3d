// Package patch makes and applies packs: a new file written as its difference to an old one that the other side has, or whole.
// The format is described in PROTOCOL.md.
package patch

import "encoding/binary"

// segmentSize is how much of the new file a segment makes. Segments are packed in parallel and applied one by one, so it bounds
// the memory of both.
const segmentSize = 1 << 20

// The streams of a segment, in the order in which they are written.
const (
	ops = iota
	gaps
	slots
	amounts
	literals
	streams
)

// A token is a place in a copy where the new file differs from the old: how many equal bytes precede it, and what is to be
// added to the little-endian 32-bit word there. Addresses that cross an insertion all change by the same few amounts, so an
// amount that was there lately is named by its slot: one byte, which compresses well.

// slotCount is how many recent amounts a coder remembers; a slot of that number says that the amount is written out.
const slotCount = 255

// recentAmounts remembers amounts by slot. Both sides keep one from the beginning of a segment.
type recentAmounts [slotCount]uint32

func slotOf(amount uint32) byte {
	return byte(uint64(amount*0x9E3779B1) * slotCount >> 32)
}

// segment is what makes one part of the new file, in streams of like bytes.
type segment struct {
	streams [streams][]byte

	// end is where the last copy ended in the old file.
	end int
	// tokens counts those that no copy has taken yet.
	tokens int
	recent recentAmounts
	// forgotten holds what the tokens since the last mark pushed out of recent.
	forgotten []forgotten
}

type forgotten struct {
	slot   byte
	amount uint32
}

// begin empties the segment for the part of the new file that begins at position base.
func (s *segment) begin(base int) {
	for i := range s.streams {
		s.streams[i] = s.streams[i][:0]
	}
	s.end, s.tokens, s.recent, s.forgotten = base, 0, recentAmounts{}, s.forgotten[:0]
}

// mark is a place that the segment can be taken back to.
type mark struct{ gaps, slots, amounts, tokens int }

// mark gives the place that the segment is at. Only the last one taken may be gone back to.
func (s *segment) mark() mark {
	s.forgotten = s.forgotten[:0]
	return mark{len(s.streams[gaps]), len(s.streams[slots]), len(s.streams[amounts]), s.tokens}
}

// back takes back the tokens since the mark.
func (s *segment) back(to mark) {
	s.streams[gaps], s.streams[slots] = s.streams[gaps][:to.gaps], s.streams[slots][:to.slots]
	s.streams[amounts], s.tokens = s.streams[amounts][:to.amounts], to.tokens
	for i := len(s.forgotten) - 1; i >= 0; i-- {
		s.recent[s.forgotten[i].slot] = s.forgotten[i].amount
	}
	s.forgotten = s.forgotten[:0]
}

// token appends a token and tells whether its amount was there lately.
func (s *segment) token(equal int, amount uint32) (familiar bool) {
	s.tokens++
	s.streams[gaps] = binary.AppendUvarint(s.streams[gaps], uint64(equal))
	slot := slotOf(amount)
	if s.recent[slot] == amount {
		s.streams[slots] = append(s.streams[slots], slot)
		return true
	}
	s.forgotten = append(s.forgotten, forgotten{slot, s.recent[slot]})
	s.recent[slot] = amount
	s.streams[slots] = append(s.streams[slots], slotCount)
	s.streams[amounts] = binary.LittleEndian.AppendUint32(s.streams[amounts], amount)
	return false
}

// copy appends the literal and then a copy of length bytes from the old file, which takes the tokens since the last copy.
func (s *segment) copy(literal []byte, length, old int) {
	s.literal(literal, length)
	s.streams[ops] = binary.AppendVarint(s.streams[ops], int64(old-s.end))
	s.streams[ops] = binary.AppendUvarint(s.streams[ops], uint64(s.tokens))
	s.tokens, s.end = 0, old+length
}

// literal appends a literal, and says how long the copy is that follows.
func (s *segment) literal(literal []byte, length int) {
	s.streams[ops] = binary.AppendUvarint(s.streams[ops], uint64(len(literal)))
	s.streams[ops] = binary.AppendUvarint(s.streams[ops], uint64(length))
	s.streams[literals] = append(s.streams[literals], literal...)
}
