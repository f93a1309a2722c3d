// Package volume knows the paths in the agent's volume.
package volume

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Volume is a directory that outlives the container. The agent writes nowhere else.
type Volume string

// Own returns the volume that holds this program.
func Own() (Volume, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	return Volume(filepath.Dir(self)), nil
}

// Agent is the path of the agent.
func (v Volume) Agent() string { return filepath.Join(string(v), "agent") }

// Live is the path of the live binary, which was delivered last. The file is missing before the first delivery.
func (v Volume) Live() string { return filepath.Join(string(v), "live") }

// mark is the path of an empty file that Install leaves in the volume of a new pod.
func (v Volume) mark() string { return filepath.Join(string(v), "new") }

// IsNew reports whether the pod is new: its agent has neither started a process nor waited, and has no delivered binary.
func (v Volume) IsNew() bool {
	_, err := os.Stat(v.mark())
	return err == nil && !v.hasLive()
}

// waitMark is the path that mark has while the agent waits for a binary.
func (v Volume) waitMark() string { return filepath.Join(string(v), "waited") }

// Wait records that the agent waits for a binary: the pod is not new any more.
func (v Volume) Wait() { _ = os.Rename(v.mark(), v.waitMark()) }

// Begin records that a process is about to be started. It reports whether the agent has waited for a binary before.
func (v Volume) Begin() (waited bool) {
	_ = os.Remove(v.mark())
	return os.Remove(v.waitMark()) == nil
}

func (v Volume) hasLive() bool {
	_, err := os.Stat(v.Live())
	return err == nil
}

// Socket is the path of the socket between sessions and the supervisor.
func (v Volume) Socket() string { return filepath.Join(string(v), "agent.sock") }

// Delve is the path of the debugger. The file is missing if the agent was installed without one.
func (v Volume) Delve() string { return filepath.Join(string(v), "dlv") }

// DelveSocket is the path of the debugger's socket.
func (v Volume) DelveSocket() string { return filepath.Join(string(v), "dlv.sock") }

// DelveHome is the directory for the debugger's own files.
func (v Volume) DelveHome() string { return filepath.Join(string(v), "config") }

// temporary is the name prefix of incomplete files.
const temporary = ".incomplete-"

// Temporary creates a file to be renamed when it is complete.
func (v Volume) Temporary() (*os.File, error) { return os.CreateTemp(string(v), temporary) }

// Clean removes the incomplete files of interrupted installs and deliveries.
func (v Volume) Clean() error {
	left, err := filepath.Glob(filepath.Join(string(v), temporary+"*"))
	for _, path := range left {
		if e := os.Remove(path); e != nil && err == nil {
			err = e
		}
	}
	return err
}

// Install copies this program into the volume, and also the debugger if one lies beside it. It replaces an agent that
// is running there.
func (v Volume) Install() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	err = v.copy(filepath.Join(filepath.Dir(self), "dlv"), v.Delve())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if !v.hasLive() {
		if err := os.WriteFile(v.mark(), nil, 0o644); err != nil {
			return err
		}
	}
	return v.copy("/proc/self/exe", v.Agent())
}

func (v Volume) copy(program, path string) (err error) {
	from, err := os.Open(program)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := v.Temporary()
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(to.Name())
		}
	}()
	if _, err = to.ReadFrom(from); err != nil {
		_ = to.Close()
		return fmt.Errorf("copy %s: %w", program, err)
	}
	if err = to.Chmod(0o755); err == nil {
		err = to.Close()
	}
	if err == nil {
		err = os.Rename(to.Name(), path)
	}
	return err
}
