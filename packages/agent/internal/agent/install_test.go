//go:build linux

package agent

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestInstallReplacesARunningAgent(t *testing.T) {
	first, second := newVolume(t), newVolume(t)
	if err := os.WriteFile(filepath.Join(second, "live"), script("live"), 0o755); err != nil {
		t.Fatal(err)
	}
	p := startPod(t, second, child("waits")...)
	_, hello := p.hello()
	install := exec.Command(filepath.Join(first, "agent"), "install", second)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if !bytes.Equal(readFile(t, filepath.Join(second, "agent")), imageBinary(t)) {
		t.Error("the installed file differs from the agent")
	}
	if info, err := os.Stat(filepath.Join(second, "agent")); err != nil || info.Mode().Perm() != 0o755 {
		t.Error(info, err)
	}
	goesOn(t, p, hello)
	// The new agent can talk to the running one.
	c, _ := startSession(t, second)
	c.send(request{"type": "hello", "protocol": 1})
	c.await("hello")
}

func TestInstallNamesThePathThatFailed(t *testing.T) {
	install := exec.Command(filepath.Join(newVolume(t), "agent"), "install", "/not/there")
	out, err := install.CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte("/not/there")) {
		t.Errorf("%v: %s", err, out)
	}
}

func TestAnInvalidCommandLinePrintsTheUsage(t *testing.T) {
	for _, arguments := range [][]string{{}, {"run"}, {"run", "--"}, {"install"}, {"session", "more"}, {"dance"}} {
		if code, err := Main("", arguments); code != 2 || err != errUsage {
			t.Errorf("%q: %d %v", arguments, code, err)
		}
	}
}
