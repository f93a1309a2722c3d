//go:build linux

package agent

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// debugged returns a pod that runs a delivered binary under the debugger.
func debugged(t *testing.T, say string) (p *pod, c *client, port string) {
	t.Helper()
	p, port = startDebuggedPod(t, child("waits", "argument")...)
	p.stdout.await(t, "waiting argument")
	c, _ = p.hello()
	c.deliver(1, nil, debuggee(say), nil)
	c.await("delivered")
	p.stdout.await(t, say)
	return p, c, port
}

// debuggee returns a binary that prints a line and then waits while its debugger lives. It keeps its process id and
// ends with the debugger, because the test ends agent and debugger with SIGKILL.
func debuggee(say string) []byte {
	return []byte("#!/bin/sh\necho '" + say + "'\nwhile kill -0 $PPID 2>/dev/null; do sleep 0.05; done\n")
}

func TestADeliveredBinaryRunsUnderTheDebugger(t *testing.T) {
	p, _, _ := debugged(t, "this is one")
	if !strings.Contains(p.stdout.all(), "dlv exec --headless --api-version=2 --accept-multiclient --continue with true") {
		t.Error(p.stdout.all())
	}
	if mode := readFile(t, filepath.Join(p.volume, "config", "go", "telemetry", "mode")); string(mode) != "off\n" {
		t.Errorf("telemetry mode %q, want off", mode)
	}
}

func TestTheHelloReportsThatOnlyDeliveredBinariesAreDebugged(t *testing.T) {
	p, _ := startDebuggedPod(t, child("waits")...)
	c, hello := p.hello()
	if !hello.Debugs || hello.Running.Source != "image" || hello.Running.Digest != digestOf(imageBinary(t)) {
		t.Errorf("%+v", hello)
	}
	// The delivery has the same bytes as the image's binary, so only its place tells the two apart.
	c.deliver(1, imageBinary(t), imageBinary(t), nil)
	c.await("delivered")
	p.stdout.await(t, "dlv exec")
	if _, hello := p.hello(); !hello.Debugs || hello.Running.Source != "live" {
		t.Errorf("%+v", hello)
	}
	if _, hello := startPod(t, newVolume(t), child("waits")...).hello(); hello.Debugs {
		t.Errorf("%+v", hello)
	}
	// An agent without a debugger runs the delivered binary directly.
	volume := newVolume(t)
	bare := startProcess(t, volume, exec.Command(filepath.Join(volume, "agent"), append([]string{"run", "--debug=1", "--"}, child("waits")...)...))
	if _, hello := bare.hello(); hello.Debugs {
		t.Errorf("%+v", hello)
	}
}

func TestADeliveryIsStartedByTheSameDebugger(t *testing.T) {
	p, c, _ := debugged(t, "this is one")
	first := c.event("started")
	c.deliver(2, nil, debuggee("this is two"), nil)
	delivered := c.await("delivered")
	p.stdout.await(t, "this is two")
	second := c.event("started")
	if second.PID == first.PID || second.PID != delivered.PID || second.Reason != "delivery" || second.Held {
		t.Errorf("first process %+v, second process %+v, delivery %+v", first, second, delivered)
	}
	if strings.Count(p.stdout.all(), "dlv exec") != 1 || strings.Count(p.stdout.all(), "dlv restarted it") != 1 {
		t.Error(p.stdout.all())
	}
}

func TestANewProcessIsHeldForAnAttachedDebugger(t *testing.T) {
	p, c, port := debugged(t, "this is one")
	ask, _ := attach(t, port)
	deliverHeld(c, "this is two")
	// The client's connection has stayed open.
	ask("RPCServer.Command", "continue")
	p.stdout.await(t, "this is two")
}

func TestAHeldProcessGoesOnWhenTheDebuggerDetaches(t *testing.T) {
	p, c, port := debugged(t, "this is one")
	_, leave := attach(t, port)
	deliverHeld(c, "this is two")
	leave()
	p.stdout.await(t, "this is two")
}

func TestAPortCheckDoesNotCountAsAnAttachedDebugger(t *testing.T) {
	p, c, port := debugged(t, "this is one")
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c.deliver(2, nil, debuggee("this is two"), nil)
	c.await("delivered")
	p.stdout.await(t, "this is two")
}

func TestADebuggedProcessThatEndsRestartsUnderTheSameDebugger(t *testing.T) {
	p, c, _ := debugged(t, "this is one")
	c.deliver(2, nil, []byte("#!/bin/sh\necho ending\nexit 3\n"), nil)
	c.await("delivered")
	exited := c.event("exited")
	for exited.Expected {
		exited = c.event("exited")
	}
	if exited.code != 3 || exited.BackoffMs == 0 {
		t.Errorf("%+v", exited)
	}
	for c.event("started").Reason != "backoff" {
		continue
	}
	if strings.Count(p.stdout.all(), "dlv exec") != 1 {
		t.Error(p.stdout.all())
	}
}

func TestADebuggerThatDiesLeavesNoProcessBehind(t *testing.T) {
	p, c, _ := debugged(t, "this is one")
	c.deliver(2, nil, debuggee("this is two"), nil)
	process := int(c.await("delivered").PID)
	delve := parentOf(t, process)
	_ = syscall.Kill(delve, syscall.SIGKILL)
	for c.event("exited").Signal != "SIGKILL" {
		continue
	}
	c.event("started")
	for deadline := time.Now().Add(patience); syscall.Kill(process, 0) == nil; {
		if time.Now().After(deadline) {
			t.Fatal("the process did not end")
		}
	}
	p.stdout.await(t, "this is two")
}

func TestADebuggerThatDiesDuringARelaunchIsReplacedAndAllRequestsAreAnswered(t *testing.T) {
	p, c, port := debugged(t, "this is one")
	// While a client is attached, the agent waits a moment before it decides whether the client continues the process.
	attach(t, port)
	c.deliver(2, nil, debuggee("this is two"), nil)
	p.stdout.await(t, "dlv restarted it")
	c.deliver(3, nil, debuggee("this is three"), nil)
	for deadline := time.Now().Add(patience); !bytes.Equal(readFile(t, filepath.Join(p.volume, "live")), debuggee("this is three")); {
		if time.Now().After(deadline) {
			t.Fatal("the delivery was not installed")
		}
	}
	_ = syscall.Kill(childOf(t, p.process.Process.Pid), syscall.SIGKILL)
	if first, second := c.await("delivered"), c.await("delivered"); first.PID != second.PID {
		t.Errorf("%+v, %+v", first, second)
	}
	p.stdout.await(t, "this is three")
	// The relaunch of the dead debugger must not affect later deliveries.
	c.deliver(4, nil, debuggee("this is four"), nil)
	c.await("delivered")
	p.stdout.await(t, "this is four")
}

func TestADebuggedProcessReceivesTheStopSignalOfTheContainer(t *testing.T) {
	p, c, _ := debugged(t, "this is one")
	c.deliver(2, nil, []byte("#!/bin/sh\ntrap 'echo terminated; exit 0' TERM\necho ready\nwhile kill -0 $PPID 2>/dev/null; do sleep 0.05; done\n"), nil)
	c.await("delivered")
	p.stdout.await(t, "ready")
	p.signal(syscall.SIGTERM)
	p.stdout.await(t, "terminated")
	p.exitCode()
}

func TestAnInvalidDebugPortIsRefused(t *testing.T) {
	for _, port := range []string{"", "x", "0", "65536", "-1"} {
		if code, err := Main("1.2.3", []string{"run", "--debug=" + port, "--", "true"}); code != 2 || err == nil {
			t.Error(port, code, err)
		}
	}
}

func TestInstallAlsoCopiesTheDebugger(t *testing.T) {
	image, volume := newVolume(t), t.TempDir()
	if err := os.WriteFile(filepath.Join(image, "dlv"), []byte("a debugger"), 0o755); err != nil {
		t.Fatal(err)
	}
	process := startProcess(t, image, exec.Command(filepath.Join(image, "agent"), "install", volume))
	if code := process.exitCode(); code != 0 {
		t.Fatal(code)
	}
	if got := string(readFile(t, filepath.Join(volume, "dlv"))); got != "a debugger" {
		t.Error(got)
	}
}

func parentOf(t *testing.T, pid int) (parent int) {
	t.Helper()
	stat := string(readFile(t, filepath.Join("/proc", strconv.Itoa(pid), "stat")))
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	parent, _ = strconv.Atoi(fields[1])
	return parent
}

// deliverHeld delivers a binary that prints the text, and returns when the new process waits for an attached debugger.
func deliverHeld(c *client, text string) {
	c.deliver(2, nil, debuggee(text), nil)
	c.await("delivered")
	for !c.event("started").Held {
		continue
	}
}

// attach connects a debugger client that has sent a request. It returns ask, which sends further requests, and leave,
// which disconnects.
func attach(t *testing.T, port string) (ask func(method, command string), leave func()) {
	t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	ask = func(method, command string) {
		t.Helper()
		_ = json.NewEncoder(conn).Encode(map[string]any{"method": method, "id": 1, "params": []any{map[string]any{"name": command, "NonBlocking": true}}})
		if err := json.NewDecoder(conn).Decode(&struct{}{}); err != nil {
			t.Fatal(err)
		}
	}
	ask("RPCServer.State", "")
	return ask, func() { _ = conn.Close() }
}

// childOf returns the only child process of an agent.
func childOf(t *testing.T, agent int) (child int) {
	t.Helper()
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", agent))
	for _, task := range tasks {
		for _, pid := range strings.Fields(string(readFile(t, task))) {
			child, _ = strconv.Atoi(pid)
		}
	}
	return child
}
