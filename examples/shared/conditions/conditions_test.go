package conditions

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestAnObjectIsReadyOnlyForTheGenerationThatWasObserved(t *testing.T) {
	var conditions []metav1.Condition
	MarkReady(&conditions, 2, "Succeeded", "done")

	if !IsReady(conditions, 2) {
		t.Error("generation 2 was marked ready, but is not")
	}
	if IsReady(conditions, 3) {
		t.Error("generation 3 was not observed yet, but is ready")
	}
}

func TestMarkNotReadyReplacesReady(t *testing.T) {
	var conditions []metav1.Condition
	MarkReady(&conditions, 1, "Succeeded", "done")
	MarkNotReady(&conditions, 1, "Failed", "no such image")

	if len(conditions) != 1 {
		t.Fatalf("want one condition, got %d", len(conditions))
	}
	if IsReady(conditions, 1) {
		t.Error("the object was marked not ready, but is ready")
	}
}

func TestTheTransitionTimeStaysWhileTheStatusStays(t *testing.T) {
	var conditions []metav1.Condition
	MarkReady(&conditions, 1, "Succeeded", "first")
	conditions[0].LastTransitionTime = metav1.Unix(1, 0)
	MarkReady(&conditions, 2, "Succeeded", "second")

	if got := conditions[0].LastTransitionTime; !got.Equal(&metav1.Time{Time: metav1.Unix(1, 0).Time}) {
		t.Errorf("the transition time changed to %s", got)
	}
	if got := conditions[0].Message; got != "second" {
		t.Errorf("want the new message, got %q", got)
	}
}
