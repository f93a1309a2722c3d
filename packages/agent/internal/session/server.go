//go:build linux

// Package session is the agent's side of the session protocol (see PROTOCOL.md).
package session

import (
	"net"
	"sync"

	"nx-kube.dev/agent/internal/delivery"
	"nx-kube.dev/agent/internal/digest"
	"nx-kube.dev/agent/internal/events"
	"nx-kube.dev/agent/internal/message"
	"nx-kube.dev/agent/internal/readiness"
	"nx-kube.dev/agent/internal/supervisor"
)

// Server holds sessions.
type Server struct {
	Version    string
	Supervisor *supervisor.Supervisor
	Receiver   *delivery.Receiver
	Digests    *digest.Cache
	Events     *events.Hub
	Prober     *readiness.Prober
	// Path gives the file of the image's or the live binary.
	Path func(message.Source) (string, error)

	mu sync.Mutex
	// receiving is the newest delivery that was begun, in any session.
	receiving *receiving
}

// Serve holds sessions with all that connect, until the listener is closed.
func (s *Server) Serve(listener net.Listener) error {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go newSession(s, conn).hold()
	}
}

// begin makes d the delivery that is received. It gives the one before, which is superseded unless all of it has come.
func (s *Server) begin(d *receiving) (before *receiving) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, s.receiving = s.receiving, d
	if before != nil {
		before.abandon(message.Superseded, "a newer delivery took over")
	}
	return before
}

// running describes the process that runs, or ran last, and its binary.
func (s *Server) running() message.Running {
	now := s.Supervisor.Snapshot()
	running := message.Running{
		PID: now.PID, Source: now.Source, State: now.State, StartedAt: now.StartedAt,
		LastExit: now.LastExit, Fallback: now.Fallback, ReadyMs: s.Prober.ReadyMs(now.PID),
	}
	// Where there is no such file, as in an image without a binary, there is no digest.
	if path, err := s.Path(now.Source); err == nil {
		running.Digest, running.Size, _ = s.Digests.File(path)
	}
	return running
}
