//go:build linux

package delve

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Debuggee returns the process id of the debuggee of a Delve process, or 0 if there is none. It reads /proc, because
// Delve does not report the id while the process runs.
func (d *Debugger) Debuggee(delve int) int {
	for _, pid := range children(delve) {
		// Delve may have other children. The command line of a script starts with its interpreter, then names the
		// script.
		line, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		words := strings.SplitN(string(line), "\x00", 3)
		if slices.Contains(words[:min(2, len(words))], d.Volume.Live()) {
			return pid
		}
	}
	return 0
}

// KillLeft kills the orphans of a killed or crashed Delve, which have become children of this program. Call it only
// when this program has no other children.
func KillLeft() {
	for _, pid := range children(os.Getpid()) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// End sends a signal to the debuggee, waits for its end, and then ends Delve. A held debuggee cannot handle the signal,
// so it is killed.
func (d *Debugger) End(delve int, signal syscall.Signal) {
	if debuggee := d.Debuggee(delve); debuggee != 0 && d.Running() {
		_ = syscall.Kill(debuggee, signal)
		for syscall.Kill(debuggee, 0) == nil && (d.Running() || d.Attached()) {
			time.Sleep(20 * time.Millisecond)
		}
	}
	_ = syscall.Kill(delve, syscall.SIGTERM)
}

// children returns the process ids of the running children of pid.
func children(pid int) (ids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		// After the name, which stands in parentheses and may contain any byte, follow state and parent.
		fields := bytes.Fields(content[bytes.LastIndexByte(content, ')')+1:])
		if len(fields) < 2 || string(fields[1]) != strconv.Itoa(pid) || string(fields[0]) == "Z" {
			continue
		}
		if id, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}
