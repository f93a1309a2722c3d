//go:build linux

package supervisor

import (
	"testing"
	"testing/synctest"
	"time"

	"nx-kube.dev/agent/internal/output"
)

// drained returns how long drain waits for an ended process whose output arrives in parts, each after a pause.
func drained(t *testing.T, parts int, pause time.Duration, thenEnds bool) (waited time.Duration, lines int) {
	synctest.Test(t, func(t *testing.T) {
		c := &child{tail: &output.Tail{}}
		passed, done := make(chan struct{}, 1), make(chan struct{})
		go func() {
			for range parts {
				select {
				case <-time.After(pause):
					_, _ = c.tail.Write([]byte("a line\n"))
				case <-done:
					return
				}
			}
			if thenEnds {
				passed <- struct{}{}
			}
		}()
		begun := time.Now()
		c.drain(passed, 1)
		waited, lines = time.Since(begun), len(c.tail.Lines(lastLines))
		close(done)
	})
	return waited, lines
}

func TestDrainWaitsForTheLastOutputWhileMoreArrives(t *testing.T) {
	if waited, lines := drained(t, 10, 90*time.Millisecond, true); lines != 10 || waited != 900*time.Millisecond {
		t.Errorf("got %d lines after %v", lines, waited)
	}
	if waited, lines := drained(t, 3, 90*time.Millisecond, false); lines != 3 || waited >= 500*time.Millisecond {
		t.Errorf("got %d lines after %v", lines, waited)
	}
}

func TestAProcessThatKeepsWritingDoesNotDelayTheNextStart(t *testing.T) {
	if waited, _ := drained(t, 1_000_000, 10*time.Millisecond, false); waited != mostDrainTime {
		t.Error(waited)
	}
}
