package digest

import (
	"os"
	"sync"
	"time"
)

// Cache remembers the digests of files until the files change. The zero value is ready.
type Cache struct {
	mu      sync.Mutex
	entries map[string]entry
}

type entry struct {
	version version
	digest  string
}

// version identifies one version of a file. A replaced file changes identity; a write changes size or modified.
type version struct {
	identity any
	size     int64
	modified time.Time
}

// File returns a file's digest and size (bytes).
func (c *Cache) File(path string) (digest string, size int64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, err := versionOf(path)
	if err != nil {
		return "", 0, err
	}
	if known, there := c.entries[path]; there && known.version == now {
		return known.digest, now.size, nil
	}
	digest, size, err = File(path)
	if err == nil {
		c.put(path, entry{now, digest})
	}
	return digest, size, err
}

// Know records the digest of the file at path.
func (c *Cache) Know(path, digest string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now, err := versionOf(path); err == nil {
		c.put(path, entry{now, digest})
	}
}

func (c *Cache) put(path string, e entry) {
	if c.entries == nil {
		c.entries = map[string]entry{}
	}
	c.entries[path] = e
}

func versionOf(path string) (version, error) {
	info, err := os.Stat(path)
	if err != nil {
		return version{}, err
	}
	return version{identity(info), info.Size(), info.ModTime()}, nil
}
