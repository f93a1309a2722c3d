// Package digest names content by its SHA-256: `sha256:<64 hex digits>`.
package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"
)

// Of returns the digest of everything written to a hash from New.
func Of(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }

// New returns the hash behind all digests.
func New() hash.Hash { return sha256.New() }

// File returns a file's digest and size (bytes).
func File(path string) (digest string, size int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer file.Close()
	h := New()
	// Hide the file's WriteTo, which would allocate a buffer of its own.
	size, err = io.CopyBuffer(h, struct{ io.Reader }{file}, make([]byte, 64<<10))
	return Of(h), size, err
}
