//go:build linux

package session

import (
	"io"
	"time"

	"nx-kube.dev/agent/internal/message"
)

// receiving is a delivery whose pack is being received.
type receiving struct {
	request message.Request
	// The client's data is written to one end, and the other is unpacked. Closing it with an error abandons the delivery.
	to   *io.PipeWriter
	from *io.PipeReader
	// digest is what the pack must make; it comes with the word that all has been sent.
	digest string
	// bytes have been received so far. begun and complete are when the request and its last byte came.
	bytes           int64
	begun, complete time.Time
	// done is closed when nothing more is received, nor written to the volume but by installing.
	done chan struct{}
}

func newReceiving(request message.Request) *receiving {
	d := &receiving{request: request, begun: time.Now(), done: make(chan struct{})}
	d.from, d.to = io.Pipe()
	return d
}

// data takes the next part of the pack. After a failure it is dropped.
func (d *receiving) data(part []byte) {
	d.bytes += int64(len(part))
	_, _ = d.to.Write(part)
}

// end takes the client's word that it has sent all.
func (d *receiving) end(digest string) {
	d.complete, d.digest = time.Now(), digest
	_ = d.to.Close()
}

// abandon makes it fail unless it has ended, or has failed, before.
func (d *receiving) abandon(code message.Code, reason string) {
	_ = d.to.CloseWithError(message.Fail(code, reason))
}
