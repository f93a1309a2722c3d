//go:build linux

// Package delve runs a process under Delve, the Go debugger, and controls Delve through its API.
package delve

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"nx-kube.dev/agent/internal/volume"
)

// Debugger is Delve as the supervised process. Delve starts the debugged binary (the debuggee).
type Debugger struct {
	Volume volume.Volume
	// attached counts the connected clients that have sent at least one byte.
	attached atomic.Int64
	// held is set while a new process waits for a client to continue it.
	held atomic.Bool
}

// callTime is the time-out of calls that Delve answers at once unless it is busy.
const callTime = time.Second

// Installed reports whether the volume holds a debugger.
func (d *Debugger) Installed() bool { return d != nil && exists(d.Volume.Delve()) }

// Available reports whether the volume holds both a debugger and a live binary. The image's own binary may lack debug
// information, so it never runs under the debugger.
func (d *Debugger) Available() bool { return d.Installed() && exists(d.Volume.Live()) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Command returns the command line that starts Delve, which runs the live binary with the arguments of command.
//
// Delve listens on a socket in the volume instead of the port. All its clients therefore come through Serve, which
// counts them.
func (d *Debugger) Command(command []string) (arguments, environment []string) {
	// A killed Delve leaves its socket behind.
	_ = os.Remove(d.Volume.DelveSocket())
	d.refuseTelemetry()
	arguments = []string{
		"dlv", "exec", "--headless", "--api-version=2", "--accept-multiclient", "--continue",
		"--listen=unix:" + d.Volume.DelveSocket(), d.Volume.Live(), "--",
	}
	// Delve writes a configuration file, and only the volume is writable.
	return append(arguments, command[1:]...), []string{"XDG_CONFIG_HOME=" + d.Volume.DelveHome()}
}

// refuseTelemetry writes the file that `go telemetry off` writes. Delve then counts nothing and starts no telemetry
// process.
func (d *Debugger) refuseTelemetry() {
	directory := filepath.Join(d.Volume.DelveHome(), "go", "telemetry")
	if os.MkdirAll(directory, 0o755) == nil {
		_ = os.WriteFile(filepath.Join(directory, "mode"), []byte("off\n"), 0o644)
	}
}

// Attached reports whether a client is connected.
func (d *Debugger) Attached() bool { return d.attached.Load() > 0 }

// Relaunch makes Delve kill the debuggee and start the current live binary. Breakpoints and client connections stay. An
// attached client must continue the new process itself, because only then does it learn where that stops. held reports
// that no client has done so yet.
func (d *Debugger) Relaunch() (held bool, err error) {
	c, err := dial(d.Volume.DelveSocket())
	if err != nil {
		return false, err
	}
	defer c.Close()
	c.within(relaunchTime)
	answered, halted := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(halted)
		d.haltUntil(answered)
	}()
	err = c.call("Restart", request{"Rebuild": false}, nil)
	close(answered)
	if err != nil {
		return false, err
	}
	if d.Attached() {
		time.Sleep(goesOnTime)
		d.held.Store(!d.Running())
		if !d.Attached() {
			// The client left in the meantime.
			d.letGo()
		}
		return d.held.Load(), nil
	}
	// A pending halt must not stop the new process.
	<-halted
	// Delve answers only when the process stops.
	return false, c.send("Command", request{"name": "continue"})
}

// detached counts a client that has left. After the last one it continues a held process, which would otherwise wait
// forever.
func (d *Debugger) detached() {
	if d.attached.Add(-1) == 0 {
		d.letGo()
	}
}

// letGo continues a process that was held for a client.
func (d *Debugger) letGo() {
	if !d.held.Swap(false) || d.Running() {
		return
	}
	c, err := dial(d.Volume.DelveSocket())
	if err != nil {
		return
	}
	defer c.Close()
	// Delve answers only when the process stops.
	_ = c.send("Command", request{"name": "continue"})
}

const (
	// relaunchTime is how long Delve may take to read the debug information of the new binary.
	relaunchTime = 2 * time.Minute
	// goesOnTime is how long to wait for a client that continues new processes by itself.
	goesOnTime = 300 * time.Millisecond
	// haltWait is the pause between two attempts to halt.
	haltWait = 50 * time.Millisecond
)

// haltUntil halts the debuggee until done is closed, which means that Delve has begun the next call. Delve runs one
// call at a time, in order, so that call must be queued before the debuggee is halted. The reason is DAP clients (VS
// Code): they continue at once a process that they did not halt themselves.
//
// It returns when no halt is pending. If a client has continued the process, a halt may take until the next stop.
func (d *Debugger) haltUntil(done <-chan struct{}) {
	var underWay sync.WaitGroup
	defer underWay.Wait()
	for {
		select {
		case <-done:
			return
		case <-time.After(haltWait):
		}
		if !d.Running() {
			continue
		}
		underWay.Go(func() {
			c, err := dial(d.Volume.DelveSocket())
			if err != nil {
				return
			}
			defer c.Close()
			c.within(relaunchTime)
			_ = c.call("Command", request{"name": "halt"}, nil)
		})
	}
}

// Stop says why the debuggee has stopped.
type Stop struct {
	// Exited reports that the debuggee has ended with the exit code Code.
	Exited bool
	Code   int
	// Panicked reports that the debuggee is held at a panic that would have ended it.
	Panicked bool
}

// heldWait is the poll interval for a held process.
const heldWait = 250 * time.Millisecond

// Watch reports the debuggee's panics and finally its exit. It returns after the exit, or when done is closed.
func (d *Debugger) Watch(done <-chan struct{}, report func(Stop)) {
	c := d.connect(done)
	if c == nil {
		return
	}
	defer c.Close()
	go func() {
		<-done
		_ = c.Close()
	}()
	for reported := false; ; {
		// Delve answers when the process is held or has ended.
		state, err := c.state(true)
		if code, exited := exitStatus(err); exited {
			report(Stop{Exited: true, Code: code})
			return
		}
		if err != nil {
			return
		}
		panicked := state.panicked()
		if panicked && !reported {
			report(Stop{Panicked: true})
		}
		reported = panicked
		select {
		case <-time.After(heldWait):
		case <-done:
			return
		}
	}
}

// connect waits until Delve listens. It returns nil when done is closed first.
func (d *Debugger) connect(done <-chan struct{}) *client {
	for {
		if c, err := dial(d.Volume.DelveSocket()); err == nil {
			return c
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-done:
			return nil
		}
	}
}

// Running reports whether the debuggee runs, that is, neither is held nor has ended.
func (d *Debugger) Running() bool {
	c, err := dial(d.Volume.DelveSocket())
	if err != nil {
		return false
	}
	defer c.Close()
	c.within(callTime)
	state, err := c.state(false)
	return err == nil && state.Running
}

func socketAddress(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }
