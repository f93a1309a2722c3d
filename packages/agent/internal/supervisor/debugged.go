//go:build linux

package supervisor

import (
	"syscall"
	"time"

	"nx-kube.dev/agent/internal/delve"
	"nx-kube.dev/agent/internal/message"
	"nx-kube.dev/agent/internal/process"
)

// debugging is what is known while the child is a debugger. It belongs to the goroutine of Run, but for the channels.
type debugging struct {
	// stops tell of the debuggee, and relaunched of its having been started anew.
	stops      chan stop
	relaunched chan relaunch
	// debuggee is the process that was started last in place of the first, whose id is not asked for; 0 while there is none.
	debuggee int
	// relaunching are the requests that the relaunch under way fulfils; underWay says that there is one.
	relaunching []*request
	underWay    bool
	// ended says that the debuggee has ended, and the debugger has not.
	ended bool
	// unwatch ends the watch of the debuggee.
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

// startLive starts the binary that was delivered last, under the debugger if there is one.
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

// pid is the process that the rest of the world knows of. The first under a debugger goes by the debugger's.
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
	go s.Debugger.Watch(done, func(told delve.Stop) {
		select {
		case s.debug.stops <- stop{told, c}:
		case <-done:
		}
	})
}

// stopped is for a debuggee that has ended, or would have.
func (s *Supervisor) stopped(told stop) {
	switch {
	case told.of != s.child || !s.running || s.debug.underWay || s.ending:
	case told.Exited:
		s.debug.ended, s.endedAt = true, time.Now()
		code := told.Code
		exit := message.Exit{Code: &code, LastLines: s.child.tail.Lines(lastLines)}
		if code < 0 {
			exit.Code, exit.Signal = nil, process.SignalName(syscall.Signal(-code))
		}
		s.lastExit = &message.LastExit{Exit: exit, At: s.endedAt.UTC()}
		event := message.Exited{EventHead: message.Head("exited"), PID: s.pid(), Exit: exit}
		event.BackoffMs = s.wait(s.endedAt.Sub(s.child.started), exit)
		s.Events.Publish(event)
	case told.Panicked && !s.Debugger.Attached():
		logf("the process panicked; it is held for a debugger to attach, until the next delivery")
	}
}

// startAgain is for after the back-off.
func (s *Supervisor) startAgain() {
	if s.running && s.child.debugged {
		s.relaunch()
		return
	}
	s.start(message.AfterBackoff)
}

// relaunch has the debugger start the binary anew, so that its clients and breakpoints stay.
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

// takeBack is for when the debugger has ended: what is started next is what those asked for whom it was to start the binary anew.
func (s *Supervisor) takeBack() {
	s.pending = append(s.debug.relaunching, s.pending...)
	s.debug.relaunching, s.debug.underWay = nil, false
}

func (s *Supervisor) relaunched(done relaunch) {
	if done.of != s.child || !s.running {
		// The debugger ended meanwhile, and who asked is answered by what was started then (see takeBack).
		return
	}
	fulfilled := s.debug.relaunching
	s.debug.relaunching, s.debug.underWay = nil, false
	if done.err != nil {
		logf("the debugger cannot start the new binary (%v): starting another debugger, without its breakpoints", done.err)
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

// killDebuggerAfter is for a debugger that does not end when it is told to.
const killDebuggerAfter = 5 * time.Second

// signalDebuggee passes a signal on to the process that is debugged. One that ends the container ends both.
func (s *Supervisor) signalDebuggee(received syscall.Signal) {
	debugger := s.child.Pid
	if process.EndsContainer(received) {
		go s.Debugger.End(debugger, received)
	} else if debuggee := s.Debugger.Debuggee(debugger); debuggee != 0 {
		_ = syscall.Kill(debuggee, received)
	}
}
