//go:build linux

package supervisor

import "time"

const (
	firstBackoff = 500 * time.Millisecond
	lastBackoff  = 30 * time.Second
	// runsWell is how long a process must have run for its end to be taken as the first.
	runsWell = 30 * time.Second
)

// backoff says how long to wait before a process that ended by itself is started again.
type backoff struct{ next time.Duration }

func (b *backoff) reset() { b.next = 0 }

// after gives the delay after a process that ran so long.
func (b *backoff) after(ran time.Duration) time.Duration {
	if ran >= runsWell || b.next == 0 {
		b.next = firstBackoff
	}
	delay := b.next
	b.next = min(2*b.next, lastBackoff)
	return delay
}
