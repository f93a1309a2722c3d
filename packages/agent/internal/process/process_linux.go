// Package process starts processes, and reaps them and their orphans, as PID 1 must.
package process

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"unsafe"
)

// Reaper reaps all children of this program: the started ones and adopted orphans. A program can have only one Reaper,
// and no other code in it may wait for children (as os/exec does).
type Reaper struct {
	// mu is held while a process is started or reaped. Race: without it, a process could be reaped before it is
	// registered, or signalled after its id was reused.
	mu      sync.Mutex
	running map[int]*Process
}

// Process is a child. When it ends, everything in its process group is killed.
type Process struct {
	Pid    int
	reaper *Reaper
	ended  chan struct{}
	status syscall.WaitStatus
}

// Command describes a process to start.
type Command struct {
	// Path is the executable file. Args[0] is the name that the process sees.
	Path string
	Args []string
	// Env is appended to this program's environment.
	Env []string
	// Files are the standard input, output and error.
	Files [3]uintptr
}

const prSetChildSubreaper = 36

// NewReaper creates the Reaper and starts reaping.
func NewReaper() *Reaper {
	// Orphans go to PID 1 by default. This makes them come here even if another process is PID 1 (a pod with a shared
	// process namespace).
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, prSetChildSubreaper, 1, 0)
	r := &Reaper{running: map[int]*Process{}}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGCHLD)
	go func() {
		for {
			if pid, err := nextEnded(); err == nil {
				r.reap(pid)
			} else if err == syscall.ECHILD {
				<-ended
			}
		}
	}()
	return r
}

// Start starts a process in a process group of its own, with this program's environment and working directory. The
// kernel kills the process when the caller's thread ends (see runtime.LockOSThread).
func (r *Reaper) Start(c Command) (*Process, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pid, err := syscall.ForkExec(c.Path, c.Args, &syscall.ProcAttr{
		Env:   append(os.Environ(), c.Env...),
		Files: c.Files[:],
		Sys:   &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		return nil, err
	}
	p := &Process{Pid: pid, reaper: r, ended: make(chan struct{})}
	r.running[pid] = p
	return p, nil
}

// Signal signals the process, but not its group, as a container runtime does.
func (p *Process) Signal(s syscall.Signal) {
	p.reaper.mu.Lock()
	defer p.reaper.mu.Unlock()
	if p.reaper.running[p.Pid] == p {
		_ = syscall.Kill(p.Pid, s)
	}
}

// Ended returns a channel that is closed when the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Status returns how the process ended. Call it only after Ended is closed.
func (p *Process) Status() syscall.WaitStatus { return p.status }

func (r *Reaper) reap(pid int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.running[pid]
	if p != nil {
		// Kill the group before reaping: afterwards its id may belong to another group.
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
	var status syscall.WaitStatus
	if reaped, err := syscall.Wait4(pid, &status, syscall.WNOHANG, nil); err != nil || reaped != pid || p == nil {
		return
	}
	delete(r.running, pid)
	p.status = status
	close(p.ended)
}

// nextEnded waits until a child has ended and returns its id. It does not reap the child.
func nextEnded() (pid int, err error) {
	const all = 0
	var info [16]uint64
	_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, all, 0, uintptr(unsafe.Pointer(&info)),
		syscall.WEXITED|syscall.WNOWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	// The field si_pid of siginfo_t on 64-bit platforms.
	return int(int32(info[2])), nil
}
