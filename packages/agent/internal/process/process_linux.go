// Package process starts processes and reaps them, and whatever they leave behind, as PID 1 has to.
package process

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"unsafe"
)

// Reaper reaps all children of this program: those it started, and orphans of theirs. There can be one in a program, and
// nothing else there may wait for children (as os/exec does).
type Reaper struct {
	// mu is held while a process is started or reaped: so none is reaped before it is known, nor signalled after, when its id
	// may be another's.
	mu      sync.Mutex
	running map[int]*Process
}

// Process is a child. All that it left in its process group is killed when it ends.
type Process struct {
	Pid    int
	reaper *Reaper
	ended  chan struct{}
	status syscall.WaitStatus
}

// Command is what to start.
type Command struct {
	// Path is the file; Args[0] is the name that the process is told.
	Path string
	Args []string
	// Env is added to this program's environment.
	Env []string
	// Files are its standard input, output and error.
	Files [3]uintptr
}

const prSetChildSubreaper = 36

// NewReaper starts to reap.
func NewReaper() *Reaper {
	// Orphans come to PID 1 by themselves, and where this program is not PID 1 (a pod with a shared process namespace) by this.
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

// Start starts a process in a process group of its own, with this program's environment and working directory. The process is killed
// if the thread of the caller ends (see runtime.LockOSThread).
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

// Signal signals the process, and not its group: as a container's runtime does to a container's process.
func (p *Process) Signal(s syscall.Signal) {
	p.reaper.mu.Lock()
	defer p.reaper.mu.Unlock()
	if p.reaper.running[p.Pid] == p {
		_ = syscall.Kill(p.Pid, s)
	}
}

// Ended is closed when the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Status tells how the process ended, once it has.
func (p *Process) Status() syscall.WaitStatus { return p.status }

func (r *Reaper) reap(pid int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.running[pid]
	if p != nil {
		// Before it is reaped, as from then on the group's id may be another's.
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

// nextEnded waits until a child has ended, and leaves it to be reaped.
func nextEnded() (pid int, err error) {
	const all = 0
	var info [16]uint64
	_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, all, 0, uintptr(unsafe.Pointer(&info)),
		syscall.WEXITED|syscall.WNOWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	// siginfo_t's si_pid, on the 64-bit platforms.
	return int(int32(info[2])), nil
}
