// Package events distributes events to subscribers.
package events

import "sync"

// backlog is the number of events that a subscriber may lag behind.
const backlog = 256

// Hub sends each event to all subscribers. The zero value is ready.
type Hub struct {
	mu          sync.Mutex
	subscribers map[chan any]struct{}
}

// Publish never blocks: it drops a subscriber that lags too far behind and closes its channel.
func (h *Hub) Publish(event any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.subscribers {
		select {
		case c <- event:
		default:
			delete(h.subscribers, c)
			close(c)
		}
	}
}

// Subscribe returns a channel with all events from now on, until cancel is called.
func (h *Hub) Subscribe() (events <-chan any, cancel func()) {
	c := make(chan any, backlog)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.subscribers == nil {
		h.subscribers = map[chan any]struct{}{}
	}
	h.subscribers[c] = struct{}{}
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, there := h.subscribers[c]; there {
			delete(h.subscribers, c)
			close(c)
		}
	}
}
