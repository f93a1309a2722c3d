//go:build linux

package supervisor

import (
	"syscall"
	"time"

	"nx-kube.dev/agent/internal/delve"
	"nx-kube.dev/agent/internal/message"
	"nx-kube.dev/agent/internal/process"
)

// debugging is the state while the child is a debugger. Only the goroutine of Run uses it, except for the channels.
type debugging struct {
	// stops reports stops of the debuggee, relaunched the end of a relaunch.
	stops      chan stop
	relaunched chan relaunch
	// debuggee is the process id after the last relaunch, or 0 before the first one.
	debuggee int
	// relaunching are the requests that the current relaunch fulfils. underWay reports that there is a relaunch.
	relaunching []*request
	underWay    bool
	// ended reports that the debuggee has ended while the debugger runs.
	ended bool
	// unwatch is closed to end the watch of the debuggee.
	unwatch chan struct{}
}

type stop struct {
	delve.Stop
	of *child
}

type relaunch struct {
	of    *child
	begun time.Time
	held  bool
	err   error
}

func newDebugging() debugging {
	return debugging{stops: make(chan stop), relaunched: make(chan relaunch)}
}

// startLive starts the live binary, under the debugger if there is one.
func (s *Supervisor) startLive() (*child, error) {
	if !s.Debugger.Available() {
		return startChild(s.Reaper, process.Command{Path: s.Volume.Live(), Args: s.Command}, message.Live)
	}
	arguments, environment := s.Debugger.Command(s.Command)
	started, err := startChild(s.Reaper, process.Command{Path: s.Volume.Delve(), Args: arguments, Env: environment}, message.Live)
	if err != nil {
		return nil, err
	}
	started.debugged = true
	s.debug.debuggee, s.debug.ended = 0, false
	s.watch(started)
	return started, nil
}

// pid returns the process id that the agent reports. Before the first relaunch it is the debugger's own id.
func (s *Supervisor) pid() int {
	if s.child.debugged && s.debug.debuggee != 0 {
		return s.debug.debuggee
	}
	return s.child.Pid
}

func (s *Supervisor) watch(c *child) {
	if s.debug.unwatch != nil {
		close(s.debug.unwatch)
	}
	done := make(chan struct{})
	s.debug.unwatch = done
	go s.Debugger.Watch(done, func(reported delve.Stop) {
		select {
		case s.debug.stops <- stop{reported, c}:
		case <-done:
		}
	})
}

// stopped handles the exit or the panic of the debuggee.
func (s *Supervisor) stopped(reported stop) {
	switch {
	case reported.of != s.child || !s.running || s.debug.underWay || s.ending:
	case reported.Exited:
		s.debug.ended, s.endedAt = true, time.Now()
		code := reported.Code
		exit := message.Exit{Code: &code, LastLines: s.child.tail.Lines(lastLines)}
		if code < 0 {
			exit.Code, exit.Signal = nil, process.SignalName(syscall.Signal(-code))
		}
		s.lastExit = &message.LastExit{Exit: exit, At: s.endedAt.UTC()}
		event := message.Exited{EventHead: message.Head("exited"), PID: s.pid(), Exit: exit}
		event.BackoffMs = s.wait(s.endedAt.Sub(s.child.started), exit)
		s.Events.Publish(event)
	case reported.Panicked && !s.Debugger.Attached():
		logf("the process panicked; it is held until the next delivery: attach a debugger to inspect it")
	}
}

// startAgain starts the process after a back-off.
func (s *Supervisor) startAgain() {
	if s.running && s.child.debugged {
		s.relaunch()
		return
	}
	s.start(message.AfterBackoff)
}

// relaunch makes the running debugger restart the debuggee, so that its clients and breakpoints stay.
func (s *Supervisor) relaunch() {
	s.restart = nil
	if s.debug.underWay {
		return
	}
	s.debug.underWay, s.debug.relaunching, s.pending = true, s.pending, nil
	s.publish(message.StoppingState)
	begun, of := time.Now(), s.child
	go func() {
		held, err := s.Debugger.Relaunch()
		s.debug.relaunched <- relaunch{of: of, begun: begun, held: held, err: err}
	}()
}

// takeBack makes the requests of an unfinished relaunch pending again, after the debugger has ended.
func (s *Supervisor) takeBack() {
	s.pending = append(s.debug.relaunching, s.pending...)
	s.debug.relaunching, s.debug.underWay = nil, false
}

func (s *Supervisor) relaunched(done relaunch) {
	if done.of != s.child || !s.running {
		// The debugger has ended in the meantime. The next start answers these requests (see takeBack).
		return
	}
	fulfilled := s.debug.relaunching
	s.debug.relaunching, s.debug.underWay = nil, false
	if done.err != nil {
		logf("the debugger cannot start the new binary (%v); starting a new debugger without the breakpoints", done.err)
		s.pending = append(fulfilled, s.pending...)
		if len(s.pending) == 0 {
			s.pending = []*request{{reason: message.AfterBackoff, reply: make(chan reply, 1)}}
		}
		s.child.Signal(syscall.SIGTERM)
		s.kill = time.After(killDebuggerAfter)
		return
	}
	reason := message.AfterBackoff
	if len(fulfilled) > 0 {
		reason = fulfilled[len(fulfilled)-1].reason
	}
	s.fallback = ""
	s.debug.debuggee, s.debug.ended, s.child.started = s.Debugger.Debuggee(s.child.Pid), false, time.Now()
	s.watch(s.child)
	s.publish(message.RunningState)
	s.Events.Publish(message.Started{EventHead: message.Head("started"), PID: s.pid(), Source: message.Live, Reason: reason,
		Held: done.held, StartedAt: s.child.started.UTC()})
	if done.held {
		logf("the new process waits for the attached debugger to continue")
	}
	for _, r := range fulfilled {
		r.reply <- reply{Result: Result{PID: s.pid(), Stop: time.Since(done.begun)}}
	}
	if len(s.pending) > 0 {
		s.relaunch()
	}
}

// killDebuggerAfter is the time between SIGTERM and SIGKILL for a debugger.
const killDebuggerAfter = 5 * time.Second

// signalDebuggee forwards a signal to the debuggee. A signal that ends the container also ends the debugger.
func (s *Supervisor) signalDebuggee(received syscall.Signal) {
	debugger := s.child.Pid
	if process.EndsContainer(received) {
		go s.Debugger.End(debugger, received)
	} else if debuggee := s.Debugger.Debuggee(debugger); debuggee != 0 {
		_ = syscall.Kill(debuggee, received)
	}
}
