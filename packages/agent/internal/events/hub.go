// Package events hands events on to whoever listens.
package events

import "sync"

// backlog is how many events a listener may be late by.
const backlog = 256

// Hub hands each event on to all that have subscribed. The zero value is ready.
type Hub struct {
	mu          sync.Mutex
	subscribers map[chan any]struct{}
}

// Publish never waits: a subscriber that is too late is dropped, and its channel closed.
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

// Subscribe gives the events from now on, until cancel is called.
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
