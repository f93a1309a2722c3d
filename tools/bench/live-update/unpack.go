package main

import (
	"archive/tar"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// unpack writes the files of a tar below root. It returns at the end of the archive, not of the stream. Like tar, it
// removes each file before writing it, because a running executable cannot be overwritten.
func unpack(stream io.Reader, root string) error {
	archive := tar.NewReader(stream)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag == tar.TypeReg {
			if err := write(archive, filepath.Join(root, header.Name), header.FileInfo().Mode()); err != nil {
				return err
			}
		}
	}
}

func write(content io.Reader, path string, mode fs.FileMode) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode.Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}
