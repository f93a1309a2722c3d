// Command pack writes the pack that a session delivers: one line of JSON, the pack, and the digest of NEW (see
// PROTOCOL.md).
//
//	pack [--base OLD [--base-digest DIGEST]] [NEW]
//
// Without NEW it first opens OLD, then reads the name of the new file from standard input. It exits without output if
// standard input ends first.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"nx-kube.dev/agent/internal/digest"
	"nx-kube.dev/agent/internal/mapped"
	"nx-kube.dev/agent/internal/patch"
)

type header struct {
	Size       int    `json:"size"`
	BaseDigest string `json:"baseDigest,omitempty"`
}

func main() {
	// The process lives for about 0.1 s, so collect garbage only near the memory limit.
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(48 << 20)
	base := flag.String("base", "", "the `file` that the agent holds (default: none, which packs all of NEW)")
	baseDigest := flag.String("base-digest", "", "the `digest` of OLD, sha256:... (default: computed from OLD)")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: pack [--base OLD [--base-digest DIGEST]] [NEW] > PACK")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() > 1 || *baseDigest != "" && *base == "" {
		flag.Usage()
		os.Exit(2)
	}
	named := func() (string, error) { return flag.Arg(0), nil }
	if flag.NArg() == 0 {
		named = func() (string, error) { return firstLine(os.Stdin) }
	}
	if err := pack(os.Stdout, named, *base, *baseDigest); err != nil && !errors.Is(err, errNoName) {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

var errNoName = errors.New("standard input ended before it named a file")

func firstLine(from io.Reader) (string, error) {
	line, err := bufio.NewReader(from).ReadString('\n')
	if errors.Is(err, io.EOF) {
		return "", errNoName
	}
	return strings.TrimSuffix(line, "\n"), err
}

// pack opens the base, waits for the name of the new file, and writes the pack of that file. If baseDigest is empty it
// computes the digest of the base.
func pack(to io.Writer, named func() (string, error), base, baseDigest string) error {
	old := &mapped.File{}
	digested := make(chan error, 1)
	if base == "" {
		digested <- nil
	} else {
		var err error
		if old, err = mapped.Open(base); err != nil {
			return err
		}
		defer old.Close()
		go func() {
			var err error
			if baseDigest == "" {
				baseDigest, _, err = digest.File(base)
			}
			digested <- err
		}()
	}
	path, err := named()
	if err != nil {
		return err
	}
	file, err := mapped.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := <-digested; err != nil {
		return err
	}
	if err := json.NewEncoder(to).Encode(header{len(file.Bytes), baseDigest}); err != nil {
		return err
	}
	h := digest.New()
	err = patch.Packer{
		Old:  old.Bytes,
		New:  file.Bytes,
		Read: func(part []byte) { h.Write(part) },
		Done: func(from, to int) {
			file.Release(from, to)
			old.Release(from, to)
		},
	}.Pack(to)
	if err != nil {
		return err
	}
	_, err = io.WriteString(to, digest.Of(h))
	return err
}
