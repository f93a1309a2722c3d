// Package delivery receives a new binary from a client and installs it in the volume.
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
	// Bases returns the paths of the binaries that a pack may refer to.
	Bases func() []string
}

// Received is a complete and verified binary that is not installed yet.
type Received struct {
	receiver *Receiver
	path     string
	digest   string
	// replaced keeps the previous binary open until Close. The kernel frees a large file slowly once nothing has it
	// open, so this must not happen while a client waits for the new process.
	replaced *os.File
}

// Pack is one delivery of a client.
type Pack struct {
	// Base is the digest of the binary that the pack refers to, or empty.
	Base string
	// Size is the size (bytes) of the new binary.
	Size int64
	// Content ends when the client has reported that the pack is complete.
	Content io.Reader
	// Digest returns the digest that the new binary must have. It is called after the end of Content.
	Digest func() string
}

// Receive reads a pack to its end and verifies the new binary. All its errors are of type *message.Failure.
func (r *Receiver) Receive(pack Pack) (_ *Received, err error) {
	// A delivery needs several times the agent's usual memory: return it to the system.
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

// write applies the pack to the file and verifies the digest of the result.
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
		return message.Fail(message.CorruptStream, "the pack continues after its last segment")
	} else if err != io.EOF {
		return ioFailure(err)
	}
	if made := digest.Of(sum); made != pack.Digest() {
		return message.Fail(message.DigestMismatch, fmt.Sprintf("the pack produces %s instead of %s", made, pack.Digest()))
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

// Install moves the binary into its place as the live binary.
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

// Discard removes the received file.
func (r *Received) Discard() { _ = os.Remove(r.path) }

// Close releases the binary that Install replaced.
func (r *Received) Close() {
	if r.replaced != nil {
		_ = r.replaced.Close()
	}
}

// ioFailure turns a system error into a *message.Failure. It returns a *message.Failure unchanged, such as the one that
// closes an abandoned pack.
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
