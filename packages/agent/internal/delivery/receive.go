// Package delivery turns what a client sends into a new binary in the volume.
package delivery

import (
	"bufio"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"runtime/debug"
	"syscall"

	"nx-kube.dev/agent/internal/digest"
	"nx-kube.dev/agent/internal/executable"
	"nx-kube.dev/agent/internal/message"
	"nx-kube.dev/agent/internal/patch"
	"nx-kube.dev/agent/internal/volume"
)

// Receiver receives deliveries, one at a time.
type Receiver struct {
	Volume  volume.Volume
	Digests *digest.Cache
	// Bases gives the binaries that a pack may refer to.
	Bases func() []string
}

// Received is a whole and verified binary that is not yet in its place.
type Received struct {
	receiver *Receiver
	path     string
	digest   string
	// replaced is the binary that was in its place. The system frees a file when nothing has it open any more, which takes a
	// while for a large one: not while a process is waited for.
	replaced *os.File
}

// Pack is what a client sends.
type Pack struct {
	// Base is the digest of the binary that it refers to, if it does.
	Base string
	// Size is how many bytes it makes.
	Size int64
	// Content ends with the client's word that it is all.
	Content io.Reader
	// Digest gives what it must make. It is asked after the end of the content.
	Digest func() string
}

// Receive reads a pack to its end. Its errors are *message.Failure.
func (r *Receiver) Receive(pack Pack) (_ *Received, err error) {
	// A delivery takes several times the memory that the agent otherwise needs: give it back.
	defer debug.FreeOSMemory()
	applier := &patch.Applier{}
	if pack.Base != "" {
		base, size, err := r.openBase(pack.Base)
		if err != nil {
			return nil, err
		}
		defer base.Close()
		applier.Old, applier.OldSize = base, size
	}
	file, err := r.Volume.Temporary()
	if err != nil {
		return nil, ioFailure(err)
	}
	received := &Received{receiver: r, path: file.Name()}
	defer func() {
		_ = file.Close()
		if err != nil {
			received.Discard()
		}
	}()
	if err := write(file, pack, applier); err != nil {
		return nil, err
	}
	received.digest = pack.Digest()
	if err := executable.Check(file); err != nil {
		return nil, ioFailure(err)
	}
	if err := file.Chmod(0o755); err != nil {
		return nil, ioFailure(err)
	}
	return received, nil
}

// write applies the pack to the file, and verifies what it made.
func write(file *os.File, pack Pack, applier *patch.Applier) error {
	reader := bufio.NewReader(pack.Content)
	sum := digest.New()
	err := applier.Apply(reader, pack.Size, func(part []byte) error { return hashAndWrite(sum, file, part) })
	if errors.Is(err, patch.ErrCorrupt) {
		return message.Fail(message.CorruptStream, err.Error())
	}
	if err != nil {
		return ioFailure(err)
	}
	if _, err := reader.ReadByte(); err == nil {
		return message.Fail(message.CorruptStream, "the pack goes on after its last segment")
	} else if err != io.EOF {
		return ioFailure(err)
	}
	if made := digest.Of(sum); made != pack.Digest() {
		return message.Fail(message.DigestMismatch, fmt.Sprintf("the pack made %s, not %s", made, pack.Digest()))
	}
	return nil
}

func hashAndWrite(sum hash.Hash, file *os.File, part []byte) error {
	written := make(chan error, 1)
	go func() {
		_, err := file.Write(part)
		written <- err
	}()
	sum.Write(part)
	return <-written
}

func (r *Receiver) openBase(wanted string) (*os.File, int64, error) {
	for _, path := range r.Bases() {
		if found, size, err := r.Digests.File(path); err == nil && found == wanted {
			file, err := os.Open(path)
			if err != nil {
				return nil, 0, ioFailure(err)
			}
			return file, size, nil
		}
	}
	return nil, 0, message.Fail(message.BaseMismatch, "no binary in the pod has the digest "+wanted)
}

// Install puts the binary in its place.
func (r *Received) Install() error {
	live := r.receiver.Volume.Live()
	if replaced, err := os.Open(live); err == nil {
		r.replaced = replaced
	}
	if err := os.Rename(r.path, live); err != nil {
		return ioFailure(err)
	}
	r.receiver.Digests.Know(live, r.digest)
	return nil
}

// Discard removes it.
func (r *Received) Discard() { _ = os.Remove(r.path) }

// Close frees the binary that was replaced.
func (r *Received) Close() {
	if r.replaced != nil {
		_ = r.replaced.Close()
	}
}

// ioFailure makes a failure of an error of the system. What is one already, as those that close a pack are, it leaves as it is.
func ioFailure(err error) error {
	var failure *message.Failure
	switch {
	case errors.As(err, &failure):
		return failure
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return message.Fail(message.VolumeFull, err.Error())
	}
	return message.Fail(message.IO, err.Error())
}
