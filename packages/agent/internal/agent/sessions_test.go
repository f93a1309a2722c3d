//go:build linux

package agent

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"nx-kube.dev/agent/internal/frame"
)

func TestANewerDeliveryOfAnotherSessionTakesOver(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	slow, _ := p.hello()
	quick, _ := p.hello()
	slow.send(deliverRequest(1, nil, script("slow"), nil))
	slow.data(pack(t, nil, script("slow"))[:10])
	for p.leftovers() == nil {
	}
	quick.deliver(1, nil, script("quick"), nil)
	quick.await("delivered")
	if e := slow.await("error"); e.Code != "superseded" {
		t.Errorf("%+v", e)
	}
	// Both sessions receive the event of the new process.
	for _, c := range []*client{slow, quick} {
		if s := c.event("started"); s.Reason != "delivery" {
			t.Errorf("%+v", s)
		}
	}
	if left := p.leftovers(); left != nil {
		t.Error(left)
	}
}

func TestANewerDeliveryOfTheSameSessionTakesOver(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	c, _ := p.hello()
	c.send(deliverRequest(1, nil, script("first"), nil))
	c.data(pack(t, nil, script("first"))[:10])
	c.deliver(2, nil, script("second"), nil)
	if e := c.await("error"); e.Code != "superseded" || e.ID != 1 {
		t.Errorf("%+v", e)
	}
	if d := c.await("delivered"); d.ID != 2 {
		t.Errorf("%+v", d)
	}
}

func TestTheLastOfTwoCompleteDeliveriesWins(t *testing.T) {
	p := startPod(t, newVolume(t), child("stubborn")...)
	p.stdout.await(t, "ignoring")
	first, _ := p.hello()
	second, _ := p.hello()
	first.deliver(1, nil, script("first"), request{"graceMs": 20_000})
	for {
		if _, hello := p.hello(); hello.Running.State == "stopping" {
			break
		}
	}
	// The process is being stopped for the first delivery; the second has a shorter grace period.
	second.deliver(1, nil, script("second"), request{"graceMs": 10})
	if e := first.await("error"); e.Code != "superseded" {
		t.Errorf("%+v", e)
	}
	second.await("delivered")
	p.stdout.await(t, "second")
	if strings.Contains(p.stdout.all(), "first") {
		t.Error("the first delivery was started")
	}
}

func TestManySessionsDeliverAtOnceAndOneOfThemWins(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	answers := make(chan answer)
	const sessions = 8
	for i := range sessions {
		c, _ := p.hello()
		c.send(deliverRequest(1, nil, script(fmt.Sprint("session ", i)), nil))
		c.data(pack(t, nil, script(fmt.Sprint("session ", i))))
		c.end(1, script(fmt.Sprint("session ", i)))
		go func() {
			for {
				if a, err := c.next(); err != nil || a.Type != "event" {
					answers <- a
					return
				}
			}
		}()
	}
	delivered := map[string]bool{}
	for range sessions {
		switch a := <-answers; a.Type {
		case "delivered":
			delivered[a.Digest] = true
		case "error":
			if a.Code != "superseded" {
				t.Errorf("%+v", a)
			}
		default:
			t.Errorf("%+v", a)
		}
	}
	_, hello := p.hello()
	if !delivered[hello.Running.Digest] || hello.Running.State != "running" {
		t.Errorf("running %v, want one of the delivered %v", hello.Running, delivered)
	}
	if left := p.leftovers(); left != nil {
		t.Error(left)
	}
}

func TestASessionWithoutAReaderDoesNotBlockTheOthers(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	p.hello() // This session never reads again.
	c, _ := p.hello()
	for i := range 40 {
		c.send(request{"type": "restart", "id": i})
		c.await("restarted")
	}
}

func TestAProtocolViolationEndsTheSessionWithAReason(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	_, hello := p.hello()
	for name, sent := range map[string][]byte{
		"an oversized frame":     {0, 1, 0, 1, 1},
		"an unknown frame type":  {0, 0, 0, 0, 3},
		"invalid JSON":           frame.Encode(frame.Control, []byte("hello")),
		"an unknown request":     frame.Encode(frame.Control, []byte(`{"type":"dance"}`)),
		"a newer version":        frame.Encode(frame.Control, []byte(`{"type":"hello","protocol":99}`)),
		"data before a delivery": frame.Encode(frame.Data, []byte("data")),
		"a negative size":        frame.Encode(frame.Control, []byte(`{"type":"deliver","id":1,"size":-1}`)),
	} {
		c := p.connect()
		if _, err := c.conn.Write(sent); err != nil {
			t.Fatal(err)
		}
		if answers := c.toTheEnd(); len(answers) != 1 || answers[0].Code != "protocol" || answers[0].Message == "" {
			t.Errorf("%s: %+v", name, answers)
		}
	}
	goesOn(t, p, hello)
}

// pipes are the standard streams of `agent session`.
type pipes struct {
	io.Reader
	io.WriteCloser
}

func startSession(t *testing.T, volume string) (*client, *exec.Cmd) {
	t.Helper()
	session := exec.Command(filepath.Join(volume, "agent"), "session")
	session.Stderr = os.Stderr
	in, err := session.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := session.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Process.Kill() })
	return newClient(t, pipes{out, in}), session
}

func TestTheSessionCommandRelaysAndEndsWithItsInput(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	c, session := startSession(t, p.volume)
	c.send(request{"type": "hello", "protocol": 1})
	c.await("hello")
	c.deliver(1, nil, append(script("new"), bytes.Repeat([]byte("#"), 1<<20)...), nil)
	c.await("delivered")
	_ = c.conn.Close()
	c.toTheEnd()
	if err := session.Wait(); err != nil {
		t.Error(err)
	}
}

func TestTheSessionCommandEndsWithTheContainer(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	c, session := startSession(t, p.volume)
	c.send(request{"type": "hello", "protocol": 1})
	c.await("hello")
	p.signal(syscall.SIGTERM)
	c.toTheEnd()
	if err := session.Wait(); err != nil {
		t.Error(err)
	}
}

func TestTheSessionCommandWaitsForAStartingSupervisor(t *testing.T) {
	volume := newVolume(t)
	c, _ := startSession(t, volume)
	c.send(request{"type": "hello", "protocol": 1})
	startPod(t, volume, child("waits")...)
	c.await("hello")
}

func TestTheSocketOfAPreviousContainerIsReplaced(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	p.hello()
	p.signal(syscall.SIGKILL)
	p.exitCode()
	startPod(t, p.volume, child("waits")...).hello()
}
