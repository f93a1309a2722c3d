// Package volume knows what lies where in the agent's volume.
package volume

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Volume is a directory that outlives the container: all that the agent writes is there.
type Volume string

// Own gives the volume that this program lies in.
func Own() (Volume, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	return Volume(filepath.Dir(self)), nil
}

// Agent is the agent itself.
func (v Volume) Agent() string { return filepath.Join(string(v), "agent") }

// Live is the binary that was delivered last, if any was.
func (v Volume) Live() string { return filepath.Join(string(v), "live") }

// Socket is where sessions reach the supervisor.
func (v Volume) Socket() string { return filepath.Join(string(v), "agent.sock") }

// Delve is the debugger, if the agent was installed with one.
func (v Volume) Delve() string { return filepath.Join(string(v), "dlv") }

// DelveSocket is where the debugger listens.
func (v Volume) DelveSocket() string { return filepath.Join(string(v), "dlv.sock") }

// DelveHome is a directory for what the debugger writes by itself.
func (v Volume) DelveHome() string { return filepath.Join(string(v), "config") }

// temporary begins the names of files that are not yet whole.
const temporary = ".incomplete-"

// Temporary opens a new file that is to be renamed when it is whole.
func (v Volume) Temporary() (*os.File, error) { return os.CreateTemp(string(v), temporary) }

// Clean removes what interrupted installs and deliveries left behind.
func (v Volume) Clean() error {
	left, err := filepath.Glob(filepath.Join(string(v), temporary+"*"))
	for _, path := range left {
		if e := os.Remove(path); e != nil && err == nil {
			err = e
		}
	}
	return err
}

// Install copies this program into the volume, also over one that is there and running, and the debugger if it lies beside it.
func (v Volume) Install() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	err = v.copy(filepath.Join(filepath.Dir(self), "dlv"), v.Delve())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
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
