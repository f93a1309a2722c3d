package output

import (
	"io"
	"os"
	"syscall"
)

// Pipe returns a pipe whose write end is for a child. The write end blocks. The caller must close it once the child has
// it.
func Pipe() (read *os.File, write int, err error) {
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		return nil, 0, os.NewSyscallError("pipe", err)
	}
	// Only the read end is non-blocking: waiting for it must not hold a thread.
	if err := syscall.SetNonblock(ends[0], true); err != nil {
		return nil, 0, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(ends[0]), "pipe"), ends[1], nil
}

// Pass copies everything from the pipe to both writers at once, until no process has the write end any more. It keeps
// reading when a write fails, so that a closed output never blocks the process.
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
