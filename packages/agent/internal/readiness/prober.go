// Package readiness reports when a started process becomes ready.
package readiness

import (
	"context"
	"sync"
	"time"

	"nx-kube.dev/agent/internal/events"
	"nx-kube.dev/agent/internal/message"
)

// interval is the pause between two attempts.
const interval = 20 * time.Millisecond

// Prober polls each process from its start until it is ready. It starts to poll once a probe is set.
type Prober struct {
	hub *events.Hub

	mu    sync.Mutex
	probe *message.Probe
	// started is the current process. Its PID is 0 while no process runs.
	started message.Started
	// ready is the event of the current process, or nil while it is not ready.
	ready *message.Ready
	stop  context.CancelFunc
}

// New creates a prober that follows the hub's events.
func New(hub *events.Hub) *Prober {
	p := &Prober{hub: hub, stop: func() {}}
	watched, _ := hub.Subscribe()
	go func() {
		for event := range watched {
			switch event := event.(type) {
			case message.Started:
				p.begin(event)
			case message.Exited:
				p.begin(message.Started{})
			}
		}
	}()
	return p
}

// Set sets the probe of the current process, unless that is ready already, and of later processes. It ignores nil and
// an empty probe.
func (p *Prober) Set(probe *message.Probe) {
	if probe == nil || probe.HTTPGet == nil && probe.TCPSocket == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.probe = probe
	if p.ready == nil {
		p.poll()
	}
}

// ReadyMs returns the time (ms) that the process took to become ready, or nil if it is not ready.
func (p *Prober) ReadyMs(pid int) *float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ready == nil || p.ready.PID != pid {
		return nil
	}
	return &p.ready.Ms
}

func (p *Prober) begin(started message.Started) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.started, p.ready = started, nil
	p.poll()
}

// poll starts to poll the current process with the current probe, and ends the poll before it.
func (p *Prober) poll() {
	p.stop()
	if p.probe == nil || p.started.PID == 0 {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	go p.until(ctx, *p.probe, p.started)
}

func (p *Prober) until(ctx context.Context, probe message.Probe, started message.Started) {
	for attempt(ctx, probe) != nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(interval):
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	// Race: the process may have ended, or the probe changed, after the successful attempt.
	if ctx.Err() == nil {
		p.ready = &message.Ready{EventHead: message.Head("ready"), PID: started.PID, Ms: message.Ms(time.Since(started.StartedAt))}
		p.hub.Publish(*p.ready)
	}
}
