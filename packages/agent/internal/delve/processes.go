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

// Debuggee gives the process that a Delve has started, or 0 while there is none. Delve itself does not say while the process runs.
func (d *Debugger) Debuggee(delve int) int {
	for _, pid := range children(delve) {
		// Delve may have other children. A script goes by its interpreter, and has its own name behind that.
		line, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		words := strings.SplitN(string(line), "\x00", 3)
		if slices.Contains(words[:min(2, len(words))], d.Volume.Live()) {
			return pid
		}
	}
	return 0
}

// KillLeft kills the processes that a Delve left behind that was killed, or crashed: they have been handed to this program. Only for
// when nothing else is its child.
func KillLeft() {
	for _, pid := range children(os.Getpid()) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// End ends a debuggee by a signal as if it ran by itself, and then Delve. One that is held would not take notice, and is killed.
func (d *Debugger) End(delve int, signal syscall.Signal) {
	if debuggee := d.Debuggee(delve); debuggee != 0 && d.Running() {
		_ = syscall.Kill(debuggee, signal)
		for syscall.Kill(debuggee, 0) == nil && (d.Running() || d.Attached()) {
			time.Sleep(20 * time.Millisecond)
		}
	}
	_ = syscall.Kill(delve, syscall.SIGTERM)
}

// children gives the ids of the processes whose parent is pid and that have not ended.
func children(pid int) (ids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		// After the name, which is in parentheses and may hold anything: state, parent.
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
