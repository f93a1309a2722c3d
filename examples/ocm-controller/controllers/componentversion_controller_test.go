package controllers

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"example.com/nx-kube/ocm-controller/api/v1alpha1"
	"example.com/nx-kube/shared/conditions"
)

const imageDigest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// images is a registry with one image.
type images struct{}

func (images) Digest(_ context.Context, image string) (string, error) {
	if image != "registry.example.com/podinfo:1.0.0" {
		return "", errors.New("no such image")
	}
	return imageDigest, nil
}

func TestAComponentVersionIsResolvedAndReported(t *testing.T) {
	c, reconcile := setUp(t, podinfo())

	result, err := reconcile()
	if err != nil {
		t.Fatal(err)
	}
	if result.RequeueAfter != 5*time.Minute {
		t.Errorf("want the next reconciliation after the interval, got %s", result.RequeueAfter)
	}

	version := get(t, c)
	if !conditions.IsReady(version.Status.Conditions, version.Generation) {
		t.Errorf("want it ready, got %+v", version.Status.Conditions)
	}
	if want := salutation + ", example.com/podinfo 1.0.0!"; version.Status.Greeting != want {
		t.Errorf("want greeting %q, got %q", want, version.Status.Greeting)
	}
	if len(version.Status.Resources) != 2 || version.Status.Resources[0].Digest != imageDigest {
		t.Errorf("want both resources in the order of the spec, got %+v", version.Status.Resources)
	}
	if !controllerutil.ContainsFinalizer(version, v1alpha1.ComponentVersionFinalizer) {
		t.Error("want the finalizer to be set")
	}
	if got := manifests(t, c).Data["settings.yaml"]; !strings.Contains(got, "name: podinfo-settings") {
		t.Errorf("want the rendered manifests in the ConfigMap, got %q", got)
	}
}

func TestAResourceThatDoesNotResolveIsNamedInTheCondition(t *testing.T) {
	version := podinfo()
	version.Spec.Resources[0].Image = "registry.example.com/missing:1.0.0"
	c, reconcile := setUp(t, version)

	if _, err := reconcile(); err == nil {
		t.Fatal("want an error, so that it is tried again with back-off")
	}
	got := get(t, c).Status.Conditions
	if len(got) != 1 || got[0].Status != metav1.ConditionFalse || !strings.Contains(got[0].Message, "resource image") {
		t.Errorf("want Ready=False naming the resource, got %+v", got)
	}
}

func TestASuspendedComponentVersionIsLeftAlone(t *testing.T) {
	version := podinfo()
	version.Spec.Suspend = true
	c, reconcile := setUp(t, version)

	if _, err := reconcile(); err != nil {
		t.Fatal(err)
	}
	if got := get(t, c); len(got.Finalizers) != 0 || got.Status.Greeting != "" {
		t.Errorf("want it untouched, got %+v", got)
	}
}

func TestADeletedComponentVersionIsReleasedByItsPolicy(t *testing.T) {
	for policy, wantManifests := range map[v1alpha1.DeletionPolicy]bool{v1alpha1.Delete: false, v1alpha1.Orphan: true} {
		t.Run(string(policy), func(t *testing.T) {
			version := podinfo()
			version.Spec.DeletionPolicy = policy
			c, reconcile := setUp(t, version)
			if _, err := reconcile(); err != nil {
				t.Fatal(err)
			}

			if err := c.Delete(t.Context(), get(t, c)); err != nil {
				t.Fatal(err)
			}
			if _, err := reconcile(); err != nil {
				t.Fatal(err)
			}

			err := c.Get(t.Context(), client.ObjectKeyFromObject(version), &v1alpha1.ComponentVersion{})
			if !apierrors.IsNotFound(err) {
				t.Errorf("want the component version gone, got %v", err)
			}
			err = c.Get(t.Context(), manifestsKey, &corev1.ConfigMap{})
			if found := err == nil; found != wantManifests {
				t.Errorf("want the ConfigMap left: %t, got: %t (%v)", wantManifests, found, err)
			}
		})
	}
}

func TestAConfigMapOfSomebodyElseIsNotDeleted(t *testing.T) {
	version := podinfo()
	version.Finalizers = []string{v1alpha1.ComponentVersionFinalizer}
	foreign := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: manifestsKey.Namespace, Name: manifestsKey.Name}}
	c, reconcile := setUp(t, version, foreign)

	if err := c.Delete(t.Context(), get(t, c)); err != nil {
		t.Fatal(err)
	}
	if _, err := reconcile(); err != nil {
		t.Fatal(err)
	}
	manifests(t, c)
}

func TestAComponentVersionThatIsGoneIsNoError(t *testing.T) {
	_, reconcile := setUp(t)
	if _, err := reconcile(); err != nil {
		t.Error(err)
	}
}

var manifestsKey = client.ObjectKey{Namespace: "default", Name: "podinfo-manifests"}

func podinfo() *v1alpha1.ComponentVersion {
	return &v1alpha1.ComponentVersion{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "podinfo", UID: "4f4e", Generation: 1},
		Spec: v1alpha1.ComponentVersionSpec{
			Component: "example.com/podinfo",
			Version:   "1.0.0",
			Interval:  metav1.Duration{Duration: 5 * time.Minute},
			Resources: []v1alpha1.Resource{
				{Name: "image", Type: v1alpha1.OCIImage, Image: "registry.example.com/podinfo:1.0.0"},
				{Name: "settings", Type: v1alpha1.Kustomization, Files: map[string]string{
					"kustomization.yaml": "namePrefix: podinfo-\nresources: [settings.yaml]\n",
					"settings.yaml":      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n",
				}},
			},
		},
	}
}

func setUp(t *testing.T, objects ...client.Object) (client.Client, func() (ctrl.Result, error)) {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	c := fake.NewClientBuilder().
		WithScheme(scheme).
		WithObjects(objects...).
		WithStatusSubresource(&v1alpha1.ComponentVersion{}).
		Build()
	reconciler := &ComponentVersionReconciler{Client: c, Events: record.NewFakeRecorder(10), Images: images{}}
	request := ctrl.Request{NamespacedName: client.ObjectKeyFromObject(podinfo())}
	return c, func() (ctrl.Result, error) { return reconciler.Reconcile(t.Context(), request) }
}

func get(t *testing.T, c client.Client) *v1alpha1.ComponentVersion {
	t.Helper()
	var version v1alpha1.ComponentVersion
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(podinfo()), &version); err != nil {
		t.Fatal(err)
	}
	return &version
}

func manifests(t *testing.T, c client.Client) *corev1.ConfigMap {
	t.Helper()
	var configMap corev1.ConfigMap
	if err := c.Get(t.Context(), manifestsKey, &configMap); err != nil {
		t.Fatal(err)
	}
	return &configMap
}
