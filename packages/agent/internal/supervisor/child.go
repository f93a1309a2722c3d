//go:build linux

package supervisor

import (
	"io"
	"os"
	"syscall"
	"time"

	"nx-kube.dev/agent/internal/message"
	"nx-kube.dev/agent/internal/output"
	"nx-kube.dev/agent/internal/process"
)

const (
	// lastLines is the number of output lines in an exit event.
	lastLines = 40
	// drainTime is the maximum pause in the output of an ended process before the agent stops reading it. Its pipes may
	// stay open forever: another process outside of its group may hold them, or the output may be blocked.
	// mostDrainTime limits the whole wait, because a process outside of the group may keep writing.
	drainTime     = 100 * time.Millisecond
	mostDrainTime = 2 * time.Second
)

// child is a process and its output.
type child struct {
	*process.Process
	source  message.Source
	started time.Time
	tail    *output.Tail
	// drained is closed when the process has ended and its output has been passed through.
	drained chan struct{}
	// debugged reports that the process is a debugger, which runs the binary as its own child.
	debugged bool
}

func startChild(reaper *process.Reaper, command process.Command, source message.Source) (*child, error) {
	c := &child{source: source, tail: &output.Tail{}, drained: make(chan struct{})}
	passed := make(chan struct{}, 2)
	files := [3]uintptr{0: os.Stdin.Fd()}
	var passes []func()
	for fd, to := range []io.Writer{1: os.Stdout, 2: os.Stderr} {
		if to == nil {
			continue
		}
		read, write, err := output.Pipe()
		if err != nil {
			return nil, err
		}
		defer syscall.Close(write)
		files[fd] = uintptr(write)
		passes = append(passes, func() {
			output.Pass(read, to, c.tail)
			passed <- struct{}{}
		})
	}
	command.Files = files
	c.started = time.Now()
	started, err := reaper.Start(command)
	// If the start failed, the passes still close the pipes.
	for _, pass := range passes {
		go pass()
	}
	if err != nil {
		return nil, &os.PathError{Op: "start", Path: command.Path, Err: err}
	}
	c.Process = started
	go func() {
		defer close(c.drained)
		<-started.Ended()
		c.drain(passed, len(passes))
	}()
	return c, nil
}

// drain waits until the given number of pipes have been passed through, or until no more output arrives.
func (c *child) drain(passed <-chan struct{}, pipes int) {
	late := time.After(mostDrainTime)
	for before := c.tail.Written(); pipes > 0; {
		select {
		case <-passed:
			pipes--
		case <-time.After(drainTime):
			now := c.tail.Written()
			if now == before {
				return
			}
			before = now
		case <-late:
			return
		}
	}
}

func (c *child) exit() message.Exit {
	exit := message.Exit{LastLines: c.tail.Lines(lastLines)}
	if status := c.Status(); status.Signaled() {
		exit.Signal = process.SignalName(status.Signal())
	} else {
		code := status.ExitStatus()
		exit.Code = &code
	}
	return exit
}

// exitCode returns the exit code that a container gets from a process with this status.
func exitCode(status syscall.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}
