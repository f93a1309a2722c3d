//go:build linux

package supervisor

import "time"

const (
	firstBackoff = 500 * time.Millisecond
	lastBackoff  = 30 * time.Second
	// runsWell is the run time after which a crash starts with the first back-off again.
	runsWell = 30 * time.Second
)

// backoff computes the delay before a crashed process is started again.
type backoff struct{ next time.Duration }

func (b *backoff) reset() { b.next = 0 }

// after returns the delay after a process that ran for the given time.
func (b *backoff) after(ran time.Duration) time.Duration {
	if ran >= runsWell || b.next == 0 {
		b.next = firstBackoff
	}
	delay := b.next
	b.next = min(2*b.next, lastBackoff)
	return delay
}
