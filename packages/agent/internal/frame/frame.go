// Package frame reads and writes the frames of the session protocol (see PROTOCOL.md).
package frame

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Type is what a frame carries.
type Type byte

const (
	Control Type = 1
	Data    Type = 2
)

const (
	// MaxPayload is the most that a frame carries, in bytes.
	MaxPayload = 64 << 10
	headSize   = 5
)

// ErrInvalid is the error for what is not a frame.
var ErrInvalid = errors.New("not a frame of the session protocol")

// Reader reads frames into one buffer.
type Reader struct {
	from    io.Reader
	payload []byte
}

func NewReader(from io.Reader) *Reader { return &Reader{from: from} }

// Next gives the next frame; the payload is valid until the one after. Between frames the end is io.EOF.
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

// Encode gives a frame as it is written. The payload must not be longer than MaxPayload.
func Encode(kind Type, payload []byte) []byte {
	b := make([]byte, 0, headSize+len(payload))
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	b = append(b, byte(kind))
	return append(b, payload...)
}
