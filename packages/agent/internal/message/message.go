// Package message is the JSON of the session protocol (see PROTOCOL.md).
package message

import "time"

// Protocol is the version of the session protocol.
const Protocol = 1

// Request is a message of the client. Its type decides which fields are set.
type Request struct {
	Type       string `json:"type"`
	Protocol   int    `json:"protocol,omitempty"`
	ID         int64  `json:"id,omitempty"`
	Digest     string `json:"digest,omitempty"`
	Size       int64  `json:"size,omitempty"`
	BaseDigest string `json:"baseDigest,omitempty"`
	GraceMs    *int64 `json:"graceMs,omitempty"`
	Probe      *Probe `json:"probe,omitempty"`
}

// Grace returns the time between SIGTERM and SIGKILL. Default: 10 s.
func (r Request) Grace() time.Duration {
	if r.GraceMs == nil || *r.GraceMs < 0 {
		return 10 * time.Second
	}
	return time.Duration(*r.GraceMs) * time.Millisecond
}

// Probe checks whether a process is ready, like a pod's readinessProbe.
type Probe struct {
	HTTPGet   *HTTPGet   `json:"httpGet,omitempty"`
	TCPSocket *TCPSocket `json:"tcpSocket,omitempty"`
}

type HTTPGet struct {
	Port int `json:"port"`
	// Default: /.
	Path string `json:"path,omitempty"`
	// Default: HTTP.
	Scheme      string   `json:"scheme,omitempty"`
	Host        string   `json:"host,omitempty"`
	HTTPHeaders []Header `json:"httpHeaders,omitempty"`
}

type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type TCPSocket struct {
	Port int    `json:"port"`
	Host string `json:"host,omitempty"`
}

// Hello is the agent's first message.
type Hello struct {
	Type     string `json:"type"`
	Protocol int    `json:"protocol"`
	Version  string `json:"version"`
	GOOS     string `json:"goos"`
	GOARCH   string `json:"goarch"`
	// Debugs reports that delivered binaries run under a debugger. The image's own binary never does.
	Debugs  bool    `json:"debugs,omitempty"`
	Running Running `json:"running"`
}

// Source is the origin of a binary.
type Source string

const (
	Image Source = "image"
	Live  Source = "live"
)

// State is the supervisor's current activity.
type State string

const (
	RunningState  State = "running"
	StoppingState State = "stopping"
	BackoffState  State = "backoff"
	// WaitingState means that the pod is new, and no process has been started yet.
	WaitingState State = "waiting"
)

// Running describes the current binary and process, or the last one.
type Running struct {
	Digest    string    `json:"digest"`
	Size      int64     `json:"size"`
	PID       int       `json:"pid"`
	Source    Source    `json:"source"`
	State     State     `json:"state"`
	StartedAt time.Time `json:"startedAt"`
	ReadyMs   *float64  `json:"readyMs,omitempty"`
	LastExit  *LastExit `json:"lastExit,omitempty"`
	Fallback  string    `json:"fallback,omitempty"`
}

// Exit is the end of a process, with either an exit code or a signal.
type Exit struct {
	Code      *int     `json:"code,omitempty"`
	Signal    string   `json:"signal,omitempty"`
	LastLines []string `json:"lastLines"`
}

type LastExit struct {
	Exit
	At time.Time `json:"at"`
}

// EventHead is the common beginning of all events.
type EventHead struct {
	Type  string `json:"type"`
	Event string `json:"event"`
}

// Head returns the beginning of an event: started, exited or ready.
func Head(event string) EventHead { return EventHead{"event", event} }

type Started struct {
	EventHead
	PID      int    `json:"pid"`
	Source   Source `json:"source"`
	Reason   Reason `json:"reason"`
	Fallback string `json:"fallback,omitempty"`
	// Held reports that the process waits for a debugger client to continue it.
	Held bool `json:"held,omitempty"`

	StartedAt time.Time `json:"startedAt"`
}

// Reason is the cause of a start.
type Reason string

const (
	AtStart      Reason = "start"
	AfterBackoff Reason = "backoff"
	ForDelivery  Reason = "delivery"
	ForRestart   Reason = "restart"
)

type Exited struct {
	EventHead
	PID       int      `json:"pid"`
	BackoffMs *float64 `json:"backoffMs,omitempty"`
	Expected  bool     `json:"expected"`
	Exit
}

type Ready struct {
	EventHead
	PID int     `json:"pid"`
	Ms  float64 `json:"ms"`
}

// Delivered answers a delivery.
type Delivered struct {
	Type          string  `json:"type"`
	ID            int64   `json:"id"`
	PID           int     `json:"pid"`
	Digest        string  `json:"digest"`
	BytesReceived int64   `json:"bytesReceived"`
	TransferMs    float64 `json:"transferMs"`
	ApplyMs       float64 `json:"applyMs"`
	StopMs        float64 `json:"stopMs"`
	StartMs       float64 `json:"startMs"`
}

// Restarted answers a restart.
type Restarted struct {
	Type    string  `json:"type"`
	ID      int64   `json:"id"`
	PID     int     `json:"pid"`
	StopMs  float64 `json:"stopMs"`
	StartMs float64 `json:"startMs"`
}

// Ms returns a duration in milliseconds, as the protocol writes it.
func Ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
