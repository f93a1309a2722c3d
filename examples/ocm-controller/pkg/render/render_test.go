package render

import (
	"strings"
	"testing"
)

const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"

func TestAKustomizationIsRenderedFromItsFilesAlone(t *testing.T) {
	got, err := Kustomization(map[string]string{
		"kustomization.yaml": "namePrefix: podinfo-\nresources: [base/settings.yaml]\n",
		"base/settings.yaml": configMap,
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), "name: podinfo-settings") {
		t.Errorf("want the prefix to be applied, got:\n%s", got)
	}
}

func TestAMissingFileOfAKustomizationIsNamed(t *testing.T) {
	_, err := Kustomization(map[string]string{"kustomization.yaml": "resources: [missing.yaml]\n"})
	if err == nil || !strings.Contains(err.Error(), "missing.yaml") {
		t.Errorf("want an error that names missing.yaml, got %v", err)
	}
}

func TestAChartIsRenderedWithItsOwnValues(t *testing.T) {
	files := map[string]string{
		"Chart.yaml":           "apiVersion: v2\nname: podinfo\nversion: 1.0.0\n",
		"values.yaml":          "color: blue\n",
		"templates/b.yaml":     configMap + "data:\n  release: {{ .Release.Name }}\n",
		"templates/a.yaml":     configMap + "data:\n  color: {{ .Values.color }}\n",
		"templates/NOTES.txt":  "thank you",
		"templates/empty.yaml": "{{ if false }}never{{ end }}",
	}
	got, err := Chart(files, "demo", "default")
	if err != nil {
		t.Fatal(err)
	}
	want := "---\n" + configMap + "data:\n  color: blue\n---\n" + configMap + "data:\n  release: demo\n"
	if string(got) != want {
		t.Errorf("want:\n%s\ngot:\n%s", want, got)
	}
}

func TestAChartWithoutChartYamlIsAnError(t *testing.T) {
	_, err := Chart(map[string]string{"values.yaml": "color: blue\n"}, "demo", "default")
	if err == nil || !strings.Contains(err.Error(), "Chart.yaml") {
		t.Errorf("want an error that names Chart.yaml, got %v", err)
	}
}
