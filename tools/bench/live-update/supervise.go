package main

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// Restarted answers a restart request.
type Restarted struct {
	PID int `json:"pid"`
	// StopMs is the time (ms) between SIGTERM and the end of the old process.
	StopMs float64 `json:"stopMs"`
}

// supervise runs a command and restarts it on each connection to the socket. It ends with the command's exit code when
// the command ends by itself.
func supervise(socket string, command []string) error {
	if len(command) == 0 {
		return errors.New("supervise needs a command after --")
	}
	// A restarted container still has the socket of the previous one.
	os.Remove(socket)
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	defer listener.Close()
	requests := make(chan net.Conn)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			requests <- connection
		}
	}()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)

	for process, err := start(command); ; {
		if err != nil {
			return err
		}
		select {
		case name := <-signals:
			process.command.Process.Signal(name)
		case code := <-process.ended:
			os.Exit(code)
		case connection := <-requests:
			stopping := time.Now()
			process.command.Process.Signal(syscall.SIGTERM)
			<-process.ended
			stopMs := float64(time.Since(stopping).Microseconds()) / 1000
			if process, err = start(command); err == nil {
				json.NewEncoder(connection).Encode(Restarted{PID: process.command.Process.Pid, StopMs: stopMs})
			}
			connection.Close()
		}
	}
}

type process struct {
	command *exec.Cmd
	// ended receives the exit code once.
	ended chan int
}

func start(command []string) (process, error) {
	child := exec.Command(command[0], command[1:]...)
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	if err := child.Start(); err != nil {
		return process{}, err
	}
	ended := make(chan int, 1)
	go func() {
		child.Wait()
		ended <- child.ProcessState.ExitCode()
	}()
	return process{child, ended}, nil
}

// restart asks the supervisor for a new process and returns once it runs.
func restart(socket string) (restarted Restarted, err error) {
	connection, err := net.Dial("unix", socket)
	if err != nil {
		return restarted, err
	}
	defer connection.Close()
	err = json.NewDecoder(connection).Decode(&restarted)
	return restarted, err
}
