//go:build linux

package agent

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTheImagesCommandKeepsItsNameArgumentsAndWorkingDirectory(t *testing.T) {
	volume := newVolume(t)
	directory := t.TempDir()
	command := child("waits", "one", "two words")
	// The agent looks the command up in PATH, as a container runtime does.
	name := filepath.Base(command[0])
	process := exec.Command(filepath.Join(volume, "agent"), append([]string{"run", "--", name}, command[1:]...)...)
	process.Dir = directory
	process.Env = []string{"PATH=/nowhere:" + filepath.Dir(command[0])}
	p := startProcess(t, volume, process)
	p.stdout.await(t, fmt.Sprintf("waiting one two words in %s as %s\n", directory, name))
	_, hello := p.hello()
	if r := hello.Running; r.Source != "image" || r.State != "running" || r.Digest != digestOf(imageBinary(t)) ||
		r.Size != int64(len(imageBinary(t))) || r.PID == 0 || time.Since(r.StartedAt) > patience || r.LastExit != nil {
		t.Errorf("%+v", r)
	}
	if hello.Version != "1.2.3" || hello.GOOS != "linux" || hello.GOARCH == "" {
		t.Errorf("%+v", hello)
	}
}

func TestSignalsAreForwarded(t *testing.T) {
	p := startPod(t, newVolume(t), child("signals")...)
	p.stdout.await(t, "listening")
	for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH, syscall.SIGCONT} {
		p.signal(s)
		p.stdout.await(t, "received "+s.String())
	}
}

func TestStoppingTheContainerStopsTheProcessAndReturnsItsExitCode(t *testing.T) {
	p := startPod(t, newVolume(t), child("signals")...)
	p.stdout.await(t, "listening")
	p.signal(syscall.SIGTERM)
	if code := p.exitCode(); code != 7 {
		t.Errorf("exit code %d, want 7", code)
	}
	if n := strings.Count(p.stdout.all(), "listening"); n != 1 {
		t.Errorf("the process started %d times, want 1", n)
	}
}

func TestAProcessKilledByTheStopSignalReturnsTheExitCodeOfAShell(t *testing.T) {
	for s, code := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGINT: 130} {
		p := startPod(t, newVolume(t), "sleep", "1000")
		p.hello()
		p.signal(s)
		if got := p.exitCode(); got != code {
			t.Errorf("exit code %d, want %d", got, code)
		}
	}
}

func TestStoppingTheContainerDuringBackOffEndsAtOnce(t *testing.T) {
	p := startPod(t, newVolume(t), child("crash", "3")...)
	p.stderr.await(t, "starting it again")
	p.signal(syscall.SIGTERM)
	if code := p.exitCode(); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
}

func TestOrphansAreReaped(t *testing.T) {
	p := startPod(t, newVolume(t), child("orphans")...)
	p.stdout.await(t, "\n")
	orphan, _ := strconv.Atoi(strings.Fields(p.stdout.all())[1])
	status := fmt.Sprintf("/proc/%d/status", orphan)
	if parent := fmt.Sprintf("PPid:\t%d\n", p.process.Process.Pid); !strings.Contains(string(readFile(t, status)), parent) {
		t.Fatalf("it is not the agent's: %s", readFile(t, status))
	}
	if err := syscall.Kill(orphan, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	// A zombie still has its entry in /proc.
	for deadline := time.Now().Add(patience); ; {
		if _, err := os.Stat(status); os.IsNotExist(err) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s", readFile(t, status))
		}
	}
}

func TestOutputIsPassedThroughWholeAndUnchanged(t *testing.T) {
	const size = 4_000_000
	p := startPod(t, newVolume(t), child("chatty", strconv.Itoa(size))...)
	p.stderr.await(t, "starting it again")
	p.signal(syscall.SIGTERM)
	p.exitCode()
	if want := strings.Repeat("\x00o\n\xff", size/4); p.stdout.all() != want {
		t.Errorf("%d bytes of stdout, want %d unchanged bytes", len(p.stdout.all()), size)
	}
	if want := strings.Repeat("\x00e\n\xff", size/4); !strings.HasPrefix(p.stderr.all(), want) {
		t.Errorf("%d bytes of stderr, want %d unchanged bytes", len(p.stderr.all()), size)
	}
}

func TestOutputIsNotBuffered(t *testing.T) {
	// A running process writes a line without a line feed.
	p := startPod(t, newVolume(t), "/bin/sh", "-c", "printf 'no end of line'; exec sleep 1000")
	p.stdout.await(t, "no end of line")
}

func TestAnExitIsReportedAndTheProcessRestartsWithBackOff(t *testing.T) {
	p := startPod(t, newVolume(t), child("crash", "3")...)
	c, hello := p.hello()
	if r := hello.Running; r.State == "backoff" && (r.LastExit == nil || *r.LastExit.Code != 3) {
		t.Errorf("%+v", r)
	}
	last := 250.0
	if hello.Running.State == "backoff" {
		last = 500
	}
	for range 2 {
		e := c.event("exited")
		if e.code != 3 || e.Signal != "" || e.Expected || e.BackoffMs != 2*last || e.PID == 0 {
			t.Errorf("%+v after a back-off of %v", e, last)
		}
		slices.Sort(e.LastLines)
		if !slices.Equal(e.LastLines, []string{"to stderr", "to stdout"}) {
			t.Errorf("%q", e.LastLines)
		}
		last = e.BackoffMs
		if s := c.event("started"); s.Reason != "backoff" || s.Source != "image" || s.PID == e.PID {
			t.Errorf("%+v", s)
		}
	}
}

func TestTheLastLinesStartAtAPanic(t *testing.T) {
	p := startPod(t, newVolume(t), child("panics")...)
	c, _ := p.hello()
	e := c.event("exited")
	if e.code != 2 || e.LastLines[0] != "panic: assignment to entry in nil map" || len(e.LastLines) > 40 {
		t.Errorf("%d %q", e.code, e.LastLines)
	}
}

func TestTheSignalThatKilledAProcessIsReported(t *testing.T) {
	p := startPod(t, newVolume(t), child("killed")...)
	c, _ := p.hello()
	if e := c.event("exited"); e.Signal != "SIGKILL" {
		t.Errorf("%+v", e)
	}
}

func TestARestartStartsANewProcessAndResetsTheBackOff(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	c, hello := p.hello()
	c.send(request{"type": "restart", "id": 5})
	restarted := c.await("restarted")
	if restarted.ID != 5 || restarted.PID == hello.Running.PID || restarted.PID == 0 || restarted.StopMs <= 0 {
		t.Errorf("%+v", restarted)
	}
	if e := c.event("exited"); !e.Expected || e.BackoffMs != 0 || e.Signal != "SIGTERM" || e.PID != hello.Running.PID {
		t.Errorf("%+v", e)
	}
	if s := c.event("started"); s.Reason != "restart" || s.PID != restarted.PID {
		t.Errorf("%+v", s)
	}
}

func TestARestartDuringBackOffIsAtOnceAndResetsIt(t *testing.T) {
	p := startPod(t, newVolume(t), child("crash", "1")...)
	c, _ := p.hello()
	awaitLongBackOff(c)
	c.send(request{"type": "restart", "id": 1})
	c.await("restarted")
	if s := c.event("started"); s.Reason != "restart" {
		t.Errorf("%+v", s)
	}
	if e := c.event("exited"); e.BackoffMs != 500 {
		t.Errorf("%+v", e)
	}
}

func TestAProcessThatIgnoresSigtermIsKilledAfterTheGrace(t *testing.T) {
	p := startPod(t, newVolume(t), child("stubborn")...)
	p.stdout.await(t, "ignoring")
	c, _ := p.hello()
	c.send(request{"type": "restart", "id": 1, "graceMs": 50})
	if r := c.await("restarted"); r.StopMs < 50 {
		t.Errorf("%+v", r)
	}
	if e := c.event("exited"); e.Signal != "SIGKILL" || !e.Expected {
		t.Errorf("%+v", e)
	}
}

func TestTheProcessGroupIsKilledWhenItsProcessEnds(t *testing.T) {
	p := startPod(t, newVolume(t), child("family")...)
	p.stdout.await(t, "ignoring")
	member, _ := strconv.Atoi(strings.Fields(p.stdout.all()[strings.Index(p.stdout.all(), "member"):])[1])
	c, _ := p.hello()
	c.send(request{"type": "restart", "id": 1})
	c.await("restarted")
	for deadline := time.Now().Add(patience); syscall.Kill(member, 0) == nil; {
		if time.Now().After(deadline) {
			t.Fatal("the process did not end")
		}
	}
}

func TestAnImageWithoutABinaryWaitsForADelivery(t *testing.T) {
	p := startPod(t, newVolume(t), "/not/there", "argument")
	c, hello := p.hello()
	if r := hello.Running; r.State != "backoff" || r.Digest != "" || *r.LastExit.Code != 127 ||
		!strings.Contains(r.LastExit.LastLines[0], "/not/there") {
		t.Errorf("%+v", r)
	}
	c.deliver(1, nil, script("delivered"), nil)
	c.await("delivered")
	p.stdout.await(t, "delivered")
	p.signal(syscall.SIGTERM)
	if code := p.exitCode(); code != 143 {
		t.Errorf("exit code %d", code)
	}
}

func TestAProcessRestartsAlthoughAnOrphanKeepsItsOutputOpen(t *testing.T) {
	p := startPod(t, newVolume(t), child("runaway")...)
	c, _ := p.hello()
	exited := c.event("exited")
	left, _ := strconv.Atoi(strings.Fields(p.stdout.all()[strings.Index(p.stdout.all(), "left"):])[1])
	defer func() { _ = syscall.Kill(left, syscall.SIGKILL) }()
	if exited.code != 5 || exited.Expected {
		t.Errorf("%+v", exited)
	}
}
