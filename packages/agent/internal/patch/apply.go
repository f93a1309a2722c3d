package patch

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// ErrCorrupt is the error for a pack that cannot be decoded or does not fit the old file.
var ErrCorrupt = errors.New("the pack is corrupt")

// maxBody is the maximum size (bytes) of a segment's body. The streams of a segment together never exceed twice the
// size of its output.
const maxBody = 2*segmentSize + 4096

// Applier builds new files from packs. It holds a few segments in memory.
type Applier struct {
	// Old is the file that packs refer to, and OldSize its size (bytes). Old is nil if packs are whole.
	Old     io.ReaderAt
	OldSize int64

	body    []byte
	streams [streams][]byte
	zstd    *zstd.Decoder
}

// Apply reads a pack for a new file of size bytes and passes the new file to write, part by part. write must not keep
// the parts. If pack is a *bufio.Reader, Apply does not read past the pack's last byte. It returns an error that wraps
// ErrCorrupt, or the unchanged error of reading or writing.
func (a *Applier) Apply(pack io.Reader, size int64, write func(part []byte) error) error {
	reader, buffered := pack.(*bufio.Reader)
	if !buffered {
		reader = bufio.NewReader(pack)
	}
	if a.zstd == nil {
		decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxMemory(maxBody), zstd.WithDecodeAllCapLimit(true))
		if err != nil {
			return err
		}
		a.zstd = decoder
	}
	// Decode the next segment while the last one is written.
	most := min(size, segmentSize)
	parts := [2][]byte{make([]byte, most), make([]byte, most)}
	written := make(chan error, 1)
	written <- nil
	for made, turn := int64(0), 0; made < size; turn ^= 1 {
		part, err := a.segment(reader, made, size-made, parts[turn])
		// Wait in the error case, too: nothing may be written after Apply has returned.
		if earlier := <-written; earlier != nil {
			return earlier
		}
		if err != nil {
			return err
		}
		go func() { written <- write(part) }()
		made += int64(len(part))
	}
	return <-written
}

// segment reads the next segment and decodes it into part, which starts at position base of the new file.
func (a *Applier) segment(pack *bufio.Reader, base, left int64, part []byte) ([]byte, error) {
	length, err := readLength(pack, min(left, segmentSize))
	if err != nil {
		return nil, err
	}
	stored, err := readLength(pack, maxBody)
	if err != nil {
		return nil, err
	}
	if length == 0 {
		return nil, fmt.Errorf("%w: a segment has no output", ErrCorrupt)
	}
	a.body = sized(a.body, stored)
	if _, err := io.ReadFull(pack, a.body); err != nil {
		return nil, cut(err)
	}
	if err := a.decompress(a.body); err != nil {
		return nil, err
	}
	part = part[:length]
	return part, a.make(part, base)
}

// readLength reads a uvarint of at most limit.
func readLength(from *bufio.Reader, limit int64) (int, error) {
	length := uint64(0)
	for shift := 0; shift < 32; shift += 7 {
		b, err := from.ReadByte()
		if err != nil {
			return 0, cut(err)
		}
		length |= uint64(b&0x7f) << shift
		if b < 0x80 && length <= uint64(limit) {
			return int(length), nil
		} else if b < 0x80 {
			break
		}
	}
	return 0, fmt.Errorf("%w: a length exceeds %d", ErrCorrupt, limit)
}

// cut turns an end of input within a segment into ErrCorrupt.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends too early", ErrCorrupt)
	}
	return err
}

func (a *Applier) decompress(body []byte) error {
	in := input(body)
	total := 0
	for i := range a.streams {
		raw, stored := in.uvarint(segmentSize), in.uvarint(maxBody)
		compressed := in.bytes(stored)
		if total += raw; in.failed() || total > maxBody || stored > raw {
			return fmt.Errorf("%w: stream %d has a wrong length", ErrCorrupt, i)
		}
		a.streams[i] = sized(a.streams[i], raw)
		if stored == raw {
			copy(a.streams[i], compressed)
			continue
		}
		stream, err := a.zstd.DecodeAll(compressed, a.streams[i][:0:raw])
		if err != nil || len(stream) != raw {
			return fmt.Errorf("%w: stream %d cannot be decompressed: %v", ErrCorrupt, i, err)
		}
		a.streams[i] = stream
	}
	if len(in) > 0 {
		return fmt.Errorf("%w: a segment has %d extra bytes", ErrCorrupt, len(in))
	}
	return nil
}

// sized returns a slice of that length. It reuses the memory of b if that is large enough.
func sized(b []byte, length int) []byte {
	if b == nil || cap(b) < length {
		return make([]byte, length)
	}
	return b[:length]
}

// make runs the ops. Their output must fill part, which starts at position base of the new file.
func (a *Applier) make(part []byte, base int64) error {
	var in [streams]input
	for i, stream := range a.streams {
		in[i] = stream
	}
	var recent recentAmounts
	end := base
	for at := 0; at < len(part); {
		literal := in[ops].uvarint(len(part) - at)
		at += copy(part[at:], in[literals].bytes(literal))
		length := in[ops].uvarint(len(part) - at)
		if in[ops].failed() || in[literals].failed() || literal+length == 0 {
			return fmt.Errorf("%w: an op does not fit", ErrCorrupt)
		}
		if length == 0 {
			continue
		}
		from := end + in[ops].varint()
		tokens := in[ops].uvarint(length)
		end = from + int64(length)
		if in[ops].failed() || from < 0 || end > a.OldSize || end < from {
			return fmt.Errorf("%w: a copy does not fit the old file", ErrCorrupt)
		}
		copied := part[at : at+length]
		if _, err := a.Old.ReadAt(copied, from); err != nil {
			return err
		}
		if !addTokens(copied, tokens, &in, &recent) {
			return fmt.Errorf("%w: a token does not fit its copy", ErrCorrupt)
		}
		at += length
	}
	for i := range in {
		if len(in[i]) > 0 {
			return fmt.Errorf("%w: %d bytes remain of stream %d", ErrCorrupt, len(in[i]), i)
		}
	}
	return nil
}

// addTokens applies the given number of tokens to copied bytes. It returns false if they do not fit.
func addTokens(copied []byte, tokens int, in *[streams]input, recent *recentAmounts) bool {
	for at := 0; tokens > 0; tokens-- {
		at += in[gaps].uvarint(len(copied))
		slot := in[slots].bytes(1)
		if at+4 > len(copied) || slot == nil || in[gaps].failed() {
			return false
		}
		var amount uint32
		if slot[0] < slotCount {
			amount = recent[slot[0]]
		} else {
			written := in[amounts].bytes(4)
			if written == nil {
				return false
			}
			amount = binary.LittleEndian.Uint32(written)
			recent[slotOf(amount)] = amount
		}
		word := copied[at : at+4]
		binary.LittleEndian.PutUint32(word, binary.LittleEndian.Uint32(word)+amount)
		at += 4
	}
	return true
}
