package controllers

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"example.com/nx-kube/greeter-controller/api/v1alpha1"
	"example.com/nx-kube/shared/conditions"
)

func TestAGreetingIsWrittenInItsLanguage(t *testing.T) {
	for language, want := range map[v1alpha1.Language]string{
		v1alpha1.English: "Hello, Ada!",
		v1alpha1.German:  "Guten Tag, Ada!",
		v1alpha1.French:  "Bonjour, Ada!",
	} {
		t.Run(string(language), func(t *testing.T) {
			status := reconcile(t, v1alpha1.GreetingSpec{Name: "Ada", Language: language})
			if status.Message != want {
				t.Errorf("want %q, got %q", want, status.Message)
			}
			if !conditions.IsReady(status.Conditions, 1) {
				t.Errorf("want it ready, got %+v", status.Conditions)
			}
		})
	}
}

func TestALanguageThatIsNotSpokenIsNotReady(t *testing.T) {
	status := reconcile(t, v1alpha1.GreetingSpec{Name: "Ada", Language: "tlh"})
	if status.Message != "" || conditions.IsReady(status.Conditions, 1) {
		t.Errorf("want no message and not ready, got %+v", status)
	}
}

func TestAGreetingThatIsGoneIsNoError(t *testing.T) {
	reconciler := &GreetingReconciler{Client: fake.NewClientBuilder().WithScheme(newScheme(t)).Build()}
	if _, err := reconciler.Reconcile(t.Context(), ctrl.Request{}); err != nil {
		t.Error(err)
	}
}

func reconcile(t *testing.T, spec v1alpha1.GreetingSpec) v1alpha1.GreetingStatus {
	t.Helper()
	greeting := &v1alpha1.Greeting{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "ada", Generation: 1},
		Spec:       spec,
	}
	c := fake.NewClientBuilder().
		WithScheme(newScheme(t)).
		WithObjects(greeting).
		WithStatusSubresource(greeting).
		Build()
	key := client.ObjectKeyFromObject(greeting)
	if _, err := (&GreetingReconciler{Client: c}).Reconcile(t.Context(), ctrl.Request{NamespacedName: key}); err != nil {
		t.Fatal(err)
	}
	if err := c.Get(t.Context(), key, greeting); err != nil {
		t.Fatal(err)
	}
	return greeting.Status
}

func newScheme(t *testing.T) *runtime.Scheme {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	return scheme
}
