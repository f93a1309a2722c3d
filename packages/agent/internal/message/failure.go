package message

// Failure answers a request that failed. Without an ID it says why the session ends.
type Failure struct {
	Type    string `json:"type"`
	ID      int64  `json:"id,omitempty"`
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

// Code classifies a failure for clients.
type Code string

const (
	BaseMismatch      Code = "base-mismatch"
	DigestMismatch    Code = "digest-mismatch"
	CorruptStream     Code = "corrupt-stream"
	VolumeFull        Code = "volume-full"
	WrongArchitecture Code = "wrong-architecture"
	NotExecutable     Code = "not-executable"
	Superseded        Code = "superseded"
	Cancelled         Code = "cancelled"
	ExecFailed        Code = "exec-failed"
	Stopping          Code = "stopping"
	IO                Code = "io"
	NoSupervisor      Code = "no-supervisor"
	ProtocolError     Code = "protocol"
)

func (f *Failure) Error() string { return f.Message }

// Fail returns a failure without an ID.
func Fail(code Code, message string) *Failure {
	return &Failure{Type: "error", Code: code, Message: message}
}
