//go:build linux

package supervisor

import (
	"fmt"
	"time"

	"nx-kube.dev/agent/internal/message"
)

// Waits are the times for which a new pod waits, so that the image's own binary, which may be old, does not run before
// the wanted one: for a client, and then for what the client wants to run.
type Waits struct{ Client, Delivery time.Duration }

// Meet tells a new pod that there is a client: it then waits longer for what that client wants to run.
func (s *Supervisor) Meet() {
	select {
	case s.met <- struct{}{}:
	default:
	}
}

// await makes a new pod wait for what a client wants to run.
func (s *Supervisor) await() {
	s.waited, s.unattended = time.After(s.Waits.Client), unattended(s.Waits.Client)
	s.Volume.Wait()
	s.publish(message.WaitingState)
	logf("waiting up to %v for a loop to deliver a binary", s.Waits.Client)
}

// interrupted is the reason for the image's own binary in a container that ended while it waited. It does not wait again:
// a liveness probe could end it each time.
const interrupted = "the container ended while it waited for a binary"

func unattended(wait time.Duration) string {
	return fmt.Sprintf("no binary was delivered within %v", wait)
}
