// Package output passes a process's output through and remembers its end.
package output

import (
	"bytes"
	"strings"
	"sync"
)

// tailSize is the size (bytes) of the remembered output. JSON makes it up to six times longer, and it must fit a frame.
const tailSize = 8 << 10

// Tail remembers the last bytes that were written to it.
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

// Written returns the number of bytes written so far.
func (t *Tail) Written() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.written
}

// Lines returns at most `most` of the last lines. For a panic or a fatal error of Go's runtime it returns the first
// lines of the report, which name the cause.
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
