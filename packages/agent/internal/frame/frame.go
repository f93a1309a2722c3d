// Package frame reads and writes the frames of the session protocol (see PROTOCOL.md).
package frame

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Type is the kind of a frame's payload.
type Type byte

const (
	Control Type = 1
	Data    Type = 2
)

const (
	// MaxPayload is the maximum size (bytes) of a frame's payload.
	MaxPayload = 64 << 10
	headSize   = 5
)

// ErrInvalid is the error for input that is not a frame.
var ErrInvalid = errors.New("not a frame of the session protocol")

// Reader reads frames into one reused buffer.
type Reader struct {
	from    io.Reader
	payload []byte
}

func NewReader(from io.Reader) *Reader { return &Reader{from: from} }

// Next returns the type and the payload of the next frame. The payload is valid until the next call. It returns io.EOF
// at the end of input between two frames, and io.ErrUnexpectedEOF within a frame.
func (r *Reader) Next() (Type, []byte, error) {
	var head [headSize]byte
	if _, err := io.ReadFull(r.from, head[:]); err != nil {
		return 0, nil, err
	}
	length, kind := binary.BigEndian.Uint32(head[:]), Type(head[4])
	if length > MaxPayload || kind != Control && kind != Data {
		return 0, nil, fmt.Errorf("%w: type %d, %d bytes", ErrInvalid, kind, length)
	}
	if r.payload == nil {
		r.payload = make([]byte, MaxPayload)
	}
	payload := r.payload[:length]
	if _, err := io.ReadFull(r.from, payload); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return 0, nil, err
	}
	return kind, payload, nil
}

// Encode returns the bytes of a frame. The payload must not exceed MaxPayload.
func Encode(kind Type, payload []byte) []byte {
	b := make([]byte, 0, headSize+len(payload))
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	b = append(b, byte(kind))
	return append(b, payload...)
}
