package patch

import "encoding/binary"

// input is the unread rest of a stream. It becomes nil after a read past its end; all later reads return zero.
type input []byte

func (in *input) failed() bool { return *in == nil }

// uvarint reads a number of at most limit.
func (in *input) uvarint(limit int) int {
	n, length := binary.Uvarint(*in)
	if length <= 0 || n > uint64(max(0, limit)) {
		*in = nil
		return 0
	}
	*in = (*in)[length:]
	return int(n)
}

func (in *input) varint() int64 {
	n, length := binary.Varint(*in)
	if length <= 0 {
		*in = nil
		return 0
	}
	*in = (*in)[length:]
	return n
}

// bytes reads that many bytes. It returns nil if fewer are left.
func (in *input) bytes(length int) []byte {
	if *in == nil || length > len(*in) {
		*in = nil
		return nil
	}
	read := (*in)[:length]
	*in = (*in)[length:]
	return read
}
