package readiness

import (
	"bufio"
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"nx-kube.dev/agent/internal/events"
	"nx-kube.dev/agent/internal/message"
)

// serve answers each connection with the next of the answers, and repeats the last one until the test ends.
func serve(t *testing.T, answers ...string) (port int, requests <-chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	received := make(chan string, 100)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			request := ""
			for reader := bufio.NewReader(conn); !strings.HasSuffix(request, "\r\n\r\n"); {
				line, err := reader.ReadString('\n')
				if err != nil {
					break
				}
				request += line
			}
			received <- request
			_, _ = conn.Write([]byte(answers[0]))
			_ = conn.Close()
			if len(answers) > 1 {
				answers = answers[1:]
			}
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port, received
}

func TestAnAttemptSucceedsByTheStatus(t *testing.T) {
	for answer, ready := range map[string]bool{
		"HTTP/1.1 200 OK\r\n\r\n":         true,
		"HTTP/1.0 204 No Content\r\n\r\n": true,
		"HTTP/1.1 399 Odd\r\n\r\n":        true,
		"HTTP/1.1 400 Bad\r\n\r\n":        false,
		"HTTP/1.1 503 Not Yet\r\n\r\n":    false,
		"SSH-2.0-OpenSSH\r\n":             false,
		"HTTP/1.1\r\n":                    false,
		"":                                false,
	} {
		port, _ := serve(t, answer)
		err := attempt(context.Background(), message.Probe{HTTPGet: &message.HTTPGet{Port: port}})
		if (err == nil) != ready {
			t.Errorf("%q: %v", answer, err)
		}
	}
}

func TestARequestFollowsTheProbe(t *testing.T) {
	port, requests := serve(t, "HTTP/1.1 200 OK\r\n\r\n")
	probe := message.Probe{HTTPGet: &message.HTTPGet{
		Port: port, Path: "readyz?verbose", Host: "localhost", HTTPHeaders: []message.Header{{Name: "Host", Value: "controller"}},
	}}
	if err := attempt(context.Background(), probe); err != nil {
		t.Fatal(err)
	}
	request := <-requests
	if !strings.HasPrefix(request, "GET /readyz?verbose HTTP/1.1\r\n") || !strings.Contains(request, "\r\nHost: controller\r\n") ||
		strings.Count(request, "Host:") != 1 {
		t.Errorf("%q", request)
	}
}

func TestAnAttemptOverTLSOrTCPSucceedsWhenSomethingListens(t *testing.T) {
	port, _ := serve(t, "")
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	for listens, port := range map[bool]int{true: port, false: closed.Addr().(*net.TCPAddr).Port} {
		for _, probe := range []message.Probe{
			{TCPSocket: &message.TCPSocket{Port: port}},
			{HTTPGet: &message.HTTPGet{Port: port, Scheme: "HTTPS"}},
		} {
			if err := attempt(context.Background(), probe); (err == nil) != listens {
				t.Errorf("%+v: %v", probe, err)
			}
		}
	}
}

func started(pid int) message.Started { return message.Started{PID: pid, StartedAt: time.Now()} }

func nextReady(t *testing.T, from <-chan any) message.Ready {
	t.Helper()
	for {
		select {
		case event := <-from:
			if ready, is := event.(message.Ready); is {
				return ready
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the process did not become ready")
		}
	}
}

func TestAProcessIsReadyOnceTheProbeSucceeds(t *testing.T) {
	hub := &events.Hub{}
	prober := New(hub)
	published, _ := hub.Subscribe()
	port, _ := serve(t, "HTTP/1.1 503 Not Yet\r\n\r\n", "HTTP/1.1 503 Not Yet\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n")
	prober.Set(&message.Probe{HTTPGet: &message.HTTPGet{Port: port}})
	begun := time.Now()
	hub.Publish(started(7))
	ready := nextReady(t, published)
	if ready.PID != 7 || ready.Ms < message.Ms(2*interval) || ready.Ms > message.Ms(time.Since(begun)) {
		t.Errorf("%+v", ready)
	}
	if ms := prober.ReadyMs(7); ms == nil || *ms != ready.Ms {
		t.Error(ms)
	}
	if ms := prober.ReadyMs(8); ms != nil {
		t.Error(*ms)
	}
	// A missing or empty probe changes nothing.
	prober.Set(nil)
	prober.Set(&message.Probe{})
	hub.Publish(started(8))
	if ready := nextReady(t, published); ready.PID != 8 {
		t.Errorf("%+v", ready)
	}
}

func TestAProcessThatHasEndedIsNotReported(t *testing.T) {
	hub := &events.Hub{}
	prober := New(hub)
	published, _ := hub.Subscribe()
	const processes = 10
	refusals := slices.Repeat([]string{"HTTP/1.1 503 Not Yet\r\n\r\n"}, processes)
	port, requests := serve(t, append(refusals, "HTTP/1.1 200 OK\r\n\r\n")...)
	prober.Set(&message.Probe{HTTPGet: &message.HTTPGet{Port: port}})
	for pid := 1; pid <= processes; pid++ {
		hub.Publish(started(pid))
		<-requests
		hub.Publish(message.Exited{PID: pid})
	}
	// If the ended processes were still polled, they would become ready among these.
	for pid := processes + 1; pid <= processes+50; pid++ {
		hub.Publish(started(pid))
		if ready := nextReady(t, published); ready.PID != pid {
			t.Fatalf("%+v", ready)
		}
	}
}

func TestAnotherProbeReplacesTheFirst(t *testing.T) {
	hub := &events.Hub{}
	prober := New(hub)
	published, _ := hub.Subscribe()
	never, requests := serve(t, "HTTP/1.1 503 Not Yet\r\n\r\n")
	prober.Set(&message.Probe{HTTPGet: &message.HTTPGet{Port: never}})
	hub.Publish(started(1))
	<-requests
	port, _ := serve(t, "HTTP/1.1 200 OK\r\n\r\n")
	prober.Set(&message.Probe{HTTPGet: &message.HTTPGet{Port: port}})
	if ready := nextReady(t, published); ready.PID != 1 {
		t.Errorf("%+v", ready)
	}
}
