package events

import "testing"

func TestAllSubscribersGetAllEvents(t *testing.T) {
	var hub Hub
	hub.Publish("before the first subscriber")
	one, cancel := hub.Subscribe()
	other, _ := hub.Subscribe()
	hub.Publish(1)
	cancel()
	cancel()
	hub.Publish(2)
	if got := <-one; got != 1 {
		t.Error(got)
	}
	if got, more := <-one; more {
		t.Error(got)
	}
	for want := 1; want <= 2; want++ {
		if got := <-other; got != want {
			t.Error(got)
		}
	}
}

func TestASubscriberThatLagsTooFarIsDropped(t *testing.T) {
	var hub Hub
	late, cancel := hub.Subscribe()
	defer cancel()
	for i := range backlog + 1 {
		hub.Publish(i)
	}
	for range backlog {
		<-late
	}
	if got, more := <-late; more {
		t.Error(got)
	}
}
