package output

import (
	"io"
	"os"
	"syscall"
)

// Pipe gives a pipe whose end to write to is for a child: it blocks, and must be closed here once the child has it.
func Pipe() (read *os.File, write int, err error) {
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		return nil, 0, os.NewSyscallError("pipe", err)
	}
	// Only this end may be non-blocking: it is waited for without holding a thread.
	if err := syscall.SetNonblock(ends[0], true); err != nil {
		return nil, 0, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(ends[0]), "pipe"), ends[1], nil
}

// Pass writes all that comes from the pipe to both as soon as it comes, until no process has the other end any more.
// What cannot be written is read all the same, so that a process is never held up by a reader that is gone.
func Pass(pipe *os.File, to io.Writer, tail *Tail) {
	defer pipe.Close()
	buffer := make([]byte, 16<<10)
	for {
		n, err := pipe.Read(buffer)
		_, _ = tail.Write(buffer[:n])
		_, _ = to.Write(buffer[:n])
		if err != nil {
			return
		}
	}
}
