//go:build linux

// Package delve runs a process under Delve, the debugger for Go, and speaks to it by its own API.
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

// Debugger is Delve as the supervised process, which starts the binary that is debugged (the debuggee).
type Debugger struct {
	Volume volume.Volume
	// attached is how many clients are connected that have said something.
	attached atomic.Int64
	// held is set while a new process waits for a client to let it go on.
	held atomic.Bool
}

// callTime is how long Delve may take to answer what it answers at once, unless it is busy.
const callTime = time.Second

// Installed tells whether there is a debugger, and the volume holds it.
func (d *Debugger) Installed() bool { return d != nil && exists(d.Volume.Delve()) }

// Available tells whether the volume holds a binary to debug, too. The image's own binary may have no debug information.
func (d *Debugger) Available() bool { return d.Installed() && exists(d.Volume.Live()) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Command gives the command line that starts Delve, and with it the binary with the arguments of command.
//
// It listens on a socket in the volume, and not on the port: so only what comes through Serve reaches it, and it is known who does.
func (d *Debugger) Command(command []string) (arguments, environment []string) {
	// What is left of a Delve that was killed.
	_ = os.Remove(d.Volume.DelveSocket())
	d.refuseTelemetry()
	arguments = []string{
		"dlv", "exec", "--headless", "--api-version=2", "--accept-multiclient", "--continue",
		"--listen=unix:" + d.Volume.DelveSocket(), d.Volume.Live(), "--",
	}
	// It writes a configuration file, and nothing but the volume can be written to.
	return append(arguments, command[1:]...), []string{"XDG_CONFIG_HOME=" + d.Volume.DelveHome()}
}

// refuseTelemetry keeps Delve from counting what it does, and from starting a process for that, by the file of `go telemetry off`.
func (d *Debugger) refuseTelemetry() {
	directory := filepath.Join(d.Volume.DelveHome(), "go", "telemetry")
	if os.MkdirAll(directory, 0o755) == nil {
		_ = os.WriteFile(filepath.Join(directory, "mode"), []byte("off\n"), 0o644)
	}
}

// Attached tells whether a client is connected.
func (d *Debugger) Attached() bool { return d.attached.Load() > 0 }

// Relaunch has Delve kill the debuggee, whatever that does, and start the binary that lies there now. Breakpoints stay, and so do
// connections of clients. With a client attached it is the client that lets the new process go on: only then is it told where that stops.
// Held says that none has done so yet.
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
			// It left meanwhile.
			d.letGo()
		}
		return d.held.Load(), nil
	}
	// A halt that has not been carried out yet must not halt the new process.
	<-halted
	// Its answer comes when the process stops.
	return false, c.send("Command", request{"name": "continue"})
}

// detached is for a client that has gone. A process that waits for it, or for one like it, would wait for ever.
func (d *Debugger) detached() {
	if d.attached.Add(-1) == 0 {
		d.letGo()
	}
}

// letGo has a process go on that was held for a client.
func (d *Debugger) letGo() {
	if !d.held.Swap(false) || d.Running() {
		return
	}
	c, err := dial(d.Volume.DelveSocket())
	if err != nil {
		return
	}
	defer c.Close()
	// Its answer comes when the process stops.
	_ = c.send("Command", request{"name": "continue"})
}

const (
	// relaunchTime is how long Delve may take to read the debug information of the new binary.
	relaunchTime = 2 * time.Minute
	// goesOnTime is within when a client lets a new process go on that does so by itself.
	goesOnTime = 300 * time.Millisecond
	// haltWait is between two attempts to halt.
	haltWait = 50 * time.Millisecond
)

// haltUntil halts the debuggee until Delve has come to do something else. Delve does one thing at a time, in the order it was asked, so
// what it is to do has to wait in line before the debuggee is halted: a client of the DAP (VS Code) lets a process go on at once where it
// was not itself that halted it.
//
// It returns when no halt is under way any more. One may take until the process stops the next time, where a client has let that go on.
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

// Stop is what a debuggee does.
type Stop struct {
	// Exited says that it has ended, with the exit code.
	Exited bool
	Code   int
	// Panicked says that it is held where it would have died of a panic.
	Panicked bool
}

// heldWait is between two looks at a process that is held.
const heldWait = 250 * time.Millisecond

// Watch tells of the debuggee's panics, and of its end, which is the last it tells. It gives up when done is closed.
func (d *Debugger) Watch(done <-chan struct{}, tell func(Stop)) {
	c := d.connect(done)
	if c == nil {
		return
	}
	defer c.Close()
	go func() {
		<-done
		_ = c.Close()
	}()
	for told := false; ; {
		// Answered when the process is held, or has ended.
		state, err := c.state(true)
		if code, exited := exitStatus(err); exited {
			tell(Stop{Exited: true, Code: code})
			return
		}
		if err != nil {
			return
		}
		panicked := state.panicked()
		if panicked && !told {
			tell(Stop{Panicked: true})
		}
		told = panicked
		select {
		case <-time.After(heldWait):
		case <-done:
			return
		}
	}
}

// connect waits until Delve listens.
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

// Running tells whether the debuggee runs, and is not held.
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
