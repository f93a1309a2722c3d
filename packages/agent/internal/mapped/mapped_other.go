//go:build !unix

package mapped

import (
	"io"
	"os"
)

func open(file *os.File, size int) (*File, error) {
	bytes := make([]byte, size)
	if _, err := io.ReadFull(file, bytes); err != nil {
		return nil, err
	}
	return &File{Bytes: bytes}, nil
}
