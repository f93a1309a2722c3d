// Package readiness tells when a process that was started is ready.
package readiness

import (
	"context"
	"sync"
	"time"

	"nx-kube.dev/agent/internal/events"
	"nx-kube.dev/agent/internal/message"
)

// interval is between the end of an attempt and the next.
const interval = 20 * time.Millisecond

// Prober polls each process from its start until it is ready, once a probe has been set.
type Prober struct {
	hub *events.Hub

	mu    sync.Mutex
	probe *message.Probe
	// started is the process that runs; its PID is 0 while none does.
	started message.Started
	// ready is the answer for it, nil while it is not known to be ready.
	ready *message.Ready
	stop  context.CancelFunc
}

// New makes a prober that watches the hub's events.
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

// Set sets the probe, for the process that runs if that is not known to be ready and for those to come. Nil is no change.
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

// ReadyMs gives how long the process took to be ready, nil if it is not known to be.
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

// poll begins to poll the present process with the present probe, instead of what is polled now.
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
	// The process may have ended, or the probe been changed, since it answered.
	if ctx.Err() == nil {
		p.ready = &message.Ready{EventHead: message.Head("ready"), PID: started.PID, Ms: message.Ms(time.Since(started.StartedAt))}
		p.hub.Publish(*p.ready)
	}
}
