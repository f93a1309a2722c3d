//go:build linux

package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"nx-kube.dev/agent/internal/digest"
	"nx-kube.dev/agent/internal/frame"
	"nx-kube.dev/agent/internal/patch"
	"nx-kube.dev/agent/internal/supervisor"
)

// patience is the time-out of every wait. A test fails when it expires; otherwise no test waits that long.
const patience = 30 * time.Second

// waitVariable sets how long a new pod waits.
const waitVariable = "TEST_AGENT_WAIT"

// TestMain runs the test binary as an agent, as Delve or as a child, depending on its name and arguments. The tests
// therefore supervise real processes, with the race detector in all of them.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "agent" {
		if wait, err := time.ParseDuration(os.Getenv(waitVariable)); err == nil {
			waits = supervisor.Waits{Client: wait, Delivery: wait}
		}
		code, err := Main("1.2.3", os.Args[1:])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(code)
	}
	if filepath.Base(os.Args[0]) == "dlv" {
		fakeDelve(os.Args[1:])
		return
	}
	if len(os.Args) > 2 && os.Args[1] == "child" {
		children[os.Args[2]](os.Args[3:])
		return
	}
	os.Exit(m.Run())
}

// child returns the command line of one of the children.
func child(name string, arguments ...string) []string {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return append([]string{self, "child", name}, arguments...)
}

// pod is an agent process and its volume.
type pod struct {
	t              *testing.T
	volume         string
	process        *exec.Cmd
	stdout, stderr *transcript
	ended          chan struct{}
}

// newVolume returns a volume that holds an agent. Its path is short, because it holds a unix socket.
func newVolume(t *testing.T) string {
	t.Helper()
	volume, err := os.MkdirTemp("", "agent")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(volume) })
	install(t, volume)
	return volume
}

func install(t *testing.T, volume string) {
	t.Helper()
	installAs(t, filepath.Join(volume, "agent"))
}

// installAs puts this program at path. The name there decides what it runs as (see TestMain).
func installAs(t *testing.T, path string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if os.Link(self, path) == nil {
		return
	}
	content, err := os.ReadFile(self)
	if err == nil {
		err = os.WriteFile(path, content, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// startPod runs a command under the agent of a volume, until the test ends.
func startPod(t *testing.T, volume string, command ...string) *pod {
	t.Helper()
	return startProcess(t, volume, exec.Command(filepath.Join(volume, "agent"), append([]string{"run", "--"}, command...)...))
}

// startDebuggedPod is startPod with a debugger on a free port.
func startDebuggedPod(t *testing.T, command ...string) (p *pod, port string) {
	t.Helper()
	volume := newVolume(t)
	installAs(t, filepath.Join(volume, "dlv"))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	_ = listener.Close()
	return startProcess(t, volume, exec.Command(filepath.Join(volume, "agent"), append([]string{"run", "--debug=" + port, "--"}, command...)...)), port
}

func startProcess(t *testing.T, volume string, process *exec.Cmd) *pod {
	t.Helper()
	p := &pod{t: t, volume: volume, process: process, stdout: newTranscript(), stderr: newTranscript(), ended: make(chan struct{})}
	process.Stdout, process.Stderr = p.stdout, p.stderr
	// Processes that outlive a killed agent may keep its outputs open.
	process.WaitDelay = time.Second
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = process.Wait()
		p.stdout.end()
		p.stderr.end()
	}()
	t.Cleanup(func() {
		_ = process.Process.Kill()
		<-p.ended
		if strings.Contains(p.stderr.all(), "DATA RACE") {
			t.Error(p.stderr.all())
		}
		if t.Failed() {
			t.Logf("the agent wrote:\n%s%s", p.stdout.all(), p.stderr.all())
		}
	})
	return p
}

func (p *pod) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.process.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// exitCode waits for the end of the agent and returns its exit code.
func (p *pod) exitCode() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatal("the agent did not end")
	}
	return p.process.ProcessState.ExitCode()
}

// leftovers returns the unexpected files in the volume.
func (p *pod) leftovers() (names []string) {
	entries, err := os.ReadDir(p.volume)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, entry := range entries {
		if name := entry.Name(); name != "agent" && name != "agent.sock" && name != "live" {
			names = append(names, name)
		}
	}
	return names
}

// transcript collects the output of a process.
type transcript struct {
	mu      sync.Mutex
	changed *sync.Cond
	written bytes.Buffer
	ended   bool
}

func newTranscript() *transcript {
	t := &transcript{}
	t.changed = sync.NewCond(&t.mu)
	return t
}

func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changed.Broadcast()
	return t.written.Write(b)
}

func (t *transcript) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	t.changed.Broadcast()
}

func (t *transcript) all() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.written.String()
}

// await waits until the output contains the text.
func (t *transcript) await(tb testing.TB, text string) {
	tb.Helper()
	late := time.AfterFunc(patience, t.end)
	defer late.Stop()
	t.mu.Lock()
	defer t.mu.Unlock()
	for !strings.Contains(t.written.String(), text) {
		if t.ended {
			tb.Fatalf("the output does not contain %q:\n%s", text, t.written.String())
		}
		t.changed.Wait()
	}
}

// client is the client's side of a session.
type client struct {
	t      *testing.T
	conn   io.ReadWriteCloser
	frames *frame.Reader
	// events arrived while the test waited for something else.
	events []answer
}

// answer holds the fields of all messages of the agent.
type answer struct {
	Type, Event, Code, Signal, Message, Digest, Source, Version, GOOS, GOARCH, Reason, Fallback string

	ID, PID, BytesReceived                          int64
	ApplyMs, StopMs, StartMs, TransferMs, BackoffMs float64
	Ms                                              float64
	Expected, Held, Debugs                          bool
	StartedAt                                       time.Time
	LastLines                                       []string
	Running                                         struct {
		Digest, Source, State, Fallback string
		PID, Size                       int64
		StartedAt                       time.Time
		ReadyMs                         *float64
		LastExit                        *struct {
			Code      *int
			Signal    string
			LastLines []string
		}
	}
	// code is the exit code of an event; Code is the code of a failure.
	code int
}

func (a *answer) UnmarshalJSON(b []byte) error {
	type plain answer
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	if code, there := fields["code"]; there && code[0] != '"' {
		_ = json.Unmarshal(code, &a.code)
		delete(fields, "code")
	}
	rest, _ := json.Marshal(fields)
	return json.Unmarshal(rest, (*plain)(a))
}

type request map[string]any

// connect opens a session through the socket, without the process of `agent session`.
func (p *pod) connect() *client {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		conn, err := net.Dial("unix", filepath.Join(p.volume, "agent.sock"))
		if err == nil {
			_ = conn.SetDeadline(deadline.Add(patience))
			return newClient(p.t, conn)
		}
		if time.Now().After(deadline) {
			p.t.Fatal(err)
		}
	}
}

func newClient(t *testing.T, conn io.ReadWriteCloser) *client {
	t.Cleanup(func() { _ = conn.Close() })
	return &client{t: t, conn: conn, frames: frame.NewReader(conn)}
}

// hello opens a session and exchanges hellos.
func (p *pod) hello() (*client, answer) {
	p.t.Helper()
	c := p.connect()
	c.send(request{"type": "hello", "protocol": 1})
	return c, c.await("hello")
}

func (c *client) send(r request) {
	c.t.Helper()
	payload, _ := json.Marshal(r)
	c.write(frame.Control, payload)
}

func (c *client) write(kind frame.Type, payload []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(frame.Encode(kind, payload)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) next() (answer, error) {
	_, payload, err := c.frames.Next()
	if err != nil {
		return answer{}, err
	}
	var a answer
	return a, json.Unmarshal(payload, &a)
}

// await returns the next answer of a type. Any other answer fails the test.
func (c *client) await(kind string) answer {
	c.t.Helper()
	for {
		a, err := c.next()
		if err != nil {
			c.t.Fatalf("got no answer %s: %v", kind, err)
		}
		switch {
		case a.Type == "event":
			c.events = append(c.events, a)
		case a.Type == kind:
			return a
		default:
			c.t.Fatalf("got %s (%s: %s), want %s", a.Type, a.Code, a.Message, kind)
		}
	}
}

// event returns the next event of a name and drops the events before it.
func (c *client) event(name string) answer {
	c.t.Helper()
	for {
		for i, e := range c.events {
			if e.Event == name {
				c.events = c.events[i+1:]
				return e
			}
		}
		c.events = nil
		a, err := c.next()
		if err != nil {
			c.t.Fatalf("got no event %s: %v", name, err)
		}
		if a.Type == "event" {
			c.events = append(c.events, a)
		}
	}
}

// toTheEnd returns all answers until the agent closes the session.
func (c *client) toTheEnd() (answers []answer) {
	c.t.Helper()
	for {
		a, err := c.next()
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
			return answers
		}
		if err != nil {
			c.t.Fatal(err)
		}
		answers = append(answers, a)
	}
}

// deliver sends a binary: as a difference to base, or whole if base is nil.
func (c *client) deliver(id int, base, binary []byte, more request) {
	c.t.Helper()
	c.send(deliverRequest(id, base, binary, more))
	c.data(pack(c.t, base, binary))
	c.end(id, binary)
}

// end reports that the client has sent everything.
func (c *client) end(id int, binary []byte) {
	c.t.Helper()
	c.send(request{"type": "end", "id": id, "digest": digestOf(binary)})
}

func (c *client) data(pack []byte) {
	c.t.Helper()
	for len(pack) > 0 {
		n := min(len(pack), frame.MaxPayload)
		c.write(frame.Data, pack[:n])
		pack = pack[n:]
	}
}

func deliverRequest(id int, base, binary []byte, more request) request {
	r := request{"type": "deliver", "id": id, "size": len(binary)}
	if base != nil {
		r["baseDigest"] = digestOf(base)
	}
	for name, value := range more {
		r[name] = value
	}
	return r
}

func pack(t testing.TB, base, binary []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (patch.Packer{Old: base, New: binary}).Pack(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func digestOf(b []byte) string {
	h := digest.New()
	h.Write(b)
	return digest.Of(h)
}

// script returns a small binary that prints a text and then waits until it is stopped.
func script(say string) []byte {
	return []byte("#!/bin/sh\necho '" + say + "'\nexec sleep 1000\n")
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// imageBinary returns the content of the program that startPod runs.
func imageBinary(t *testing.T) []byte {
	t.Helper()
	return readFile(t, child("")[0])
}
