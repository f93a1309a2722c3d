//go:build linux

package session

import (
	"io"
	"time"

	"nx-kube.dev/agent/internal/message"
)

// receiving is a delivery while its pack arrives.
type receiving struct {
	request message.Request
	// Client data goes into one end and is unpacked from the other. Closing it with an error abandons the delivery.
	to   *io.PipeWriter
	from *io.PipeReader
	// digest is the expected digest of the new binary. The client sends it after the pack.
	digest string
	// bytes counts the received bytes of the pack. begun and complete are the times of the request and of the last
	// byte.
	bytes           int64
	begun, complete time.Time
	// done is closed when the delivery neither receives data nor writes its temporary file any more.
	done chan struct{}
}

func newReceiving(request message.Request) *receiving {
	d := &receiving{request: request, begun: time.Now(), done: make(chan struct{})}
	d.from, d.to = io.Pipe()
	return d
}

// data adds the next part of the pack. After a failure it drops the part.
func (d *receiving) data(part []byte) {
	d.bytes += int64(len(part))
	_, _ = d.to.Write(part)
}

// end marks the pack as complete.
func (d *receiving) end(digest string) {
	d.complete, d.digest = time.Now(), digest
	_ = d.to.Close()
}

// abandon makes the delivery fail unless it has already ended or failed.
func (d *receiving) abandon(code message.Code, reason string) {
	_ = d.to.CloseWithError(message.Fail(code, reason))
}
