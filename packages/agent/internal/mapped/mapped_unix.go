//go:build unix

package mapped

import (
	"os"
	"syscall"
)

func open(file *os.File, size int) (*File, error) {
	if size == 0 {
		return &File{}, nil
	}
	bytes, err := syscall.Mmap(int(file.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, &os.PathError{Op: "mmap", Path: file.Name(), Err: err}
	}
	return &File{Bytes: bytes, close: func() error { return syscall.Munmap(bytes) }}, nil
}
