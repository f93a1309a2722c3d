//go:build linux

package agent

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// fakeDelve speaks the part of Delve's API that the agent uses, like `dlv exec --headless --accept-multiclient
// --continue`, but does not debug. The e2e tests use the real Delve.
func fakeDelve(arguments []string) {
	end := slices.Index(arguments, "--")
	socket := strings.TrimPrefix(arguments[end-2], "--listen=unix:")
	d := &delveFake{command: append([]string{arguments[end-1]}, arguments[end+1:]...)}
	fmt.Println("dlv", strings.Join(arguments[:end-2], " "), "with", os.Getenv("XDG_CONFIG_HOME") != "")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		panic(err)
	}
	d.idle = sync.NewCond(&d.mu)
	d.mu.Lock()
	d.launch(true)
	d.mu.Unlock()
	go func() {
		terminate := make(chan os.Signal, 1)
		signal.Notify(terminate, syscall.SIGTERM)
		<-terminate
		d.mu.Lock()
		defer d.mu.Unlock()
		_ = d.process.Process.Kill()
		os.Exit(0)
	}()
	for {
		conn, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go d.serve(conn)
	}
}

type delveFake struct {
	command []string
	mu      sync.Mutex
	idle    *sync.Cond
	process *exec.Cmd
	running bool
	exited  string
}

// launch starts the debuggee, either running or held at its start.
func (d *delveFake) launch(run bool) {
	process := exec.Command(d.command[0], d.command[1:]...)
	process.Stdout, process.Stderr = os.Stdout, os.Stderr
	process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := process.Start(); err != nil {
		panic(err)
	}
	d.process, d.running, d.exited = process, run, ""
	if !run {
		_ = process.Process.Signal(syscall.SIGSTOP)
	}
	go func() {
		_ = process.Wait()
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.process == process {
			d.running = false
			d.exited = fmt.Sprintf("Process %d has exited with status %d", process.Process.Pid, process.ProcessState.ExitCode())
			d.idle.Broadcast()
		}
	}()
}

func (d *delveFake) serve(conn net.Conn) {
	defer conn.Close()
	requests, answers := json.NewDecoder(conn), json.NewEncoder(conn)
	for {
		var r struct {
			Method string
			ID     int
			Params []struct {
				Name                 string
				NonBlocking, Rebuild bool
			}
		}
		if requests.Decode(&r) != nil {
			return
		}
		state, failure := d.do(r.Method, r.Params[0].Name, r.Params[0].NonBlocking)
		answer := map[string]any{"id": r.ID, "result": map[string]any{"State": state}, "error": nil}
		if failure != "" {
			answer["error"] = failure
		}
		_ = answers.Encode(answer)
	}
}

func (d *delveFake) do(method, command string, nonBlocking bool) (state map[string]any, failure string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case method == "RPCServer.Restart":
		// Delve, too, waits until the debuggee is stopped.
		for d.running {
			d.idle.Wait()
		}
		old := d.process
		d.process = nil
		_ = old.Process.Kill()
		d.launch(false)
		fmt.Println("dlv restarted it")
	case command == "halt":
		if d.running {
			d.running = false
			_ = d.process.Process.Signal(syscall.SIGSTOP)
			d.idle.Broadcast()
		}
	case d.exited != "":
	case command == "continue":
		d.running = true
		_ = d.process.Process.Signal(syscall.SIGCONT)
	case !nonBlocking:
		for d.running {
			d.idle.Wait()
		}
	}
	return map[string]any{"Running": d.running}, d.exited
}
