// Package output passes a process's output through, and remembers the last of it.
package output

import (
	"bytes"
	"strings"
	"sync"
)

// tailSize is how much of the output is remembered, in bytes. JSON makes up to six times as much of it, which must fit a frame.
const tailSize = 8 << 10

// Tail remembers the last of what is written to it.
type Tail struct {
	mu      sync.Mutex
	content []byte
	written int64
}

// Write never fails.
func (t *Tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.content)+len(b) > 2*tailSize {
		kept := t.content[max(0, len(t.content)-tailSize):]
		t.content = append(t.content[:0], kept...)
	}
	t.content = append(t.content, b[max(0, len(b)-tailSize):]...)
	t.written += int64(len(b))
	return len(b), nil
}

// Written is how many bytes have been written to it.
func (t *Tail) Written() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.written
}

// Lines gives at most that many of the last lines. Of a panic or a fatal error of Go's runtime it gives the first ones, as these say
// what happened.
func (t *Tail) Lines(most int) []string {
	t.mu.Lock()
	content := bytes.Clone(t.content[max(0, len(t.content)-tailSize):])
	t.mu.Unlock()
	text := strings.ToValidUTF8(string(content), "\uFFFD")
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return []string{}
	}
	lines := strings.Split(text, "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if strings.HasPrefix(lines[i], "panic: ") || strings.HasPrefix(lines[i], "fatal error: ") {
			return lines[i:min(len(lines), i+most)]
		}
	}
	return lines[max(0, len(lines)-most):]
}
