//go:build linux

package agent

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"nx-kube.dev/agent/internal/frame"
)

func TestADeliveryReplacesTheProcessAndOutlivesTheContainer(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits", "an argument")...)
	p.stdout.await(t, "waiting an argument")
	c, hello := p.hello()
	first := script("first: $0 $*")
	first = bytes.Replace(first, []byte("'"), []byte(`"`), 2)
	c.deliver(1, nil, first, nil)
	delivered := c.await("delivered")
	if delivered.ID != 1 || delivered.Digest != digestOf(first) || delivered.PID == hello.Running.PID ||
		delivered.BytesReceived != int64(len(pack(t, nil, first))) || delivered.StartMs <= 0 || delivered.StopMs <= 0 || delivered.ApplyMs <= 0 {
		t.Errorf("%+v", delivered)
	}
	if e := c.event("exited"); !e.Expected || e.PID != hello.Running.PID {
		t.Errorf("%+v", e)
	}
	if s := c.event("started"); s.Source != "live" || s.Reason != "delivery" || s.PID != delivered.PID || s.Fallback != "" ||
		!s.StartedAt.After(hello.Running.StartedAt) {
		t.Errorf("%+v", s)
	}
	p.stdout.await(t, "first: "+filepath.Join(p.volume, "live")+" child waits an argument")

	// The second delivery is a difference to the first.
	second := append(bytes.Clone(first), "# with a comment\n"...)
	c.deliver(2, first, second, nil)
	if again := c.await("delivered"); again.Digest != digestOf(second) {
		t.Errorf("%+v", again)
	}

	// The container is killed and starts again.
	p.signal(syscall.SIGKILL)
	p.exitCode()
	p = startPod(t, p.volume, child("waits")...)
	c, hello = p.hello()
	if r := hello.Running; r.Source != "live" || r.Digest != digestOf(second) || r.Size != int64(len(second)) {
		t.Errorf("%+v", r)
	}
	// The image's binary can be the base of a difference, too.
	image := imageBinary(t)
	c.deliver(1, image, image, nil)
	c.await("delivered")
	p.stdout.await(t, "as "+child("")[0])
	if info, err := os.Stat(filepath.Join(p.volume, "live")); err != nil || info.Mode().Perm() != 0o755 {
		t.Error(info, err)
	}
	if left := p.leftovers(); left != nil {
		t.Error(left)
	}
}

func TestANewBinaryResetsTheBackOff(t *testing.T) {
	p := startPod(t, newVolume(t), child("crash", "1")...)
	c, _ := p.hello()
	awaitLongBackOff(c)
	c.deliver(1, nil, []byte("#!/bin/sh\nexit 4\n"), nil)
	if d := c.await("delivered"); d.StopMs != 0 {
		t.Errorf("%+v", d)
	}
	if s := c.event("started"); s.Reason != "delivery" {
		t.Errorf("%+v", s)
	}
	if e := c.event("exited"); e.code != 4 || e.BackoffMs != 500 {
		t.Errorf("%+v", e)
	}
}

// awaitLongBackOff waits until the back-off of a crashing process is so long (at least 4 s) that an immediate start is
// certain to come first, even on a busy machine.
func awaitLongBackOff(c *client) {
	c.t.Helper()
	for c.event("exited").BackoffMs < 4000 {
		c.event("started")
	}
}

func TestADeliveryKillsAProcessThatIgnoresSigtermAfterTheGrace(t *testing.T) {
	p := startPod(t, newVolume(t), child("stubborn")...)
	p.stdout.await(t, "ignoring")
	c, _ := p.hello()
	c.deliver(1, nil, script("new"), request{"graceMs": 50})
	if d := c.await("delivered"); d.StopMs < 50 {
		t.Errorf("%+v", d)
	}
	if e := c.event("exited"); e.Signal != "SIGKILL" {
		t.Errorf("%+v", e)
	}
}

func TestALaterRequestDoesNotLengthenTheGrace(t *testing.T) {
	p := startPod(t, newVolume(t), child("stubborn")...)
	p.stdout.await(t, "ignoring")
	c, _ := p.hello()
	c.send(request{"type": "restart", "id": 1, "graceMs": 100})
	c.send(request{"type": "restart", "id": 2, "graceMs": 3_600_000})
	first, second := c.await("restarted"), c.await("restarted")
	if first.PID != second.PID {
		t.Errorf("%+v, %+v", first, second)
	}
}

func TestStoppingTheContainerDuringADeliveryStillStopsIt(t *testing.T) {
	p := startPod(t, newVolume(t), child("stubborn")...)
	p.stdout.await(t, "ignoring")
	c, _ := p.hello()
	c.deliver(1, nil, script("new"), request{"graceMs": 200})
	for {
		if _, hello := p.hello(); hello.Running.State == "stopping" {
			break
		}
	}
	p.signal(syscall.SIGTERM)
	if code := p.exitCode(); code != 137 {
		t.Errorf("exit code %d, want 137", code)
	}
	if strings.Contains(p.stdout.all(), "new") {
		t.Error("the delivered binary started although the container was being stopped")
	}
}

func TestTheLiveBinaryOfAVolumeIsStarted(t *testing.T) {
	volume := newVolume(t)
	writeLive(t, volume, script("live"))
	p := startPod(t, volume, child("waits")...)
	p.stdout.await(t, "live")
	if _, hello := p.hello(); hello.Running.Source != "live" || hello.Running.Digest != digestOf(script("live")) {
		t.Errorf("%+v", hello)
	}
}

func TestTheImagesBinaryRunsIfTheLiveBinaryCannotBeStarted(t *testing.T) {
	for name, live := range map[string][]byte{
		"another platform": foreign(t),
		"plain text":       []byte("text"),
		"truncated":        imageBinary(t)[:1000],
	} {
		t.Run(name, func(t *testing.T) {
			volume := newVolume(t)
			writeLive(t, volume, live)
			p := startPod(t, volume, child("waits")...)
			p.stdout.await(t, "waiting")
			p.stderr.await(t, "the binary in the volume cannot be started")
			_, hello := p.hello()
			if r := hello.Running; r.Source != "image" || !strings.Contains(r.Fallback, "live") || r.Digest != digestOf(imageBinary(t)) {
				t.Errorf("%+v", r)
			}
		})
	}
	t.Run("not executable", func(t *testing.T) {
		volume := newVolume(t)
		writeLive(t, volume, script("live"))
		if err := os.Chmod(filepath.Join(volume, "live"), 0o644); err != nil {
			t.Fatal(err)
		}
		p := startPod(t, volume, child("waits")...)
		p.stdout.await(t, "waiting")
		if _, hello := p.hello(); !strings.Contains(hello.Running.Fallback, "permission denied") {
			t.Errorf("%+v", hello)
		}
	})
}

func TestABinaryThatCannotBeStartedIsRefusedAndTheOldProcessGoesOn(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	c, hello := p.hello()
	for name, refused := range map[string]struct {
		binary []byte
		code   string
		says   string
	}{
		"another Linux platform":   {foreign(t), "wrong-architecture", "the binary is for linux/"},
		"a macOS binary":           {[]byte("\xcf\xfa\xed\xfe and more"), "wrong-architecture", "macOS"},
		"a script without a shell": {[]byte("#!/no/such/shell -e\n"), "not-executable", "/no/such/shell"},
		"plain text":               {[]byte("text"), "not-executable", "neither"},
		"an empty file":            {[]byte{}, "not-executable", "neither"},
	} {
		c.deliver(1, nil, refused.binary, nil)
		if e := c.await("error"); e.ID != 1 || e.Code != refused.code || !strings.Contains(e.Message, refused.says) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	goesOn(t, p, hello)
}

func TestTheImagesBinaryRunsIfADeliveredBinaryPassesTheCheckButCannotBeStarted(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	c, _ := p.hello()
	// The interpreter exists, but is not a program.
	c.deliver(1, nil, []byte("#!/etc/passwd\n"), nil)
	if e := c.await("error"); e.Code != "exec-failed" || !strings.Contains(e.Message, "the image's own") {
		t.Errorf("%+v", e)
	}
	if s := c.event("started"); s.Source != "image" || s.Fallback == "" {
		t.Errorf("%+v", s)
	}
}

func TestAWrongDigestIsRefusedAndTheOldProcessGoesOn(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	c, hello := p.hello()
	for _, digest := range []string{digestOf([]byte("another")), ""} {
		c.send(deliverRequest(1, nil, script("new"), nil))
		c.data(pack(t, nil, script("new")))
		c.send(request{"type": "end", "id": 1, "digest": digest})
		if e := c.await("error"); e.Code != "digest-mismatch" {
			t.Errorf("%+v", e)
		}
	}
	goesOn(t, p, hello)
}

func TestAMissingBaseIsRefusedBeforeTheDataArrives(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	c, hello := p.hello()
	c.send(deliverRequest(1, []byte("another"), script("new"), nil))
	if e := c.await("error"); e.Code != "base-mismatch" {
		t.Errorf("%+v", e)
	}
	// The agent drops data in flight, and the same session can send the whole binary.
	c.data(pack(t, []byte("another"), script("new")))
	c.end(1, script("new"))
	goesOn(t, p, hello)
	c.deliver(2, nil, script("new"), nil)
	c.await("delivered")
}

func TestACorruptPackIsRefused(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	c, hello := p.hello()
	good := pack(t, nil, script("new"))
	for name, bad := range map[string][]byte{
		"random bytes":       bytes.Repeat([]byte{0xff}, 100),
		"one byte too long":  append(bytes.Clone(good), 0),
		"one byte too short": good[:len(good)-1],
		"an empty pack":      nil,
		"a missing base":     pack(t, script("old"), script("new")),
	} {
		c.send(deliverRequest(1, nil, script("new"), nil))
		c.data(bad)
		c.end(1, script("new"))
		if e := c.await("error"); e.Code != "corrupt-stream" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	goesOn(t, p, hello)
}

// stream returns all bytes that a client sends in a session with one delivery.
func stream(t *testing.T, base, binary []byte) []byte {
	var b bytes.Buffer
	c := &client{t: t, conn: struct {
		io.Reader
		io.Writer
		io.Closer
	}{nil, &b, nil}}
	c.send(request{"type": "hello", "protocol": 1})
	// Several small data frames, so that some cuts fall on frame boundaries.
	c.send(deliverRequest(1, base, binary, nil))
	for data := pack(t, base, binary); len(data) > 0; {
		n := min(len(data), 40)
		c.write(frame.Data, data[:n])
		data = data[n:]
	}
	c.end(1, binary)
	return b.Bytes()
}

func TestADeliveryThatIsCutOffAtAnyByteLeavesTheOldProcessRunning(t *testing.T) {
	old, new := script("old"), script("new")
	for name, base := range map[string][]byte{"whole": nil, "difference": old} {
		t.Run(name, func(t *testing.T) {
			volume := newVolume(t)
			writeLive(t, volume, old)
			p := startPod(t, volume, child("waits")...)
			p.stdout.await(t, "old")
			_, before := p.hello()
			all := stream(t, base, new)
			for cut := range all {
				c := p.connect()
				if _, err := c.conn.Write(all[:cut]); err != nil {
					t.Fatal(err)
				}
				if err := c.conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
					t.Fatal(err)
				}
				for _, a := range c.toTheEnd() {
					if a.Type == "delivered" {
						t.Fatalf("cut at byte %d of %d: got %+v, want no delivery", cut, len(all), a)
					}
				}
				if left := p.leftovers(); left != nil {
					t.Fatalf("cut at byte %d: left %v in the volume", cut, left)
				}
			}
			goesOn(t, p, before)
			if !bytes.Equal(readFile(t, filepath.Join(volume, "live")), old) {
				t.Error("the live binary has changed")
			}
			// The uncut stream is a delivery.
			c := p.connect()
			if _, err := c.conn.Write(all); err != nil {
				t.Fatal(err)
			}
			c.await("hello")
			c.await("delivered")
		})
	}
}

func TestACancelledDeliveryLeavesTheOldProcessRunning(t *testing.T) {
	p := startPod(t, newVolume(t), child("waits")...)
	c, hello := p.hello()
	c.send(deliverRequest(1, nil, script("new"), nil))
	c.data(pack(t, nil, script("new"))[:10])
	c.send(request{"type": "cancel", "id": 1})
	if e := c.await("error"); e.Code != "cancelled" || e.ID != 1 {
		t.Errorf("%+v", e)
	}
	goesOn(t, p, hello)
}

func TestAFileSizeLimitIsReportedAndTheOldProcessGoesOn(t *testing.T) {
	volume := newVolume(t)
	p := startProcess(t, volume, exec.Command("/bin/sh", []string{"-c", `ulimit -f 100; exec "$@"`, "sh",
		filepath.Join(volume, "agent"), "run", "--", "sleep", "1000"}...))
	c, hello := p.hello()
	c.deliver(1, nil, append(script("new"), make([]byte, 1<<20)...), nil)
	if e := c.await("error"); e.Code != "volume-full" {
		t.Errorf("%+v", e)
	}
	goesOn(t, p, hello)
}

func TestAFullVolumeIsReportedAndTheOldProcessGoesOn(t *testing.T) {
	volume, err := os.MkdirTemp("", "agent")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(volume) })
	if err := syscall.Mount("tmpfs", volume, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("this test needs root to mount a small file system: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(volume, syscall.MNT_DETACH) })
	install(t, volume)
	p := startPod(t, volume, child("waits")...)
	c, hello := p.hello()
	c.deliver(1, nil, append(script("new"), make([]byte, 64<<20)...), nil)
	if e := c.await("error"); e.Code != "volume-full" || !strings.Contains(e.Message, "no space left") {
		t.Errorf("%+v", e)
	}
	goesOn(t, p, hello)
	c.deliver(2, nil, script("new"), nil)
	c.await("delivered")
}

func TestTheRemainsOfAnInterruptedDeliveryAreRemovedAtTheStart(t *testing.T) {
	volume := newVolume(t)
	p := startPod(t, volume, child("waits")...)
	c, _ := p.hello()
	c.send(deliverRequest(1, nil, make([]byte, 3<<20), nil))
	c.data(pack(t, nil, make([]byte, 3<<20))[:100])
	for p.leftovers() == nil {
	}
	p.signal(syscall.SIGKILL)
	p.exitCode()
	p = startPod(t, volume, child("waits")...)
	p.hello()
	if left := p.leftovers(); left != nil {
		t.Error(left)
	}
}

func TestTheAgentRunsWithoutPrivilegesAndWithoutATemporaryDirectory(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("this test needs root to run the agent as another user")
	}
	volume := newVolume(t)
	// The volume is writable for everyone, as an emptyDir is.
	if err := os.Chmod(volume, 0o777); err != nil {
		t.Fatal(err)
	}
	process := exec.Command(filepath.Join(volume, "agent"), "run", "--", "/bin/sleep", "1000")
	process.Env, process.Dir = []string{"TMPDIR=/not/there"}, "/"
	process.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	p := startProcess(t, volume, process)
	c, hello := p.hello()
	c.deliver(1, nil, script("new"), nil)
	if d := c.await("delivered"); d.PID == hello.Running.PID {
		t.Errorf("%+v", d)
	}
	if info, err := os.Stat(filepath.Join(volume, "agent.sock")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
}

func writeLive(t *testing.T, volume string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(volume, "live"), content, 0o755); err != nil {
		t.Fatal(err)
	}
}

// foreign returns an ELF executable for the other platform that agents exist for.
func foreign(t *testing.T) []byte {
	binaryOf := bytes.Clone(imageBinary(t)[:4096])
	machine := binary.LittleEndian.Uint16(binaryOf[18:])
	binary.LittleEndian.PutUint16(binaryOf[18:], 62+183-machine)
	return binaryOf
}

// goesOn fails the test unless the process that the earlier hello reported still runs and the delivery left nothing
// behind.
func goesOn(t *testing.T, p *pod, before answer) {
	t.Helper()
	_, after := p.hello()
	if after.Running.PID != before.Running.PID || after.Running.State != "running" || after.Running.Digest != before.Running.Digest {
		t.Errorf("before the delivery %+v, after it %+v, want the same process", before.Running, after.Running)
	}
	if left := p.leftovers(); left != nil {
		t.Error(left)
	}
}
