// Package executable checks, without starting it, whether a file can be started.
package executable

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"nx-kube.dev/agent/internal/message"
)

// machines are the ELF machine numbers of the platforms that agents exist for.
var machines = map[string]uint16{"amd64": 62, "arm64": 183}

// Check returns a *message.Failure if this machine cannot start the file.
func Check(file io.ReaderAt) error {
	head := make([]byte, 256)
	n, err := file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte("\x7fELF")):
		return checkELF(file, head)
	case bytes.HasPrefix(head, []byte("#!")):
		line, _, _ := strings.Cut(string(head[2:]), "\n")
		words := strings.Fields(line)
		if len(words) == 0 {
			return message.Fail(message.NotExecutable, "the binary is a script without an interpreter")
		}
		return checkInterpreter(words[0])
	case bytes.HasPrefix(head, []byte("\xcf\xfa\xed\xfe")):
		return wrong("macOS")
	case bytes.HasPrefix(head, []byte("MZ")):
		return wrong("Windows")
	}
	return message.Fail(message.NotExecutable, "the binary is neither an ELF executable nor a script")
}

func checkELF(file io.ReaderAt, head []byte) error {
	const (
		headerSize  = 64
		class64     = 2
		littleEnd   = 1
		interpreter = 3
	)
	if len(head) < headerSize {
		return message.Fail(message.NotExecutable, "the binary is a truncated ELF file")
	}
	order := binary.LittleEndian
	if machine := order.Uint16(head[18:]); head[4] != class64 || head[5] != littleEnd || machine != machines[runtime.GOARCH] {
		for name, number := range machines {
			if number == machine {
				return wrong("linux/" + name)
			}
		}
		return wrong(fmt.Sprintf("another machine (ELF machine %d)", machine))
	}
	at, size, count := order.Uint64(head[32:]), order.Uint16(head[54:]), order.Uint16(head[56:])
	program := make([]byte, 56)
	for i := range count {
		if int(size) < len(program) {
			break
		}
		if _, err := file.ReadAt(program, int64(at)+int64(i)*int64(size)); err != nil {
			return message.Fail(message.NotExecutable, "the binary is a truncated ELF file")
		}
		if order.Uint32(program) != interpreter {
			continue
		}
		path := make([]byte, min(order.Uint64(program[32:]), 4096))
		if _, err := file.ReadAt(path, int64(order.Uint64(program[8:]))); err != nil {
			return message.Fail(message.NotExecutable, "the binary is a truncated ELF file")
		}
		return checkInterpreter(strings.TrimRight(string(path), "\x00"))
	}
	return nil
}

func checkInterpreter(path string) error {
	if _, err := os.Stat(path); err != nil {
		return message.Fail(message.NotExecutable, "the binary needs "+path+", which is not in the image")
	}
	return nil
}

func wrong(platform string) error {
	return message.Fail(message.WrongArchitecture, fmt.Sprintf("the binary is for %s, the pod is %s/%s",
		platform, runtime.GOOS, runtime.GOARCH))
}
