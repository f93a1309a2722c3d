// Package patch makes and applies packs. A pack holds a new file, either whole or as its difference to an old file that
// the receiver has. PROTOCOL.md describes the format.
package patch

import "encoding/binary"

// segmentSize is the size (bytes) of a segment's output. Segments are packed in parallel and applied one by one, so it
// bounds the memory of both sides.
const segmentSize = 1 << 20

// The streams of a segment, in the order of the format.
const (
	ops = iota
	gaps
	slots
	amounts
	literals
	streams
)

// A token is a place in a copy where the new file differs from the old. It holds the number of equal bytes before it,
// and the amount to add to the little-endian 32-bit word there. All addresses that cross an insertion change by the
// same few amounts. A recent amount is therefore named by its slot: one byte, which compresses well.

// slotCount is the number of recent amounts that a coder remembers. As a slot number it announces a literal amount.
const slotCount = 255

// recentAmounts holds the recent amounts by slot. Both sides start each segment with an empty table.
type recentAmounts [slotCount]uint32

func slotOf(amount uint32) byte {
	return byte(uint64(amount*0x9E3779B1) * slotCount >> 32)
}

// segment collects the streams of one segment while it is packed.
type segment struct {
	streams [streams][]byte

	// end is the position in the old file where the last copy ended.
	end int
	// tokens counts the tokens since the last copy.
	tokens int
	recent recentAmounts
	// forgotten holds the amounts that tokens since the last mark have replaced in recent.
	forgotten []forgotten
}

type forgotten struct {
	slot   byte
	amount uint32
}

// begin empties the segment, for the part of the new file that starts at position base.
func (s *segment) begin(base int) {
	for i := range s.streams {
		s.streams[i] = s.streams[i][:0]
	}
	s.end, s.tokens, s.recent, s.forgotten = base, 0, recentAmounts{}, s.forgotten[:0]
}

// mark is a position that the segment can be rewound to.
type mark struct{ gaps, slots, amounts, tokens int }

// mark returns the current position. Only the latest mark is valid for back.
func (s *segment) mark() mark {
	s.forgotten = s.forgotten[:0]
	return mark{len(s.streams[gaps]), len(s.streams[slots]), len(s.streams[amounts]), s.tokens}
}

// back removes the tokens since the mark.
func (s *segment) back(to mark) {
	s.streams[gaps], s.streams[slots] = s.streams[gaps][:to.gaps], s.streams[slots][:to.slots]
	s.streams[amounts], s.tokens = s.streams[amounts][:to.amounts], to.tokens
	for i := len(s.forgotten) - 1; i >= 0; i-- {
		s.recent[s.forgotten[i].slot] = s.forgotten[i].amount
	}
	s.forgotten = s.forgotten[:0]
}

// token appends a token and reports whether its amount is recent.
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

// copy appends a literal and a copy of length bytes from position old of the old file. The copy takes all tokens since
// the last copy.
func (s *segment) copy(literal []byte, length, old int) {
	s.literal(literal, length)
	s.streams[ops] = binary.AppendVarint(s.streams[ops], int64(old-s.end))
	s.streams[ops] = binary.AppendUvarint(s.streams[ops], uint64(s.tokens))
	s.tokens, s.end = 0, old+length
}

// literal appends a literal and the length of the copy that follows.
func (s *segment) literal(literal []byte, length int) {
	s.streams[ops] = binary.AppendUvarint(s.streams[ops], uint64(len(literal)))
	s.streams[ops] = binary.AppendUvarint(s.streams[ops], uint64(length))
	s.streams[literals] = append(s.streams[literals], literal...)
}
