//go:build linux

package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"runtime"
	"time"

	"nx-kube.dev/agent/internal/delivery"
	"nx-kube.dev/agent/internal/frame"
	"nx-kube.dev/agent/internal/message"
)

// backlog is the number of answers that may wait for a client. A client waits for its answers, so one with a full
// backlog does not read.
const backlog = 64

// session is the conversation with one client.
type session struct {
	server *Server
	conn   net.Conn
	// out holds the control frames to write. ended is closed when the client cannot be written to any more.
	out     chan any
	ended   chan struct{}
	greeted bool
	// receiving is this session's last delivery.
	receiving *receiving
}

func newSession(server *Server, conn net.Conn) *session {
	return &session{server: server, conn: conn, out: make(chan any, backlog), ended: make(chan struct{})}
}

// hold serves the client until either side ends the session. It cancels a delivery whose pack is incomplete.
func (s *session) hold() {
	written := make(chan struct{})
	go func() {
		defer close(written)
		s.write()
	}()
	err := s.read()
	if d := s.receiving; d != nil {
		d.abandon(message.Cancelled, "the session ended before the delivery was complete")
		// Wait, so that a client that sees the end of the session can rely on a clean volume.
		<-d.done
	}
	var failure *message.Failure
	if errors.As(err, &failure) {
		s.send(failure)
	}
	close(s.ended)
	<-written
	_ = s.conn.Close()
}

// send queues an answer. It closes the session of a client that does not read.
func (s *session) send(answer any) {
	select {
	case s.out <- answer:
	default:
		_ = s.conn.Close()
	}
}

// write writes queued answers, until the session has ended and the queue is empty.
func (s *session) write() {
	for {
		select {
		case answer := <-s.out:
			s.writeFrame(answer)
		case <-s.ended:
			select {
			case answer := <-s.out:
				s.writeFrame(answer)
			default:
				return
			}
		}
	}
}

func (s *session) writeFrame(answer any) {
	payload, err := json.Marshal(answer)
	if err != nil || len(payload) > frame.MaxPayload {
		payload, _ = json.Marshal(message.Fail(message.ProtocolError, fmt.Sprintf("an answer of %d bytes cannot be sent: %v", len(payload), err)))
	}
	if _, err := s.conn.Write(frame.Encode(frame.Control, payload)); err != nil {
		_ = s.conn.Close()
	}
}

// read handles frames until the client closes its side, which is not a failure, or violates the protocol.
func (s *session) read() error {
	frames := frame.NewReader(s.conn)
	for {
		kind, payload, err := frames.Next()
		switch {
		case errors.Is(err, frame.ErrInvalid):
			return message.Fail(message.ProtocolError, err.Error())
		case err != nil:
			return err
		case kind == frame.Data:
			if s.receiving == nil {
				return message.Fail(message.ProtocolError, "data arrived before a delivery")
			}
			s.receiving.data(payload)
		default:
			var request message.Request
			if err := json.Unmarshal(payload, &request); err != nil {
				return message.Fail(message.ProtocolError, "a request is not valid JSON: "+err.Error())
			}
			if err := s.take(request); err != nil {
				return err
			}
		}
	}
}

func (s *session) take(request message.Request) error {
	switch request.Type {
	case "hello":
		if request.Protocol != message.Protocol || s.greeted {
			return message.Fail(message.ProtocolError, fmt.Sprintf("the agent speaks version %d of the protocol and accepts one hello per session",
				message.Protocol))
		}
		s.greeted = true
		s.hello(request)
	case "deliver":
		if request.Size < 0 {
			return message.Fail(message.ProtocolError, "a delivery has a negative size")
		}
		s.deliver(request)
	case "end":
		if d := s.receiving; d != nil && d.request.ID == request.ID {
			d.end(request.Digest)
		}
	case "cancel":
		if d := s.receiving; d != nil && d.request.ID == request.ID {
			d.abandon(message.Cancelled, "the client cancelled the delivery")
		}
	case "restart":
		s.server.Prober.Set(request.Probe)
		go s.restart(request)
	default:
		return message.Fail(message.ProtocolError, fmt.Sprintf("the request type %q is unknown", request.Type))
	}
	return nil
}

func (s *session) hello(request message.Request) {
	s.server.Supervisor.Meet()
	events, unsubscribe := s.server.Events.Subscribe()
	s.server.Prober.Set(request.Probe)
	s.send(message.Hello{
		Type: "hello", Protocol: message.Protocol, Version: s.server.Version,
		GOOS: runtime.GOOS, GOARCH: runtime.GOARCH, Debugs: s.server.Supervisor.Debugger.Installed(), Running: s.server.running(),
	})
	go func() {
		defer unsubscribe()
		for {
			select {
			case event, more := <-events:
				if !more {
					_ = s.conn.Close()
					return
				}
				s.send(event)
			case <-s.ended:
				return
			}
		}
	}()
}

func (s *session) deliver(request message.Request) {
	if s.receiving != nil {
		s.receiving.abandon(message.Superseded, "a newer delivery took over")
	}
	d := newReceiving(request)
	s.receiving = d
	before := s.server.begin(d)
	s.server.Prober.Set(request.Probe)
	go func() {
		if before != nil {
			<-before.done
		}
		received, err := s.receive(d)
		if err == nil {
			defer received.Close()
			var answer message.Delivered
			if answer, err = s.install(d, received); err == nil {
				s.send(answer)
				return
			}
			received.Discard()
		}
		s.fail(request.ID, err)
	}()
}

// receive receives the whole delivery.
func (s *session) receive(d *receiving) (*delivery.Received, error) {
	defer close(d.done)
	// From here on, further data of the pack is dropped.
	defer d.from.Close()
	return s.server.Receiver.Receive(delivery.Pack{
		Base: d.request.BaseDigest, Size: d.request.Size, Content: d.from, Digest: func() string { return d.digest },
	})
}

// install makes the supervisor run the received binary.
func (s *session) install(d *receiving, received *delivery.Received) (message.Delivered, error) {
	var installed time.Time
	result, err := s.server.Supervisor.Replace(func() error {
		defer func() { installed = time.Now() }()
		return received.Install()
	}, d.request.Grace())
	if err != nil {
		return message.Delivered{}, err
	}
	return message.Delivered{
		Type: "delivered", ID: d.request.ID, PID: result.PID, Digest: d.digest, BytesReceived: d.bytes,
		TransferMs: message.Ms(d.complete.Sub(d.begun)), ApplyMs: message.Ms(installed.Sub(d.complete)),
		StopMs: message.Ms(result.Stop), StartMs: message.Ms(result.Start),
	}, nil
}

func (s *session) restart(request message.Request) {
	result, err := s.server.Supervisor.Restart(request.Grace())
	if err != nil {
		s.fail(request.ID, err)
		return
	}
	s.send(message.Restarted{Type: "restarted", ID: request.ID, PID: result.PID,
		StopMs: message.Ms(result.Stop), StartMs: message.Ms(result.Start)})
}

func (s *session) fail(id int64, err error) {
	failure := message.Fail(message.IO, err.Error())
	var known *message.Failure
	if errors.As(err, &known) {
		// Copy it, because one failure may answer several requests.
		failure = message.Fail(known.Code, known.Message)
	}
	failure.ID = id
	s.send(failure)
}
