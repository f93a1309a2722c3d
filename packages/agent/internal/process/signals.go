//go:build linux

package process

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// notForwarded are the signals of this program itself. They report its children, result from its writes, or come from
// Go's runtime.
var notForwarded = map[os.Signal]bool{
	syscall.SIGCHLD: true, syscall.SIGPIPE: true, syscall.SIGXFSZ: true, syscall.SIGURG: true,
}

// Signals returns the signals that this program received for the supervised process. It drops all others.
func Signals() <-chan syscall.Signal {
	all := make(chan os.Signal, 64)
	signal.Notify(all)
	forward := make(chan syscall.Signal)
	go func() {
		for s := range all {
			if number, ok := s.(syscall.Signal); ok && !notForwarded[s] {
				forward <- number
			}
		}
	}()
	return forward
}

// EndsContainer reports whether a container runtime stops containers with this signal.
func EndsContainer(s syscall.Signal) bool {
	return s == syscall.SIGTERM || s == syscall.SIGINT || s == syscall.SIGQUIT
}

var names = map[syscall.Signal]string{
	syscall.SIGHUP: "SIGHUP", syscall.SIGINT: "SIGINT", syscall.SIGQUIT: "SIGQUIT", syscall.SIGILL: "SIGILL",
	syscall.SIGTRAP: "SIGTRAP", syscall.SIGABRT: "SIGABRT", syscall.SIGBUS: "SIGBUS", syscall.SIGFPE: "SIGFPE",
	syscall.SIGKILL: "SIGKILL", syscall.SIGUSR1: "SIGUSR1", syscall.SIGSEGV: "SIGSEGV", syscall.SIGUSR2: "SIGUSR2",
	syscall.SIGPIPE: "SIGPIPE", syscall.SIGALRM: "SIGALRM", syscall.SIGTERM: "SIGTERM", syscall.SIGXCPU: "SIGXCPU",
	syscall.SIGXFSZ: "SIGXFSZ", syscall.SIGSYS: "SIGSYS",
}

// SignalName returns a signal's name, such as SIGKILL.
func SignalName(s syscall.Signal) string {
	if name, known := names[s]; known {
		return name
	}
	return fmt.Sprintf("signal %d", int(s))
}
