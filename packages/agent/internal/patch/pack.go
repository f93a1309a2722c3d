package patch

import (
	"encoding/binary"
	"io"
	"runtime"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Packer packs New as its difference to Old, or whole if Old is empty.
type Packer struct {
	Old, New []byte
	// Read is called with each part of New, in order, before that part is packed. A digest is computed here while the
	// part is in the processor's cache. Default: nil.
	Read func(part []byte)
	// Done is called when New[from:to], and probably the same range of Old, is not needed any more. Several goroutines
	// call it. Default: nil.
	Done func(from, to int)
}

// Pack writes the pack part by part. When it returns nil, Read has been called for all of New.
func (p Packer) Pack(to io.Writer) error {
	workers := runtime.GOMAXPROCS(0)
	// No zstd checksums, because the receiver checks the digest of the whole file.
	compressor, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false),
		zstd.WithEncoderConcurrency(workers), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return err
	}
	plan := newPlan(p.Old, p.New, workers)
	packed := make([]chan []byte, (len(p.New)+segmentSize-1)/segmentSize)
	for i := range packed {
		packed[i] = make(chan []byte, 1)
	}
	// Reading and packing do not wait for the writer, so a slow reader does not delay them.
	todo := make(chan int, len(packed))
	go func() {
		defer close(todo)
		for i := range packed {
			if p.Read != nil {
				p.Read(p.New[i*segmentSize : min((i+1)*segmentSize, len(p.New))])
			}
			todo <- i
		}
	}()
	for range workers {
		go func() {
			m := plan.matcher()
			for i := range todo {
				from, to := i*segmentSize, min((i+1)*segmentSize, len(p.New))
				plan.match(m, from, to)
				packed[i] <- m.pack(to-from, compressor)
				if p.Done != nil {
					p.Done(from, to)
				}
			}
		}()
	}
	for i := range packed {
		if _, err := to.Write(<-packed[i]); err != nil {
			return err
		}
	}
	return nil
}

// plan is the state that all segments share.
type plan struct {
	old, new []byte
	regions  []region
	all      func() *index
}

func newPlan(old, new []byte, workers int) *plan {
	p := &plan{old: old, new: new}
	if len(old) > 0 {
		p.regions = regions(old, new)
		p.all = sync.OnceValue(func() *index { return newIndex(old, 0, len(old), workers, nil) })
	}
	return p
}

func (p *plan) matcher() *matcher { return &matcher{old: p.old, all: p.all} }

// match fills the matcher's segment for new[from:to].
func (p *plan) match(m *matcher, from, to int) {
	m.begin(from)
	if len(p.regions) == 0 {
		m.literal(p.new[from:to], 0)
		return
	}
	for i, region := range p.regions {
		end := to
		if i+1 < len(p.regions) {
			end = min(to, p.regions[i+1].from)
		}
		if begin := max(from, region.from); begin < end {
			m.match(p.new[begin:end], begin, region.alignments)
		}
	}
	// Only very unusual files reach this, but an Applier must accept the segment.
	total := 0
	for _, stream := range m.streams {
		total += len(stream)
	}
	if total > maxBody {
		m.begin(from)
		m.literal(p.new[from:to], 0)
	}
}

// pack returns the bytes of the segment, whose output has that length.
func (s *segment) pack(length int, compressor *zstd.Encoder) []byte {
	var body []byte
	for _, stream := range s.streams {
		compressed := compressor.EncodeAll(stream, nil)
		if len(compressed) >= len(stream) {
			compressed = stream
		}
		body = binary.AppendUvarint(body, uint64(len(stream)))
		body = binary.AppendUvarint(body, uint64(len(compressed)))
		body = append(body, compressed...)
	}
	head := binary.AppendUvarint(nil, uint64(length))
	head = binary.AppendUvarint(head, uint64(len(body)))
	return append(head, body...)
}
