//go:build linux

// Package supervisor keeps one process running: the live binary, which was delivered last, or the image's own.
package supervisor

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"nx-kube.dev/agent/internal/delve"
	"nx-kube.dev/agent/internal/events"
	"nx-kube.dev/agent/internal/message"
	"nx-kube.dev/agent/internal/process"
	"nx-kube.dev/agent/internal/volume"
)

// Supervisor runs a process and restarts it when it ends or on request. Only the goroutine of Run uses its state. Other
// goroutines send requests and read snapshots.
type Supervisor struct {
	// Command is the image's own command. The live binary runs with the same name and arguments.
	Command []string
	Volume  volume.Volume
	Reaper  *process.Reaper
	Events  *events.Hub
	// Debugger runs delivered binaries. Default: nil, which runs them directly.
	Debugger *delve.Debugger
	// Waits bounds how long a new pod waits for a binary. Default: no wait.
	Waits Waits

	requests chan *request
	debug    debugging
	snapshot atomic.Pointer[Snapshot]

	// child is the last process. running reports that it has not ended.
	child   *child
	running bool
	endedAt time.Time
	// pending are the requests that the next start fulfils. If there are any while the child runs, the child is being
	// stopped.
	pending []*request
	// restart and kill fire at the end of the back-off and of the grace period. They are nil while there is none.
	restart, kill <-chan time.Time
	// killAt is the time at which kill fires.
	killAt  time.Time
	backoff backoff
	// waited fires when a new pod has waited for long enough. It is nil while there is no wait. met receives the first
	// contact of a client.
	waited <-chan time.Time
	met    chan struct{}
	// unattended says why the image's own binary is started without a client that asked for it.
	unattended string
	// ending reports that the container is being stopped. The supervisor then ends with the child.
	ending bool
	// notStarted is the exit code if no binary could be started.
	notStarted int
	lastExit   *message.LastExit
	fallback   string
}

// Snapshot is the state of a supervisor at one time.
type Snapshot struct {
	PID       int
	Source    message.Source
	State     message.State
	StartedAt time.Time
	LastExit  *message.LastExit
	Fallback  string
}

// request asks for a new process.
type request struct {
	reason message.Reason
	// install moves the new binary into place. It is nil for a restart.
	install func() error
	grace   time.Duration
	reply   chan reply
	// accepted is the time at which Run accepted the request.
	accepted time.Time
}

type reply struct {
	Result
	err error
}

// Result describes the requested process.
type Result struct {
	PID         int
	Stop, Start time.Duration
}

// New returns a supervisor that has not started a process yet.
func New(command []string, v volume.Volume, reaper *process.Reaper, hub *events.Hub) *Supervisor {
	return &Supervisor{Command: command, Volume: v, Reaper: reaper, Events: hub, requests: make(chan *request),
		met: make(chan struct{}, 1), debug: newDebugging()}
}

// Replace installs a binary and runs it instead of the current process. grace is the time between SIGTERM and SIGKILL
// for that process. install is called while no process is being started. On a *message.Failure of code exec-failed the
// binary has been installed.
func (s *Supervisor) Replace(install func() error, grace time.Duration) (Result, error) {
	return s.ask(&request{reason: message.ForDelivery, install: install, grace: grace})
}

// Restart starts a new process of the same binary. grace is the time between SIGTERM and SIGKILL for the old one.
func (s *Supervisor) Restart(grace time.Duration) (Result, error) {
	return s.ask(&request{reason: message.ForRestart, grace: grace})
}

func (s *Supervisor) ask(r *request) (Result, error) {
	r.reply = make(chan reply, 1)
	s.requests <- r
	answer := <-r.reply
	return answer.Result, answer.err
}

// Snapshot returns the current state.
func (s *Supervisor) Snapshot() Snapshot { return *s.snapshot.Load() }

// Run keeps the process running until the container is stopped by a signal and the process has ended. It calls started
// after the first start. It returns the exit code that the process would have given the container.
func (s *Supervisor) Run(signals <-chan syscall.Signal, started func()) (exitCode int) {
	// The kernel kills processes when the thread that started them ends.
	runtime.LockOSThread()
	if s.Waits.Client > 0 && s.Volume.IsNew() {
		s.await()
	} else {
		s.start(message.AtStart)
	}
	started()
	met := s.met
	for {
		var ended <-chan struct{}
		if s.running {
			ended = s.child.drained
		}
		select {
		case received := <-signals:
			s.signal(received)
		case <-ended:
			s.ended()
		case r := <-s.requests:
			s.accept(r)
		case <-s.restart:
			s.startAgain()
		case <-met:
			met = nil
			if s.waited != nil {
				s.waited = time.After(s.Waits.Delivery)
				s.unattended = unattended(s.Waits.Delivery)
			}
		case <-s.waited:
			logf("%s; starting the image's own binary", s.unattended)
			s.start(message.AtStart)
		case stop := <-s.debug.stops:
			s.stopped(stop)
		case done := <-s.debug.relaunched:
			s.relaunched(done)
		case <-s.kill:
			s.kill = nil
			s.child.Signal(syscall.SIGKILL)
		}
		if s.ending && !s.running {
			for _, r := range s.pending {
				r.reply <- reply{err: errStopping}
			}
			return s.exitCode()
		}
	}
}

var errStopping = message.Fail(message.Stopping, "the container is being stopped")

func (s *Supervisor) exitCode() int {
	if s.child == nil {
		return s.notStarted
	}
	return exitCode(s.child.Status())
}

func (s *Supervisor) signal(received syscall.Signal) {
	if process.EndsContainer(received) {
		s.ending = true
	}
	switch {
	case s.running && s.child.debugged:
		s.signalDebuggee(received)
	case s.running:
		s.child.Signal(received)
	}
}

func (s *Supervisor) accept(r *request) {
	if s.ending {
		r.reply <- reply{err: errStopping}
		return
	}
	stopping := len(s.pending) > 0
	if r.install != nil {
		if err := r.install(); err != nil {
			r.reply <- reply{err: err}
			return
		}
		s.supersede()
	}
	s.backoff.reset()
	r.accepted = time.Now()
	s.pending = append(s.pending, r)
	if !s.running {
		s.start(r.reason)
		return
	}
	if s.child.debugged {
		s.relaunch()
		return
	}
	if !stopping {
		s.child.Signal(syscall.SIGTERM)
		s.publish(message.StoppingState)
	}
	// A later request may shorten the grace period of an earlier one, but not lengthen it.
	if killAt := r.accepted.Add(r.grace); !stopping || killAt.Before(s.killAt) {
		s.killAt, s.kill = killAt, time.After(r.grace)
	}
}

// supersede answers the deliveries whose binary was replaced before it was started.
func (s *Supervisor) supersede() {
	var left []*request
	for _, r := range s.pending {
		if r.install == nil {
			left = append(left, r)
		} else {
			r.reply <- reply{err: message.Fail(message.Superseded, "a newer delivery replaced it before it was started")}
		}
	}
	s.pending = left
}

func (s *Supervisor) ended() {
	s.running, s.kill, s.endedAt = false, nil, time.Now()
	if s.child.debugged {
		delve.KillLeft()
		s.takeBack()
	}
	exit := s.child.exit()
	event := message.Exited{EventHead: message.Head("exited"), PID: s.pid(), Exit: exit, Expected: true}
	s.lastExit = &message.LastExit{Exit: exit, At: s.endedAt.UTC()}
	if !s.ending && len(s.pending) == 0 {
		event.Expected = false
		event.BackoffMs = s.wait(s.endedAt.Sub(s.child.started), exit)
	}
	s.Events.Publish(event)
	if !s.ending && len(s.pending) > 0 {
		s.start(s.pending[len(s.pending)-1].reason)
	}
}

// wait starts the back-off after a process that ran for the given time. It returns the back-off (ms).
func (s *Supervisor) wait(ran time.Duration, exit message.Exit) *float64 {
	delay := s.backoff.after(ran)
	s.restart = time.After(delay)
	s.publish(message.BackoffState)
	how := exit.Signal
	if exit.Code != nil {
		how = fmt.Sprintf("exit code %d", *exit.Code)
	}
	logf("the process ended (%s); starting it again in %v", how, delay)
	ms := message.Ms(delay)
	return &ms
}

// start starts the live binary, or the image's own if there is none or it cannot be started. It answers the pending
// requests.
func (s *Supervisor) start(reason message.Reason) {
	begun := time.Now()
	s.restart, s.fallback = nil, ""
	waits := s.waited != nil
	s.waited = nil
	hasWaited := s.Volume.Begin()
	started, err := s.startLive()
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) || s.delivered() {
			s.fallback = err.Error()
			logf("the binary in the volume cannot be started: %v; starting the image's own binary", err)
		} else if len(s.pending) == 0 && waits {
			s.fallback = s.unattended
		} else if len(s.pending) == 0 && hasWaited {
			s.fallback = interrupted
		}
		var path string
		if path, err = exec.LookPath(s.Command[0]); err == nil {
			started, err = startChild(s.Reaper, process.Command{Path: path, Args: s.Command}, message.Image)
		}
	}
	if err != nil {
		s.failed(err)
	} else {
		s.child, s.running = started, true
		s.publish(message.RunningState)
		s.Events.Publish(message.Started{EventHead: message.Head("started"), PID: started.Pid, Source: started.source,
			Reason: reason, Fallback: s.fallback, StartedAt: started.started.UTC()})
	}
	for _, r := range s.pending {
		answer := reply{Result: Result{Start: time.Since(begun)}}
		if s.endedAt.After(r.accepted) {
			answer.Stop = s.endedAt.Sub(r.accepted)
		}
		switch {
		case err != nil:
			answer.err = message.Fail(message.ExecFailed, err.Error())
		case r.install != nil && s.fallback != "":
			answer.err = message.Fail(message.ExecFailed, s.fallback+"; the image's own binary was started instead")
		default:
			answer.PID = started.Pid
		}
		r.reply <- answer
	}
	s.pending = nil
}

// delivered reports whether a pending request has installed a binary.
func (s *Supervisor) delivered() bool {
	return slices.ContainsFunc(s.pending, func(r *request) bool { return r.install != nil })
}

// failed handles that no binary can be started. It acts like a process that ends at once, with a shell's exit code.
func (s *Supervisor) failed(err error) {
	code := 126
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
		code = 127
	}
	exit := message.Exit{Code: &code, LastLines: []string{err.Error()}}
	logf("%v", err)
	s.child, s.notStarted = nil, code
	s.lastExit = &message.LastExit{Exit: exit, At: time.Now().UTC()}
	event := message.Exited{EventHead: message.Head("exited"), Exit: exit, BackoffMs: s.wait(0, exit)}
	s.Events.Publish(event)
}

// publish sets the snapshot to the current state.
func (s *Supervisor) publish(state message.State) {
	now := &Snapshot{State: state, Source: message.Image, StartedAt: time.Now().UTC(), LastExit: s.lastExit, Fallback: s.fallback}
	if s.child != nil {
		now.PID, now.Source, now.StartedAt = s.pid(), s.child.source, s.child.started.UTC()
	}
	s.snapshot.Store(now)
}

// logf writes a line to the container's log.
func logf(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "nx-kube agent: "+format+"\n", arguments...)
}
