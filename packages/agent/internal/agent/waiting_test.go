//go:build linux

package agent

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// newPod starts a pod as its init container leaves it: with the agent installed and nothing run yet. Each wait of the
// agent takes this long.
func newPod(t *testing.T, wait time.Duration, command ...string) *pod {
	t.Helper()
	volume := newVolume(t)
	if out, err := exec.Command(filepath.Join(volume, "agent"), "install", volume).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return startNewPod(t, volume, wait, command...)
}

func startNewPod(t *testing.T, volume string, wait time.Duration, command ...string) *pod {
	t.Helper()
	process := exec.Command(filepath.Join(volume, "agent"), append([]string{"run", "--"}, command...)...)
	process.Env = append(os.Environ(), waitVariable+"="+wait.String())
	return startProcess(t, volume, process)
}

func TestANewPodWaitsForTheDeliveredBinary(t *testing.T) {
	p := newPod(t, time.Hour, child("waits")...)
	c, hello := p.hello()
	if r := hello.Running; r.State != "waiting" || r.PID != 0 || r.Source != "image" || r.Digest != digestOf(imageBinary(t)) {
		t.Errorf("%+v", r)
	}
	c.deliver(1, imageBinary(t), script("this is live"), nil)
	if d := c.await("delivered"); d.StopMs != 0 {
		t.Errorf("%+v", d)
	}
	if s := c.event("started"); s.Source != "live" || s.Reason != "delivery" || s.Fallback != "" {
		t.Errorf("%+v", s)
	}
	p.stdout.await(t, "this is live")
	if strings.Contains(p.stdout.all(), "waiting") {
		t.Error("the image's own binary ran first")
	}
	if left := p.leftovers(); left != nil {
		t.Error(left)
	}
	// The next run of the container has the delivered binary, and does not wait.
	p.signal(syscall.SIGKILL)
	p.exitCode()
	startNewPod(t, p.volume, time.Hour, child("waits")...).stdout.await(t, "this is live")
}

func TestANewPodRunsItsOwnBinaryOnRequest(t *testing.T) {
	p := newPod(t, time.Hour, child("waits")...)
	c, _ := p.hello()
	c.send(request{"type": "restart", "id": 1})
	c.await("restarted")
	if s := c.event("started"); s.Source != "image" || s.Fallback != "" {
		t.Errorf("%+v", s)
	}
	p.stdout.await(t, "waiting")
}

func TestANewPodWithoutALoopRunsItsOwnBinaryInTheEnd(t *testing.T) {
	p := newPod(t, time.Millisecond, child("waits")...)
	p.stdout.await(t, "waiting")
	if _, hello := p.hello(); hello.Running.State != "running" || hello.Running.Fallback != "no binary was delivered within 1ms" {
		t.Errorf("%+v", hello.Running)
	}
}

func TestAContainerThatIsKilledWhileItWaitsDoesNotWaitAgain(t *testing.T) {
	p := newPod(t, time.Hour, child("waits")...)
	p.hello()
	p.signal(syscall.SIGKILL)
	p.exitCode()
	p = startNewPod(t, p.volume, time.Hour, child("waits")...)
	p.stdout.await(t, "waiting")
	if _, hello := p.hello(); hello.Running.Fallback != "the container ended while it waited for a binary" {
		t.Errorf("%+v", hello.Running)
	}
	if left := p.leftovers(); left != nil {
		t.Error(left)
	}
}

func TestAContainerThatIsStoppedWhileItWaitsEndsAtOnce(t *testing.T) {
	p := newPod(t, time.Hour, child("waits")...)
	p.hello()
	p.signal(syscall.SIGTERM)
	if code := p.exitCode(); code != 0 {
		t.Error(code)
	}
}
