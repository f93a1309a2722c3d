//go:build linux

package supervisor

import (
	"slices"
	"testing"
	"time"
)

func TestTheBackOffDoublesUpToItsMaximum(t *testing.T) {
	var b backoff
	var got []time.Duration
	for range 8 {
		got = append(got, b.after(time.Second)/(time.Second/2))
	}
	if !slices.Equal(got, []time.Duration{1, 2, 4, 8, 16, 32, 60, 60}) {
		t.Errorf("got delays of %d half seconds", got)
	}
}

func TestTheBackOffStartsAgainAfterALongRunAndAfterAReset(t *testing.T) {
	var b backoff
	for range 4 {
		b.after(0)
	}
	if got := b.after(runsWell); got != firstBackoff {
		t.Error(got)
	}
	b.after(0)
	b.reset()
	if got := b.after(0); got != firstBackoff {
		t.Error(got)
	}
}
