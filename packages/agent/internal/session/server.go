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

// Server serves sessions.
type Server struct {
	Version    string
	Supervisor *supervisor.Supervisor
	Receiver   *delivery.Receiver
	Digests    *digest.Cache
	Events     *events.Hub
	Prober     *readiness.Prober
	// Path returns the path of the image's or the live binary.
	Path func(message.Source) (string, error)

	mu sync.Mutex
	// receiving is the newest delivery of all sessions.
	receiving *receiving
}

// Serve serves a session on every connection, until the listener is closed.
func (s *Server) Serve(listener net.Listener) error {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go newSession(s, conn).hold()
	}
}

// begin registers d as the current delivery and returns the one before. It supersedes that one unless its pack is
// complete.
func (s *Server) begin(d *receiving) (before *receiving) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, s.receiving = s.receiving, d
	if before != nil {
		before.abandon(message.Superseded, "a newer delivery took over")
	}
	return before
}

// running describes the current process, or the last one, and its binary.
func (s *Server) running() message.Running {
	now := s.Supervisor.Snapshot()
	running := message.Running{
		PID: now.PID, Source: now.Source, State: now.State, StartedAt: now.StartedAt,
		LastExit: now.LastExit, Fallback: now.Fallback, ReadyMs: s.Prober.ReadyMs(now.PID),
	}
	// There is no digest without a file, as in an image without a binary.
	if path, err := s.Path(now.Source); err == nil {
		running.Digest, running.Size, _ = s.Digests.File(path)
	}
	return running
}
