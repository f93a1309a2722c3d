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
	// Read is called with each part of New, in order, before that is packed: to take the digest while it is in the processor's
	// cache. Default: nothing.
	Read func(part []byte)
	// Done is called when New[from:to], and most likely the same part of Old, is not needed any more; from several goroutines
	// at once. Default: nothing.
	Done func(from, to int)
}

// Pack writes the pack, part by part as it is made. When it returns without an error, Read has been called for all of New.
func (p Packer) Pack(to io.Writer) error {
	workers := runtime.GOMAXPROCS(0)
	// Without checksums, as the digest of the whole is checked.
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
	// Neither waits for what is written: packing ends as soon as it can, however slow the reader is.
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

// plan is what the packing of all segments shares.
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

// match makes the matcher's segment that for new[from:to].
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
	// It takes strange files to get here, but what is written must be what an Applier takes.
	total := 0
	for _, stream := range m.streams {
		total += len(stream)
	}
	if total > maxBody {
		m.begin(from)
		m.literal(p.new[from:to], 0)
	}
}

// pack gives the segment, which makes length bytes, as it is written.
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
