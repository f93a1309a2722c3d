// Package digest names content by its SHA-256: `sha256:<64 hex digits>`.
package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"
)

// Of names what has been written to a hash from New.
func Of(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }

// New gives the hash that digests are made of.
func New() hash.Hash { return sha256.New() }

// File gives a file's digest and size.
func File(path string) (digest string, size int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer file.Close()
	h := New()
	// Only the reader is handed on: a file's own way of copying itself would take a buffer of its own.
	size, err = io.CopyBuffer(h, struct{ io.Reader }{file}, make([]byte, 64<<10))
	return Of(h), size, err
}
