package frame

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

func TestFramesRoundTrip(t *testing.T) {
	big := bytes.Repeat([]byte("x"), MaxPayload)
	sent := bytes.Join([][]byte{Encode(Control, []byte("{}")), Encode(Data, nil), Encode(Data, big)}, nil)
	for _, from := range []io.Reader{bytes.NewReader(sent), iotest.OneByteReader(bytes.NewReader(sent))} {
		reader := NewReader(from)
		for _, want := range []struct {
			kind    Type
			payload []byte
		}{{Control, []byte("{}")}, {Data, nil}, {Data, big}} {
			if kind, payload, err := reader.Next(); kind != want.kind || !bytes.Equal(payload, want.payload) || err != nil {
				t.Errorf("%d, %d bytes, %v", kind, len(payload), err)
			}
		}
		if _, _, err := reader.Next(); err != io.EOF {
			t.Error(err)
		}
	}
}

func TestAnInvalidFrameIsRefused(t *testing.T) {
	for _, head := range [][]byte{{0, 1, 0, 1, 1}, {255, 255, 255, 255, 2}, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 3}} {
		if _, _, err := NewReader(bytes.NewReader(head)).Next(); !errors.Is(err, ErrInvalid) {
			t.Errorf("%v: %v", head, err)
		}
	}
}

func TestAnEndWithinAFrameIsUnexpected(t *testing.T) {
	sent := Encode(Data, []byte("payload"))
	for cut := 1; cut < len(sent); cut++ {
		if _, _, err := NewReader(bytes.NewReader(sent[:cut])).Next(); err != io.ErrUnexpectedEOF {
			t.Errorf("%d: %v", cut, err)
		}
	}
}
