//go:build linux

// Package supervisor keeps one process running: the binary that was delivered last, or the image's own.
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

// Supervisor runs a process and starts it again when it ends, or when it is told to. All that it knows belongs to the goroutine of
// Run; others ask it through requests, and read snapshots.
type Supervisor struct {
	// Command is the image's own: its name and arguments are kept, whichever file is started.
	Command []string
	Volume  volume.Volume
	Reaper  *process.Reaper
	Events  *events.Hub
	// Debugger, if there is one, is what delivered binaries are run under.
	Debugger *delve.Debugger

	requests chan *request
	debug    debugging
	snapshot atomic.Pointer[Snapshot]

	// child is the last process; running says that it has not ended.
	child   *child
	running bool
	endedAt time.Time
	// pending are the requests that the next start fulfils; while there are some and the child runs, it is being stopped.
	pending []*request
	// restart and kill fire when the back-off, or the grace, is over; nil while there is none.
	restart, kill <-chan time.Time
	// killAt is when kill fires.
	killAt  time.Time
	backoff backoff
	// ending says that the container is being stopped: when the child has ended, so does the supervisor.
	ending bool
	// notStarted is the exit code where there was nothing that could be started.
	notStarted int
	lastExit   *message.LastExit
	fallback   string
}

// Snapshot is the state of a supervisor at some time.
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
	// install puts the new binary in place; nil for a restart.
	install func() error
	grace   time.Duration
	reply   chan reply
	// accepted is when Run took it on.
	accepted time.Time
}

type reply struct {
	Result
	err error
}

// Result tells of the process that was asked for.
type Result struct {
	PID         int
	Stop, Start time.Duration
}

// New makes a supervisor that does nothing yet.
func New(command []string, v volume.Volume, reaper *process.Reaper, hub *events.Hub) *Supervisor {
	return &Supervisor{Command: command, Volume: v, Reaper: reaper, Events: hub, requests: make(chan *request), debug: newDebugging()}
}

// Replace puts a binary in place by install, which is called while nothing is being started, and has it run instead of the present
// process, which has the grace between SIGTERM and SIGKILL. If it fails with a *message.Failure of code exec-failed, it is in place.
func (s *Supervisor) Replace(install func() error, grace time.Duration) (Result, error) {
	return s.ask(&request{reason: message.ForDelivery, install: install, grace: grace})
}

// Restart starts a new process of the same binary.
func (s *Supervisor) Restart(grace time.Duration) (Result, error) {
	return s.ask(&request{reason: message.ForRestart, grace: grace})
}

func (s *Supervisor) ask(r *request) (Result, error) {
	r.reply = make(chan reply, 1)
	s.requests <- r
	answer := <-r.reply
	return answer.Result, answer.err
}

// Snapshot gives the present state.
func (s *Supervisor) Snapshot() Snapshot { return *s.snapshot.Load() }

// Run starts the process and keeps it running, until one of the signals that stop containers came and the process has ended.
// It gives the exit code that the process would have given the container.
func (s *Supervisor) Run(signals <-chan syscall.Signal, started func()) (exitCode int) {
	// Processes are killed when the thread that started them ends.
	runtime.LockOSThread()
	s.start(message.AtStart)
	started()
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
	// A later request may shorten the grace of an earlier one, but not lengthen it.
	if killAt := r.accepted.Add(r.grace); !stopping || killAt.Before(s.killAt) {
		s.killAt, s.kill = killAt, time.After(r.grace)
	}
}

// supersede answers those whose binary has been replaced before it was started.
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

// wait begins the back-off after a process that ran so long, and tells it in milliseconds.
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

// start starts the live binary if there is one, else the image's own, and answers the pending requests.
func (s *Supervisor) start(reason message.Reason) {
	begun := time.Now()
	s.restart, s.fallback = nil, ""
	started, err := s.startLive()
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) || s.delivered() {
			s.fallback = err.Error()
			logf("the binary in the volume cannot be started: %v; trying the image's own", err)
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

// delivered tells whether a binary was put in place that has not been started yet.
func (s *Supervisor) delivered() bool {
	return slices.ContainsFunc(s.pending, func(r *request) bool { return r.install != nil })
}

// failed is for when there is nothing that can be started: as if a process had ended at once, as a shell would.
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

// publish makes the present state, which is the one given, what Snapshot gives.
func (s *Supervisor) publish(state message.State) {
	now := &Snapshot{State: state, Source: message.Image, LastExit: s.lastExit, Fallback: s.fallback}
	if s.child != nil {
		now.PID, now.Source, now.StartedAt = s.pid(), s.child.source, s.child.started.UTC()
	}
	s.snapshot.Store(now)
}

// logf writes to the container's log.
func logf(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "nx-kube agent: "+format+"\n", arguments...)
}
