// Package mapped reads whole files, mapped from the page cache where the platform allows.
package mapped

import (
	"errors"
	"os"
)

var errNotRegular = errors.New("not a regular file")

// File is the content of a file. The file must not shrink while it is open.
type File struct {
	Bytes []byte
	// close is nil if the content is a copy.
	close func() error
}

// Open maps or reads the file at path.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &os.PathError{Op: "open", Path: path, Err: errNotRegular}
	}
	return open(file, int(info.Size()))
}

// Close releases the content.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close()
}
